// What part of the reads a larger or smaller L2 would miss: the miss-ratio curve of what this
// engine is asked for, from the references to a part of the objects (sizing/curve_estimator.h).
//
// A key that is not chosen costs a comparison and an increment. One that is costs some hundred
// nanoseconds, so that at the beginning no more than one in 128 is; but one that was just read
// costs no more than a look at the worker's own latest few (waiting_reads.h), however hot it is.
// What was seen half an hour ago counts half. Objects live as long as L2 keeps them, versions that
// never change among them: what has expired gives up its place.
//
// Thread rule: `note` and `sample` on the worker given; the rest from any thread, which does not
// hear of what a worker has still to tell: a second's reads, or 32 of chosen keys. Limits:
// `tracked_max` keys, under 256 bytes each; 1 KiB a worker.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/time.h"
#include "base/value.h"
#include "engine/options.h"
#include "engine/waiting_reads.h"
#include "sizing/curve_estimator.h"

namespace aside::engine {

class CurveSampler {
  public:
    CurveSampler(const EngineOptions& options, unsigned workers);

    // A read that was answered with this value. True: its key is chosen, and sample() is to hear of
    // it, with the time: most need none, and reading a clock costs more than all of this.
    bool note(unsigned worker, const Value& value) {
        if (value.kind() == ValueKind::index_entry || value.absent()) return false;
        if (value.key_hash() <= highest_chosen_.load(std::memory_order_relaxed)) return true;
        ++reads_[worker].passed_over;
        return false;
    }
    void sample(unsigned worker, const Value& value, SteadyTime now);

    bool on() const { return tracked_max_ > 0; }
    // {"policy":"lru",…,"curve":[{"entries":…,"bytes":…,"miss_ratio":…,"refresh_ratio":…},…]}
    std::string json() const;
    std::size_t memory_bytes() const;

  private:
    // Of one worker, since it told the estimator last.
    struct alignas(64) Reads {
        std::uint64_t passed_over = 0;
        WaitingReads chosen;
    };
    struct Times {
        std::uint64_t fresh_ms = 0, lifetime_ms = 0;

        // In which a read of the same key is a hit that asks nobody.
        std::uint64_t good_for_ms() const { return fresh_ms > 0 ? fresh_ms : lifetime_ms; }
    };

    const Times& times_for(bool versioned) const { return versioned ? versioned_times_ : times_; }
    void tell(Reads& reads, SteadyTime now);
    void age(SteadyTime now) ASIDE_REQUIRES(mutex_);
    static Times times_of(const FreshnessLimits& limits);

    const std::size_t tracked_max_;
    const unsigned workers_;
    const Times times_;  // of unversioned objects
    const Times versioned_times_;
    std::unique_ptr<Reads[]> reads_;
    std::atomic<std::uint64_t> highest_chosen_;
    mutable Mutex mutex_;
    sizing::CurveEstimator estimator_ ASIDE_GUARDED_BY(mutex_);
    SteadyTime faded_ ASIDE_GUARDED_BY(mutex_){};
    double bodies_ ASIDE_GUARDED_BY(mutex_) = 0, body_bytes_ ASIDE_GUARDED_BY(mutex_) = 0;
};

}  // namespace aside::engine
