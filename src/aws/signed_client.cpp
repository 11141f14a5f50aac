#include "aws/signed_client.h"

#include "wire/http_date.h"
#include "wire/http_request_text.h"

namespace aside::aws {
namespace {

using http_client::HttpAnswer;
using http_client::HttpCall;
using runtime::Task;
using runtime::Worker;

constexpr unsigned kNotModified = 304;

bool succeeded(const HttpAnswer& answer) {
    return answer.head.status / 100 == 2 || answer.head.status == kNotModified;
}

}  // namespace

SignedClient::SignedClient(SignedClientOptions options, unsigned workers,
                           CredentialProvider& credentials, telemetry::Registry& registry)
    : options_(std::move(options)),
      credentials_(credentials),
      client_(options_.http, workers, registry),
      signers_(workers),
      renewals_(mended(registry, "credentials")),
      corrections_(mended(registry, "clock")) {
    registry.gauge("aside_aws_clock_offset_seconds",
                   "How far a service's clock is ahead of ours, as far as it complained.",
                   {{"client", options_.http.name}}, [this] {
                       const Duration ahead(clock_offset_ns_.load(std::memory_order_relaxed));
                       return std::chrono::duration<double>(ahead).count();
                   });
}

telemetry::Counter& SignedClient::mended(telemetry::Registry& registry,
                                         std::string_view what) const {
    return registry.counter("aside_aws_mended_total",
                            "Requests sent once more, with other credentials or another time.",
                            {{"client", options_.http.name}, {"mended", std::string(what)}});
}

SignedClient::~SignedClient() = default;

void SignedClient::close(Worker& worker) {
    client_.close(worker);
}

Task<Result<HttpAnswer>> SignedClient::send(Worker& worker, SignedRequest request) {
    auto credentials = co_await credentials_.credentials(worker, request.deadline);
    bool renewed = false;
    bool corrected = false;
    for (;;) {
        if (!credentials) co_return fail(credentials.error());
        const WallTime signed_at = time_of_service(worker);
        auto call = sign(worker, request, **credentials, signed_at);
        if (!call) co_return fail(std::move(call.error()));
        auto answer = co_await client_.call(worker, std::move(*call));
        if (!answer || succeeded(*answer)) co_return answer;
        const ErrorStep step = options_.read_meaning(*answer).step;
        if (step == ErrorStep::renew_credentials && !std::exchange(renewed, true)) {
            credentials_.refused(worker, *credentials);
            auto fresh = co_await credentials_.credentials(worker, request.deadline);
            // Keys that were set by hand do not change.
            if (fresh && **fresh == **credentials) co_return answer;
            if (fresh) renewals_.add(worker.index());
            credentials = std::move(fresh);
        } else if (step == ErrorStep::correct_clock && !std::exchange(corrected, true)) {
            if (!correct_clock(worker, *answer, signed_at)) co_return answer;
            corrections_.add(worker.index());
        } else {
            co_return answer;
        }
    }
}

WallTime SignedClient::time_of_service(const Worker& worker) const {
    return worker.wall_now() + Duration(clock_offset_ns_.load(std::memory_order_relaxed));
}

// False: the answer's Date says nothing new, so that another attempt would end in the same way.
bool SignedClient::correct_clock(const Worker& worker, const HttpAnswer& answer,
                                 WallTime signed_at) {
    const auto told = wire::parse_http_date(answer.head.field("date"));
    if (!told) return false;
    constexpr Duration kTolerated = std::chrono::minutes(1);
    if (std::chrono::abs(*told - signed_at) < kTolerated) return false;
    clock_offset_ns_.store(Duration(*told - worker.wall_now()).count(), std::memory_order_relaxed);
    return true;
}

Result<HttpCall> SignedClient::sign(const Worker& worker, const SignedRequest& request,
                                    const AwsCredentials& credentials, WallTime at) {
    auto& signer = signers_[worker.index()];
    if (!signer) signer = std::make_unique<wire::SigV4Signer>();

    std::vector<wire::HttpField> fields{{"host", request.host}};
    for (const auto& [name, value] : request.fields) fields.push_back({name, value});
    std::vector<wire::QueryParameter> query;
    for (const auto& [name, value] : request.query) query.push_back({name, value});
    wire::SignableRequest signable{
        .method = request.method, .path = request.path, .query = query, .fields = fields};
    std::array<char, 64> digest;
    if (!request.body.empty()) {
        digest = wire::hex_of(signer->hash().digest({request.body}));
        signable.payload_sha256 = {digest.data(), digest.size()};
    }
    const wire::SigningIdentity identity{credentials.access_key_id,
                                         credentials.secret_access_key.reveal(),
                                         credentials.session_token.reveal()};
    const wire::SigningScope scope{
        options_.region, name_of(options_.service),
        options_.service == Service::s3 ? wire::SigningRules::s3 : wire::SigningRules::other};
    const wire::Signature signature = signer->sign(signable, identity, scope, at);
    signature.append_fields(fields);
    // Unsigned, as AWS's own SDKs send it: proxies may change it.
    const std::string trace = options_.http.trace ? options_.http.trace->get() : std::string();
    if (!trace.empty()) fields.push_back({http_client::TraceHeader::kField, trace});

    HttpCall call;
    wire::RequestText text{request.method, signature.target, fields, std::nullopt};
    if (request.has_body) text.body = request.body;
    const auto appended = wire::append_request_head(call.head, text);
    if (!appended) return fail(appended.error());
    call.body = request.body;
    call.idempotent = request.idempotent;
    call.deadline = request.deadline;
    call.limits = request.limits;
    return call;
}

}  // namespace aside::aws
