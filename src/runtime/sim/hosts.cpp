#include "runtime/sim/hosts.h"

#include <algorithm>

namespace aside::runtime {

namespace {

constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;

// When `bytes` that reach the line at `when` have passed it.
SteadyTime through(SteadyTime& busy_until, std::uint64_t bytes_per_second, std::size_t bytes,
                   SteadyTime when) {
    if (bytes_per_second == 0) return when;
    const auto spent = static_cast<Duration::rep>(bytes * kNanosecondsPerSecond / bytes_per_second);
    busy_until = std::max(busy_until, when) + Duration(spent);
    return busy_until;
}

}  // namespace

Duration extra_latency(const SimHost& from, const SimHost& to) {
    return from.faults.extra_latency + to.faults.extra_latency;
}

SteadyTime send_over(SimHost& from, SimHost& to, std::size_t bytes, SteadyTime now,
                     Duration latency) {
    const SteadyTime sent =
        through(from.sends_until, from.faults.bandwidth_bytes_per_second, bytes, now);
    return through(to.receives_until, to.faults.bandwidth_bytes_per_second, bytes,
                   sent + latency + extra_latency(from, to));
}

}  // namespace aside::runtime
