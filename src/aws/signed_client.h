// One endpoint of one service of AWS, asked by signed requests over kept-alive connections.
//
// Each sending is signed anew. Where the answer says that the credentials have expired, or that
// this machine's clock is wrong, that is mended (fresh credentials; the difference to the answer's
// Date, kept for all that follows) and the request is sent once more, within its deadline; every
// other answer is the caller's affair, whatever its status: retries belong to the guard.
//
// Thread rule: from any worker, each with its own signer and connections. Ownership: borrows the
// provider; must outlive its calls; close() on each worker. Errors: those of HttpClient::call and
// of the provider.
// Source: sigv4.h; "Clock skew" in the AWS SDKs and Tools Reference Guide.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/credential_provider.h"
#include "aws/endpoints.h"
#include "aws/error_meaning.h"
#include "http_client/http_client.h"
#include "wire/sigv4.h"

namespace aside::aws {

struct SignedRequest {
    struct Pair {
        std::string name, value;
    };
    std::string_view method;   // a literal
    std::string host;          // what the Host field says
    std::string path;          // encoded
    std::vector<Pair> query;   // decoded
    std::vector<Pair> fields;  // beside Host, the date and the signature
    std::string body;
    bool has_body = false;  // also of 0 bytes: its length is told
    bool idempotent = false;
    SteadyTime deadline = kNever;
    wire::ResponseLimits limits;
};

// How the service tells an error: asked for each answer of another status than 2xx and 304.
using ReadMeaning = ErrorMeaning (*)(const http_client::HttpAnswer& answer);

struct SignedClientOptions {
    http_client::ClientOptions http;
    std::string region;
    Service service = Service::s3;
    ReadMeaning read_meaning = nullptr;
};

class SignedClient {
  public:
    SignedClient(SignedClientOptions options, unsigned workers, CredentialProvider& credentials,
                 telemetry::Registry& registry);
    ~SignedClient();
    SignedClient(const SignedClient&) = delete;

    runtime::Task<Result<http_client::HttpAnswer>> send(runtime::Worker& worker,
                                                        SignedRequest request);

    // The process stood still up to now; for the provider too. Any thread.
    void thawed(SteadyTime now) {
        client_.thawed(now);
        credentials_.thawed(now);
    }

    // Of this worker, for good: what is under way ends with cancelled.
    void close(runtime::Worker& worker);

    const http_client::ClientMetrics& metrics() const { return client_.metrics(); }

  private:
    telemetry::Counter& mended(telemetry::Registry& registry, std::string_view what) const;
    WallTime time_of_service(const runtime::Worker& worker) const;
    bool correct_clock(const runtime::Worker& worker, const http_client::HttpAnswer& answer,
                       WallTime signed_at);
    Result<http_client::HttpCall> sign(const runtime::Worker& worker, const SignedRequest& request,
                                       const AwsCredentials& credentials, WallTime at);

    const SignedClientOptions options_;  // before client_, which is made of it
    CredentialProvider& credentials_;
    http_client::HttpClient client_;
    std::vector<std::unique_ptr<wire::SigV4Signer>> signers_;  // by worker
    std::atomic<std::int64_t> clock_offset_ns_{0};             // the service's time less ours
    telemetry::Counter& renewals_;
    telemetry::Counter& corrections_;
};

}  // namespace aside::aws
