// The times of a value of L2, which are wall clock, as this process's steady clock has them.
//
// Clocks of machines differ and wall clocks jump, so that a foreign time is believed only within
// this process's own limits: nothing was answered by the origin later than now, and nothing is
// fresh for longer than a value loaded at its origin time would be. Thread rule: pure functions.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace aside::engine {

struct SteadyTimes {
    SteadyTime origin_time, fresh_until;
};

// `now_steady` and `now_wall` are the same moment. `fresh_max`: what this process calls fresh at
// most for such a value; Duration::max() for one that never changes.
inline SteadyTimes steady_times(WallTime origin_time, WallTime fresh_until, SteadyTime now_steady,
                                WallTime now_wall, Duration fresh_max) {
    // Further away is as good as for ever, and keeps sums from overflowing.
    constexpr Duration kFar = std::chrono::hours(24 * 365 * 30);
    const auto from_now = [&](WallTime at) {
        Duration::rep ns = 0;
        const bool overflow = __builtin_sub_overflow(at.time_since_epoch().count(),
                                                     now_wall.time_since_epoch().count(), &ns);
        if (overflow) return at < now_wall ? -kFar : kFar;
        return std::clamp(Duration(ns), -kFar, kFar);
    };
    SteadyTimes times;
    times.origin_time = now_steady + std::min(from_now(origin_time), Duration{});
    if (fresh_max == Duration::max()) {
        times.fresh_until = kNever;
    } else {
        times.fresh_until =
            std::min(now_steady + from_now(fresh_until), times.origin_time + fresh_max);
    }
    return times;
}

}  // namespace aside::engine
