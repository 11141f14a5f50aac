// What a trial runs: the data, what is asked for and how often, how the caches and the origin are
// set. Everything is a flag of `aside drill` and stands in its report.
//
// Thread rule: plain values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "lab/origin/dataset.h"
#include "origin/fault/fault_switch.h"

namespace aside::lab::trials {

struct Workload {
    DatasetOptions data;
    double zipf = 0.9;
    double per_second = 400;  // items, to all processes together
    unsigned processes = 2;
    double l1_share = 0.02;  // L1 of each process, of the bytes of all objects
    Duration index_fresh = std::chrono::seconds(1);
    Duration objects_fresh = std::chrono::seconds(60);
    Duration stale = std::chrono::seconds(120);
    Duration origin_median = std::chrono::milliseconds(20);
    Duration origin_p99 = std::chrono::milliseconds(200);
    std::uint32_t origin_limit = 200;  // loads at once; the next one is answered with 503
    Duration deadline = std::chrono::seconds(3);  // of a request, within the process
    unsigned connections = 256;                   // of the load
    Duration cdn_time_to_live{};                  // of a CDN before the load; 0: there is none
    std::uint64_t seed = 1;

    // What may be answered no more, however the origin fares.
    Duration oldest() const { return objects_fresh + stale; }
    origin::FaultPlan origin_plan() const;
};

// The same in a size that fills within a second: for CI.
Workload quick_workload();

// Error: bad_input, naming the flag: what makes no sense, or is more than a trial takes.
Result<void> check(const Workload& workload);

// Name and value of each, in the words of the flags.
std::vector<std::pair<std::string, std::string>> describe(const Workload& workload);

}  // namespace aside::lab::trials
