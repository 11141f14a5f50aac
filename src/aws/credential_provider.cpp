#include "aws/credential_provider.h"

#include <algorithm>

namespace aside::aws {

// Lives in the frame of who waits.
struct CredentialProvider::Waiter {
    Waiter(CredentialProvider& of, runtime::Worker& on, SteadyTime until)
        : provider(of), worker(on), deadline(until), timer(on.make_timer([this] {
              if (provider.forget(*this)) frame.resume();
          })) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> suspended) {
        frame = suspended;
        {
            const MutexLock lock(provider.mutex_);
            // It may have ended since we looked.
            if (!provider.fetching_ || provider.closed_) return false;
            provider.waiters_.push_back(this);
        }
        timer->arm(deadline);
        return true;
    }
    void await_resume() const { timer->disarm(); }

    CredentialProvider& provider;
    runtime::Worker& worker;
    const SteadyTime deadline;
    const std::unique_ptr<runtime::Timer> timer;
    std::coroutine_handle<> frame;
};

namespace {

WallTime on_the_wall(const runtime::Worker& worker, SteadyTime at) {
    return at == kNever ? WallTime::max() : worker.wall_now() + (at - worker.now());
}

}  // namespace

CredentialProvider::CredentialProvider(std::unique_ptr<CredentialSource> source,
                                       RenewalOptions options, telemetry::Registry& registry,
                                       telemetry::Logger* log)
    : source_(std::move(source)),
      options_(options),
      log_(log),
      renewed_(registry.counter("aside_aws_credentials_fetches_total",
                                "Fetches of credentials for AWS.", {{"result", "ok"}})),
      failed_(registry.counter("aside_aws_credentials_fetches_total",
                               "Fetches of credentials for AWS.", {{"result", "failed"}})) {}

CredentialProvider::~CredentialProvider() = default;

runtime::Task<Result<CredentialsRef>> CredentialProvider::credentials(runtime::Worker& worker,
                                                                      SteadyTime deadline) {
    for (;;) {
        auto answer = at_hand(worker);
        if (answer) co_return std::move(*answer);
        if (worker.now() >= deadline) {
            co_return fail(Errc::timed_out, "no credentials for AWS in time");
        }
        Waiter waiter(*this, worker, deadline);
        co_await waiter;
    }
}

std::optional<Result<CredentialsRef>> CredentialProvider::at_hand(runtime::Worker& worker) {
    const SteadyTime now = worker.now();
    const WallTime wall_now = worker.wall_now();
    std::optional<Result<CredentialsRef>> answer;
    bool start = false;
    {
        const MutexLock lock(mutex_);
        if (closed_) return fail(Errc::cancelled, "closed");
        start = !fetching_ && (now >= fetch_at_ || wall_now >= wall_fetch_at_);
        if (current_ && now < expires_ && wall_now < wall_expires_) {
            answer = current_;
        } else if (!fetching_ && !start && last_error_) {
            answer = fail(*last_error_);
        }
        fetching_ = fetching_ || start;
        if (start) fetch_began_ = now;
    }
    if (start) worker.spawn(fetch(worker));
    return answer;
}

runtime::Task<> CredentialProvider::fetch(runtime::Worker& worker) {
    auto result = co_await source_->fetch(worker, worker.now() + options_.fetch_timeout);
    keep(worker, std::move(result));
}

void CredentialProvider::keep(runtime::Worker& worker, Result<FetchedCredentials> result) {
    (result ? renewed_ : failed_).add(worker.index());
    if (log_ && !result) {
        log_->warning("aws.credentials_failed",
                      {{"source", source_->name()}, {"reason", to_string(result.error())}});
    }
    const SteadyTime now = worker.now();
    std::vector<Waiter*> waiters;
    {
        const MutexLock lock(mutex_);
        if (result) {
            current_ = std::make_shared<const AwsCredentials>(std::move(result->credentials));
            expires_ = result->expires;
            kept_at_ = now;
            fetch_at_ = renewal_of(worker, expires_);
            failures_ = 0;
            last_error_.reset();
        } else if (fetch_began_ <= thawed_at_) {
            fetch_at_ = now;  // who waits begins another
        } else {
            const bool valid = current_ && now < expires_ && worker.wall_now() < wall_expires_;
            const Duration cap = valid ? options_.backoff_cap : options_.backoff_cap_without;
            constexpr std::uint32_t kMostDoublings = 20;
            const Duration most =
                std::min(cap, options_.backoff_base *
                                  (Duration::rep{1} << std::min(failures_++, kMostDoublings)));
            fetch_at_ = now + Duration(static_cast<Duration::rep>(
                                  worker.random().below(static_cast<std::uint64_t>(most.count()))));
            last_error_ = std::move(result.error());
        }
        if (result) wall_expires_ = on_the_wall(worker, expires_);
        wall_fetch_at_ = on_the_wall(worker, fetch_at_);
        fetching_ = false;
        waiters.swap(waiters_);
    }
    resume(waiters);
}

void CredentialProvider::thawed(SteadyTime now) {
    {
        const MutexLock lock(mutex_);
        thawed_at_ = std::max(thawed_at_, now);
    }
    source_->thawed(now);
}

SteadyTime CredentialProvider::renewal_of(runtime::Worker& worker, SteadyTime expires) const {
    if (expires == kNever) return kNever;
    const Duration life = expires - worker.now();
    const Duration earliest = std::min(options_.earliest, life / 2);
    const Duration latest = std::min(options_.latest, life / 6);
    const auto spread =
        static_cast<std::uint64_t>(std::max<Duration::rep>((earliest - latest).count(), 1));
    return expires - earliest + Duration(static_cast<Duration::rep>(worker.random().below(spread)));
}

void CredentialProvider::refused(runtime::Worker& worker, const CredentialsRef& credentials) {
    const MutexLock lock(mutex_);
    // Keys that are given once for all would only come back, and so would those just fetched.
    const bool young = worker.now() - kept_at_ < options_.backoff_cap_without;
    if (credentials != current_ || expires_ == kNever || young) return;
    expires_ = {};
    fetch_at_ = {};
}

bool CredentialProvider::forget(Waiter& waiter) {
    const MutexLock lock(mutex_);
    return std::erase(waiters_, &waiter) > 0;
}

void CredentialProvider::resume(const std::vector<Waiter*>& waiters) {
    for (Waiter* const waiter : waiters) {
        waiter->worker.post([frame = waiter->frame] { frame.resume(); });
    }
}

void CredentialProvider::close(runtime::Worker& worker) {
    std::vector<Waiter*> waiters;
    {
        const MutexLock lock(mutex_);
        closed_ = true;
        waiters.swap(waiters_);
    }
    resume(waiters);
    source_->close(worker);
}

}  // namespace aside::aws
