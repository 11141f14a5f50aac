#include "aws/metadata_request.h"

#include "wire/http_request_text.h"

namespace aside::aws {

namespace {
constexpr std::uint64_t kMaxAnswerBytes = 64 * 1024;
}

http_client::ClientOptions metadata_client_options(const ServiceEndpoint& at,
                                                   const runtime::ConnectOptions& tls_connect) {
    http_client::ClientOptions options;
    options.name = "credentials";
    options.endpoint = at.address;
    if (at.tls) {
        options.connect = tls_connect;
        if (!options.connect.tls) {
            options.connect.tls = std::make_shared<const runtime::TlsOptions>();
        }
    }
    options.max_connections = 2;
    options.idle_timeout = std::chrono::seconds(2);
    return options;
}

runtime::Task<Result<http_client::HttpAnswer>> ask_metadata(runtime::Worker& worker,
                                                            http_client::HttpClient& client,
                                                            const ServiceEndpoint& at,
                                                            MetadataRequest request,
                                                            SteadyTime deadline) {
    const std::string host = at.authority();
    request.fields.push_back({"host", host});
    http_client::HttpCall call;
    wire::RequestText text{request.method, request.target, request.fields, std::nullopt};
    if (request.method != "GET") text.body = request.body;
    const auto appended = wire::append_request_head(call.head, text);
    if (!appended) co_return fail(appended.error());
    call.body = std::move(request.body);
    call.idempotent = true;
    call.deadline = deadline;
    call.limits.body_bytes = kMaxAnswerBytes;
    co_return co_await client.call(worker, std::move(call));
}

}  // namespace aside::aws
