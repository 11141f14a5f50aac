#include "aws/iam_token.h"

#include <vector>

#include "wire/sigv4.h"

namespace aside::aws {
namespace {

constexpr std::chrono::minutes kTokenLife{15};
// The server ends a session after 12 hours. Connections that were opened together are not renewed
// together.
constexpr Duration kRenewAfter = std::chrono::hours(11);
constexpr Duration kRenewSpread = std::chrono::minutes(30);
constexpr Duration kWaitMax = std::chrono::seconds(10);

}  // namespace

std::string make_iam_token(const TokenSubject& subject, const AwsCredentials& credentials,
                           WallTime at) {
    std::vector<wire::QueryParameter> query = {{"Action", "connect"}, {"User", subject.user}};
    if (subject.service == TokenFor::elasticache_serverless) {
        query.push_back({"ResourceType", "ServerlessCache"});
    }
    const wire::HttpField fields[] = {{"host", subject.name}};
    const wire::SigningIdentity identity{credentials.access_key_id,
                                         credentials.secret_access_key.reveal(),
                                         credentials.session_token.reveal()};
    const wire::SigningScope scope{
        subject.region, subject.service == TokenFor::memorydb ? "memorydb" : "elasticache"};
    wire::SigV4Signer signer;
    return subject.name +
           signer.presign({.method = "GET", .path = "/", .query = query, .fields = fields},
                          identity, scope, at, kTokenLife);
}

runtime::Task<Result<Credentials>> IamPasswordSource::credentials(runtime::Worker& worker) {
    const auto given = co_await provider_.credentials(worker, worker.now() + kWaitMax);
    if (!given) co_return fail(given.error());
    const Duration spread(static_cast<Duration::rep>(
        worker.random().below(static_cast<std::uint64_t>(kRenewSpread.count()))));
    co_return Credentials{subject_.user, make_iam_token(subject_, **given, worker.wall_now()),
                          worker.now() + kRenewAfter + spread};
}

}  // namespace aside::aws
