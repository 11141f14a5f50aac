// Where this process's credentials come from, decided once from the environment and the shared
// files, in AWS's order:
//
//   1. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN)
//   2. web identity: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (EKS)
//   3. the profile: AWS_PROFILE, else "default" if there is one
//   4. container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (ECS), …_FULL_URI (EKS Pod Identity)
//   5. the EC2 instance's role, unless AWS_EC2_METADATA_DISABLED is true
//
// The first one that is configured is it, and if it then fails nothing later is tried: another
// identity than was meant would be a surprise. Of a profile, keys and web identities are supported;
// credential_process, SSO and source_profile are refused. Thread rule: pure functions, but
// load_profiles, which reads files. Errors: bad_input, unsupported, not_found (a profile that is
// named, and is not there).
#pragma once

#include <string>
#include <variant>

#include "aws/credentials.h"
#include "aws/endpoints.h"
#include "aws/profile_files.h"
#include "runtime/files.h"

namespace aside::aws {

struct KeysGiven {
    std::string from;  // "environment", "profile dev"
    AwsCredentials credentials;
};
struct WebIdentity {
    std::string role_arn, session_name;
    std::string token_file;  // read for each exchange
};
struct ContainerRole {
    ServiceEndpoint at;
    std::string target;      // path and query
    Secret authorization;    // empty: none, or in the file
    std::string token_file;  // not empty: read for each request
};
struct InstanceRole {
    ServiceEndpoint at;
};
using CredentialChoice = std::variant<KeysGiven, WebIdentity, ContainerRole, InstanceRole>;

Result<CredentialChoice> choose_credentials(const Variables& variable, const Profiles& profiles);

// AWS_REGION, AWS_DEFAULT_REGION, or the profile's. Empty: none.
std::string choose_region(const Variables& variable, const Profiles& profiles);

// AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else those in ~/.aws; one that does not exist is
// empty. Blocks.
Result<Profiles> load_profiles(const Variables& variable, runtime::Files& files);

}  // namespace aside::aws
