// How long this worker's own loop stood still: time in which a peer may have answered and could not
// be heard, so that no peer is judged by it.
//
// Kept by a pulse, a timer that is due every so often while reads are under way: what it is late
// by, the loop stood still. Less than the time between two pulses may go unseen. Thread rule: one
// worker.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace aside::redis {

class LoopStalls {
  public:
    // Lateness of a healthy timer.
    static constexpr Duration kGrain = std::chrono::milliseconds(2);

    // The next pulse; kNever: none, nobody waits for a peer.
    void expect(SteadyTime due) { due_ = due; }
    // It came.
    void pulsed(SteadyTime now) {
        const Duration late = late_by(now);
        total_ += late;
        last_ = late;
        if (late > Duration::zero()) ended_at_ = now;
        due_ = kNever;
    }
    // The process stood still until now, whether a pulse was due or not.
    void thawed(SteadyTime now) { ended_at_ = now; }

    // In all; what goes on at this moment too. The difference of two is the share of the time
    // between them.
    Duration total(SteadyTime now) const { return total_ + late_by(now); }
    SteadyTime ended_at() const { return ended_at_; }  // of the latest
    Duration last() const { return last_; }            // the latest pulse's lateness

  private:
    Duration late_by(SteadyTime now) const {
        if (due_ == kNever || now <= due_ + kGrain) return Duration::zero();
        return now - due_;
    }

    SteadyTime due_ = kNever;
    SteadyTime ended_at_{};
    Duration total_{};
    Duration last_{};
};

}  // namespace aside::redis
