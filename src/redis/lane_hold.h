// Whether a node takes fills at the moment: a machine without I/O.
//
// Held after OOM, MISCONF and NOREPLICAS for 1 s, doubling up to 30 s until a write succeeds; after
// LOADING for 1 s; and while the link is stuck: a write has had no answer in time and not a byte
// came since it was sent. A server that pauses writes (a planned failover does, for up to 10 s) is
// stuck in this sense and well in every other. After a hold only a few fills go until one of them
// succeeds. Thread rule: one worker; times are passed in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace aside::redis {

class LaneHold {
  public:
    LaneHold(Duration pause_min, Duration pause_max)
        : pause_min_(pause_min), pause_max_(pause_max) {}

    bool held(SteadyTime now) const { return stuck_at_.has_value() || now < paused_until_; }
    // When it may end by itself; kNever: when something is heard.
    SteadyTime until() const { return stuck_at_ ? kNever : paused_until_; }
    bool stuck() const { return stuck_at_.has_value(); }
    // Fills that may be under way at once.
    std::uint32_t window() const { return proven_ ? kWindow : kTrialWindow; }

    void pause(SteadyTime now) {
        if (now < paused_until_) return;  // one of those that were under way when it began
        pause_length_ = pause_length_ == Duration{} ? pause_min_ : pause_length_ * 2;
        pause_length_ = std::min(pause_length_, pause_max_);
        begin_pause(now + pause_length_);
    }
    void loading(SteadyTime now) { begin_pause(std::max(paused_until_, now + pause_min_)); }

    // A write sent at `sent_at` is overdue.
    void overdue(SteadyTime sent_at, SteadyTime last_heard, SteadyTime now) {
        trouble();
        if (last_heard <= sent_at && !stuck_at_) stuck_at_ = now;
    }
    void heard(SteadyTime last_heard) {
        if (!stuck_at_ || last_heard <= *stuck_at_) return;
        stuck_at_.reset();
        announce_ = true;
    }
    void wrote() {
        pause_length_ = {};
        if (troubled_) announce_ = true;
        proven_ = true;
    }
    void failed() { trouble(); }
    void link_up() {
        stuck_at_.reset();
        announce_ = true;
    }
    void link_down() {
        stuck_at_.reset();
        trouble();
    }

    // True once each time the node may take fills again.
    bool take_writable(SteadyTime now) {
        if (pause_ends_ && now >= paused_until_) {
            pause_ends_ = false;
            announce_ = true;
        }
        if (held(now) || !announce_) return false;
        announce_ = troubled_ = false;
        return true;
    }

  private:
    static constexpr std::uint32_t kWindow = 128;
    static constexpr std::uint32_t kTrialWindow = 4;

    void trouble() {
        proven_ = false;
        troubled_ = true;
    }
    void begin_pause(SteadyTime until) {
        trouble();
        paused_until_ = until;
        pause_ends_ = true;
        announce_ = false;
    }

    Duration pause_min_, pause_max_;
    Duration pause_length_{};
    SteadyTime paused_until_{};
    std::optional<SteadyTime> stuck_at_;
    bool pause_ends_ = false;
    bool proven_ = false;    // a write has succeeded since the last trouble
    bool troubled_ = false;  // since it was last said to take fills
    bool announce_ = false;
};

}  // namespace aside::redis
