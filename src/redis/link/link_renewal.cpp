// Credentials: asked at each dial, and again before a session's end where they end.
#include <algorithm>
#include <utility>

#include "redis/link/link.h"
#include "redis/protocol/command.h"
#include "runtime/finish_by.h"

namespace aside::redis {

namespace {

// A renewal that failed is tried again so much later, while the session lasts.
constexpr Duration kRetryRenewal = std::chrono::seconds(1);
// Sessions that began together are not renewed together: up to so much earlier, in percent.
constexpr std::int64_t kJitterPercent = 15;

}  // namespace

runtime::Task<Result<Credentials>> Link::ask_credentials() {
    if (environment_.passwords == nullptr) co_return Credentials{};
    // A source that hangs must not hang the link.
    auto asked = environment_.passwords->credentials(worker_);
    auto credentials = co_await runtime::finish_by(worker_, std::move(asked),
                                                   worker_.now() + environment_.handshake_timeout);
    co_return credentials;
}

void Link::renew_by(SteadyTime end) {
    renew_at_ = kNever;
    if (end == kNever) return;
    const SteadyTime now = worker_.now();
    const Duration span = std::max(end - now, kRetryRenewal);
    const std::int64_t jitter = span.count() * kJitterPercent / 100;
    const auto earlier = worker_.random().below(static_cast<std::uint64_t>(jitter) + 1);
    renew_at_ = now + span - Duration(static_cast<Duration::rep>(earlier));
}

runtime::Task<> Link::renew() {
    const std::uint64_t session = session_;
    const Result<Credentials> credentials = co_await ask_credentials();
    --tasks_;
    if (session != session_ || !up()) {
        renewing_ = false;
    } else if (!credentials || !pipeline_->can_start()) {
        renewal_ended(worker_.now());
    } else {
        renewed_until_ = credentials->renew_by;
        auth_.deadline = worker_.now() + environment_.handshake_timeout;
        append_auth(pipeline_->output(), *credentials);
        start(auth_);
    }
}

// A session whose renewal is refused goes on as it was, until the server ends it.
void Link::auth_replied(const wire::RespNode& reply) {
    const bool refused = reply.type == wire::RespType::error;
    renewal_ended(refused ? worker_.now() : renewed_until_);
}

void Link::renewal_ended(SteadyTime end) {
    renewing_ = false;
    renew_by(end);
}

}  // namespace aside::redis
