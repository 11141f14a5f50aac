// Points in time and spans of it. Steady time only moves forward and has no calendar; wall time has
// one and may jump. They are different types, so one cannot be taken for the other. Nothing here
// reads a clock: runtime::Worker does.
//
// Units: nanoseconds inside; every span carries its unit in its type.
#pragma once

#include <chrono>

namespace aside {

using Duration = std::chrono::nanoseconds;

struct SteadyTag {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    using time_point = std::chrono::time_point<SteadyTag>;
    static constexpr bool is_steady = true;
};
using SteadyTime = std::chrono::time_point<SteadyTag, Duration>;  // since an arbitrary start
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

inline constexpr SteadyTime kNever = SteadyTime::max();

}  // namespace aside
