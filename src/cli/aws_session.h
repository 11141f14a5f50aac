// What this process knows of AWS, from the environment and the shared files: regions, endpoints,
// and one provider of credentials for everything that needs them.
//
// Nothing is read before it is asked for: without a store on AWS there is no ~/.aws to be wrong.
// Variables: AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL[_S3|_DYNAMODB|_STS],
// AWS_USE_DUALSTACK_ENDPOINT, AWS_USE_FIPS_ENDPOINT, AWS_CA_BUNDLE, and those of
// aws/credential_choice.h. Thread rule: one thread, while the process is put together (it reads
// files), but close(). Ownership: owns the provider; borrows files, registry and log; outlives all
// stores. Errors: bad_input, unsupported, not_found (a profile), those of the files.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/credential_choice.h"
#include "aws/credential_provider.h"
#include "aws/endpoints.h"
#include "http_client/options.h"
#include "runtime/files.h"
#include "runtime/worker.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aside::cli {

struct AwsOptions {
    http_client::ClientOptions http;  // of a store: without name, place and TLS
    aws::RenewalOptions renewal;
};

// Where a service is, and what requests to it are signed for.
struct AwsPlace {
    std::string region;
    aws::ServiceEndpoint at;
    bool given = false;  // by a URL: maybe not AWS itself
};

class AwsSession {
  public:
    // `environment`: "NAME=value".
    AwsSession(AwsOptions options, std::vector<std::string> environment, runtime::Files& files,
               unsigned workers, telemetry::Registry& registry, telemetry::Logger* log);

    // `region` and `endpoint` as a URL says them; empty: it does not. An endpoint that is given, by
    // the URL or a variable, needs no region: it is us-east-1 then, which servers other than AWS
    // expect.
    Result<AwsPlace> place(aws::Service service, const std::string& region,
                           const std::string& endpoint);
    // `wanted`, else the environment's or the profile's.
    Result<std::string> region(const std::string& wanted);

    // Made by the first call. Nothing is fetched yet.
    Result<aws::CredentialProvider*> provider();
    // Null: nothing needs one.
    aws::CredentialProvider* made() const { return provider_.get(); }

    // How stores reach a service at `host`.
    http_client::ClientOptions client_options(std::string name,
                                              const aws::ServiceEndpoint& at) const;

    // Of the requests to the stores.
    http_client::TraceHeader& trace() { return trace_; }

    // The provider, on this worker, for good.
    void close(runtime::Worker& worker);

  private:
    Result<void> read_profiles();
    bool is_true(std::string_view variable) const { return variable_(variable) == "true"; }
    runtime::ConnectOptions tls_connect() const;
    Result<aws::ServiceEndpoint> sts_endpoint();

    const AwsOptions options_;
    http_client::TraceHeader trace_;
    const aws::Variables variable_;
    runtime::Files& files_;
    const unsigned workers_;
    telemetry::Registry& registry_;
    telemetry::Logger* const log_;  // may be null
    std::optional<aws::Profiles> profiles_;
    std::unique_ptr<aws::CredentialProvider> provider_;  // null: nobody has asked for it
};

}  // namespace aside::cli
