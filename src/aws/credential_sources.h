// The sources of credentials, one for each CredentialChoice.
//
// Each asks its service once per fetch; when to ask, and when to ask again, is CredentialProvider's
// affair. Files with tokens are read for each fetch, since what rotates them does not tell us.
// Thread rule: as the port. Ownership: borrows the files and the registry. Errors never show what
// was received.
// Sources: Amazon EC2 User Guide, "Use the Instance Metadata Service" (IMDSv2); Amazon ECS
// Developer Guide, "Task IAM role"; Amazon EKS User Guide, "Pod Identity"; STS API Reference,
// AssumeRoleWithWebIdentity.
#pragma once

#include <memory>

#include "aws/credential_choice.h"
#include "aws/credentials.h"
#include "http_client/http_client.h"
#include "runtime/files.h"
#include "telemetry/metrics.h"

namespace aside::aws {

struct SourceEnvironment {
    runtime::Files& files;
    unsigned workers;
    telemetry::Registry& registry;
    ServiceEndpoint sts;                  // for web identities
    runtime::ConnectOptions tls_connect;  // for what is reached by TLS
};

std::unique_ptr<CredentialSource> make_source(CredentialChoice choice,
                                              const SourceEnvironment& environment);

}  // namespace aside::aws
