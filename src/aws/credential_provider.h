// The credentials of this process, always at hand: fetched once, renewed ahead of their end.
//
// Renewal begins at a random moment in the last part of their life, so that a fleet that was
// started together does not renew together, and whoever asks meanwhile gets the old ones, which
// stay in use as long as they are valid even if renewals fail. Failed fetches are tried again after
// a backoff with full jitter; who has nothing valid waits for the fetch under way, or is told at
// once why the last one failed while the next is not due. However many ask on however many workers,
// one fetch runs at a time. Their end is watched on the wall clock too, which goes on while a
// machine is paused.
//
// Thread rule: from any worker; who waits is resumed on his own. Ownership: owns the source; must
// outlive its calls and fetches: close() on each worker. Errors: those of the source; timed_out
// (the caller's deadline); cancelled (closed). Logs say where from and why not, never what.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "base/mutex.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aside::aws {

struct RenewalOptions {
    Duration fetch_timeout = std::chrono::seconds(5);
    // Renewal begins at a random moment between so long before the end…
    Duration earliest = std::chrono::minutes(15);  // at most half of their life
    Duration latest = std::chrono::minutes(5);     // …and so long; at most a sixth of it
    Duration backoff_base = std::chrono::seconds(1);
    Duration backoff_cap = std::chrono::seconds(60);
    // Without valid ones somebody waits: then at most so long.
    Duration backoff_cap_without = std::chrono::seconds(5);
};

using CredentialsRef = std::shared_ptr<const AwsCredentials>;

class CredentialProvider {
  public:
    CredentialProvider(std::unique_ptr<CredentialSource> source, RenewalOptions options,
                       telemetry::Registry& registry, telemetry::Logger* log);
    ~CredentialProvider();
    CredentialProvider(const CredentialProvider&) = delete;

    runtime::Task<Result<CredentialsRef>> credentials(runtime::Worker& worker, SteadyTime deadline);

    // The service that these were used with says they have expired: they are not given out again.
    void refused(runtime::Worker& worker, const CredentialsRef& credentials);

    // The process stood still up to now: a fetch that was under way says nothing by its failure.
    // Any thread.
    void thawed(SteadyTime now);

    // Where they come from, for people: "environment".
    std::string_view source_name() const { return source_->name(); }

    void close(runtime::Worker& worker);

  private:
    struct Waiter;

    // The answer there is without waiting; nothing: there is none. Starts a fetch where one is due.
    std::optional<Result<CredentialsRef>> at_hand(runtime::Worker& worker);
    runtime::Task<> fetch(runtime::Worker& worker);
    void keep(runtime::Worker& worker, Result<FetchedCredentials> result);
    SteadyTime renewal_of(runtime::Worker& worker, SteadyTime expires) const;
    bool forget(Waiter& waiter);
    static void resume(const std::vector<Waiter*>& waiters);

    const std::unique_ptr<CredentialSource> source_;
    const RenewalOptions options_;
    telemetry::Logger* const log_;  // may be null
    telemetry::Counter& renewed_;
    telemetry::Counter& failed_;

    Mutex mutex_;
    CredentialsRef current_ ASIDE_GUARDED_BY(mutex_);
    SteadyTime expires_ ASIDE_GUARDED_BY(mutex_){};
    SteadyTime kept_at_ ASIDE_GUARDED_BY(mutex_){};   // they came
    SteadyTime fetch_at_ ASIDE_GUARDED_BY(mutex_){};  // the next one is due
    // The same moments on the wall clock.
    WallTime wall_expires_ ASIDE_GUARDED_BY(mutex_){};
    WallTime wall_fetch_at_ ASIDE_GUARDED_BY(mutex_) = WallTime::max();
    SteadyTime fetch_began_ ASIDE_GUARDED_BY(mutex_){};
    SteadyTime thawed_at_ ASIDE_GUARDED_BY(mutex_) = SteadyTime::min();
    bool fetching_ ASIDE_GUARDED_BY(mutex_) = false;
    bool closed_ ASIDE_GUARDED_BY(mutex_) = false;
    std::uint32_t failures_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::optional<Error> last_error_ ASIDE_GUARDED_BY(mutex_);
    std::vector<Waiter*> waiters_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::aws
