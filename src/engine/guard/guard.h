// What stands before one dependency of the origin (the index, the object store): how many attempts
// at a time, how many in all, how long each, and when none.
//
//   refuse    may a load be made at all? (breaker.h)
//   begin     an attempt begins; it has room, of which there is limit() (concurrency_limit.h)
//   note      its outcome is known, leave: it holds nothing of the store any more
//   take_…    may it be tried again, or a second time beside the first? (attempt_budget.h)
//   timeout…  how long it may take (attempt_times.h)
//   thawed    the process stood still: attempts that were under way say nothing by how they end
//
// The queue for room is the caller's (engine/admission_queue.h). A machine: no I/O, no clock, no
// chance of its own.
//
// Thread rule: any thread; one mutex, which guards a few additions. Ownership: plain.
#pragma once

#include <cstdint>
#include <optional>

#include "base/mutex.h"
#include "engine/guard/attempt_budget.h"
#include "engine/guard/attempt_times.h"
#include "engine/guard/breaker.h"
#include "engine/guard/concurrency_limit.h"

namespace aside::engine {

struct GuardOptions {
    LimitOptions limit;
    AttemptTimeOptions times;
    BudgetOptions budget;
};

enum class AttemptKind : std::uint8_t { first, retry, hedge };
inline constexpr std::size_t kAttemptKinds = 3;

class Guard {
  public:
    explicit Guard(GuardOptions options)
        : limit_(options.limit), times_(options.times), budget_(options.budget) {}

    // When to come back, if the load is shed because the store fails. `background`: nobody waits
    // for it; `draw` is in [0, 1).
    std::optional<Duration> refuse(SteadyTime now, bool background, double draw)
        ASIDE_EXCLUDES(mutex_);

    struct Attempt {
        ConcurrencyLimit::Attempt place;
        SteadyTime give_up{};
    };
    Attempt begin(SteadyTime now, AttemptKind kind) ASIDE_EXCLUDES(mutex_);
    // Once for each attempt. `given_up`: it did not end, and is not waited for any longer.
    void note(const Attempt& attempt, SteadyTime now, HealthSign sign, bool given_up = false)
        ASIDE_EXCLUDES(mutex_);
    // How many attempts there may be at a time, and what half of them take at most (0: not known).
    struct Room {
        std::uint32_t limit;
        Duration typical;
    };
    // After that, once, when the store has let go of it. What it has changed.
    Room leave(SteadyTime now) ASIDE_EXCLUDES(mutex_);

    void thawed(SteadyTime now) ASIDE_EXCLUDES(mutex_);
    // Has the process stood still since then?
    bool thawed_since(SteadyTime then) const ASIDE_EXCLUDES(mutex_);

    bool take_retry(SteadyTime now) ASIDE_EXCLUDES(mutex_);
    bool take_hedge(SteadyTime now) ASIDE_EXCLUDES(mutex_);
    Duration backoff(unsigned retries, double draw) const { return budget_.backoff(retries, draw); }

    std::uint32_t limit() const ASIDE_EXCLUDES(mutex_);
    Duration timeout() const ASIDE_EXCLUDES(mutex_);
    // Nothing when there is no reason to hedge yet.
    std::optional<Duration> hedge_after() const ASIDE_EXCLUDES(mutex_);
    // What half of the attempts take at most; 0 when not known.
    Duration typical() const ASIDE_EXCLUDES(mutex_);
    // How long until `waiting` others have had their turn.
    Duration wait_of(std::uint64_t waiting) const ASIDE_EXCLUDES(mutex_);
    // The chance of a load that somebody waits for to be shed, when one was last asked for.
    double breaker_ratio() const ASIDE_EXCLUDES(mutex_);

  private:
    Duration usual() const ASIDE_REQUIRES(mutex_);

    mutable Mutex mutex_;
    ConcurrencyLimit limit_ ASIDE_GUARDED_BY(mutex_);
    AttemptTimes times_ ASIDE_GUARDED_BY(mutex_);
    AttemptBudget budget_;  // guarded by mutex_, but for backoff(), which changes nothing
    Breaker breaker_ ASIDE_GUARDED_BY(mutex_);
    double breaker_ratio_ ASIDE_GUARDED_BY(mutex_) = 0;
    SteadyTime thawed_at_ ASIDE_GUARDED_BY(mutex_) = SteadyTime::min();
};

}  // namespace aside::engine
