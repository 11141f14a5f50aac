// What is to go wrong with a store, set and changed while it is in use, and what has been asked of
// it.
//
// A rate is a number in a million calls, each drawn on its own from the calling worker's Random:
// the same seed gives the same faults. Several faults may be set at once; a call meets at most one
// of hang, error, absent and damage, in that order, unless there were too many. Thread rule: any
// thread; a call uses the plan that was set when it began, but for `hang`, which ends when no
// longer set.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/error.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/time.h"

namespace aside::origin {

inline constexpr std::uint32_t kAlways = 1'000'000;  // a rate: every call

struct FaultPlan {
    Duration latency{0};           // every call takes this much longer …
    Duration latency_jitter{0};    // … and up to this much more, evenly drawn
    std::uint32_t hang_rate = 0;   // no answer before the deadline; then Errc::timed_out
    std::uint32_t error_rate = 0;  // `error`, and the store behind is not asked
    Errc error = Errc::io;
    std::uint32_t absent_rate =
        0;  // a load says that what it was asked for does not exist: a store that lies
    std::uint32_t damage_rate =
        0;  // a load's body loses its second half (and an item its last reference)
    // Log-normal, on top of `latency`: half of the calls take longer than the median, one in a
    // hundred longer than the other. A median of 0: none.
    Duration latency_median{0};
    Duration latency_p99{0};
    double latency_factor = 1;  // on all of the above
    // A call that finds so many in progress fails at once with Errc::throttled. 0: no limit.
    std::uint64_t most_in_progress = 0;
};

enum class FaultKind : std::uint8_t { none, hang, error, absent, damage, throttled };
inline constexpr std::size_t kFaultKinds = 6;

// How long a call takes, all told.
Duration draw_latency(const FaultPlan& plan, Random& random);

class FaultSwitch {
  public:
    void set(const FaultPlan& plan) ASIDE_EXCLUDES(mutex_);
    void clear() { set(FaultPlan{}); }
    FaultPlan plan() const ASIDE_EXCLUDES(mutex_);

    // Which fault this call meets, by chance; counted.
    FaultKind draw(const FaultPlan& plan, Random& random);
    void count(FaultKind kind);

    std::uint64_t calls() const;
    std::uint64_t met(FaultKind kind) const;
    std::uint64_t in_progress() const { return in_progress_.load(std::memory_order_relaxed); }
    std::uint64_t most_in_progress() const { return peak_.load(std::memory_order_relaxed); }
    // Gives how many are in progress then.
    std::uint64_t call_begins(std::uint64_t calls = 1);
    void call_ends(std::uint64_t calls = 1) {
        in_progress_.fetch_sub(calls, std::memory_order_relaxed);
    }

    // Calls that wait now end soon, with Errc::cancelled: their store has died.
    void end_calls() { life_.fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t life() const { return life_.load(std::memory_order_relaxed); }

  private:
    mutable Mutex mutex_;
    FaultPlan plan_ ASIDE_GUARDED_BY(mutex_);
    std::array<std::atomic<std::uint64_t>, kFaultKinds> met_{};
    std::atomic<std::uint64_t> in_progress_{0};
    std::atomic<std::uint64_t> peak_{0};
    std::atomic<std::uint64_t> life_{0};
};

}  // namespace aside::origin
