// Figures of a trial, from what was written down and from the ground truth. Arithmetic only.
//
// A *false miss* is a load of an object from the origin, asked for without a condition (a refresh
// carries If-None-Match), although a copy of it was held by a node in reach all through the
// kUnsure before. What happens to a copy within kUnsure of a load makes the load *not judged*, and
// so does a stall of the whole machine (lab/machine_stalls.h).
//
// A failed request was *avoidable* when the origin could have answered within the deadline (it was
// up, and took less than its limit), or when every object of its item was held by a node in reach.
//
// Thread rule: pure.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "lab/trials/copies.h"
#include "lab/trials/record.h"
#include "lab/trials/workload.h"

namespace aside::lab::trials {

inline constexpr Duration kUnsure = std::chrono::milliseconds(100);
inline constexpr Duration kRecoveredAfter = std::chrono::seconds(5);

struct Latencies {
    std::uint64_t requests = 0;
    Duration p50{}, p99{}, p999{}, max{};
};

struct SecondFigures {  // by seconds since the beginning
    std::uint64_t requests = 0, failed = 0, origin_loads = 0;
    Duration p50{}, p99{};
};

struct Figures {
    std::uint64_t requests = 0;
    std::uint64_t errors = 0, avoidable = 0;
    std::uint64_t wrong = 0, too_old = 0;
    std::uint64_t false_misses = 0, judged = 0, not_judged = 0;  // loads of objects
    std::uint64_t not_judged_in_stalls = 0;                      // of those
    std::uint64_t unknowns = 0;
    std::uint64_t moved = 0;
    std::uint64_t origin_loads = 0;       // of objects and items
    std::uint64_t loads_since_fault = 0;  // of these, those that began with the fault or later
    std::uint64_t object_reads = 0;       // values that were asked for
    std::uint64_t reads_from_origin = 0;  // of these, as the answers tell
    std::uint64_t object_loads = 0;       // without a condition
    std::uint64_t throttled = 0;          // answers of 503 by the origin
    std::uint64_t most_loads = 0;
    std::uint64_t most_loads_of_one = 0;  // object, without a condition
    std::uint64_t connections_opened = 0;
    bool counts_connections = false;
    std::array<Latencies, kPhases> latency;  // of what was answered
    Duration late_p99{};                     // of requests due from 5 s after the fault was mended
    // From the fault on until nothing failed or was late any more; 0: nothing ever was.
    Duration recovery{};
    double memory_slope_per_hour = 0;  // of all there was in the middle, as a part; 0: not known
    Duration fault_at{}, mended_at{};  // since the beginning
    std::vector<SecondFigures> seconds;

    std::vector<std::string> examples;  // of false misses and errors, for people

    double errors_per_million() const {
        return requests == 0 ? 0
                             : 1e6 * static_cast<double>(errors) / static_cast<double>(requests);
    }
};

Figures judge(const TrialRecord& record, const Copies& copies, const Dataset& data,
              const Workload& workload);

}  // namespace aside::lab::trials
