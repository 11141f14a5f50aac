// A drill: what happens to L2, to the origin, to the processes or to the load while items are asked
// for, and what must be true nevertheless. docs/drills.md explains each.
//
// Thread rule: immutable tables; the functions are called as Trial says.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/load/arrivals.h"
#include "lab/trials/judge.h"
#include "lab/trials/workload.h"

namespace aside::lab::trials {

class Trial;

// The cluster that a drill wants.
struct ClusterShape {
    unsigned primaries = 3;
    unsigned replicas = 1;         // of each
    unsigned small_primaries = 0;  // of the primaries: the last ones, with few slots
    bool private_network = false;  // one node can be cut off without a word
    bool proxied = false;          // one node can be made slow
};

// Of one function in place of processes: the environments it may have. 0: processes.
struct Functions {
    unsigned quick = 0, full = 0;
};

// Once the caches are warm and the load runs.
struct PhaseLengths {
    Duration before{}, during{}, after{};
    Duration all() const { return before + during + after; }
};

struct Expectation {
    // Values answered from the origin beyond the faultless run's, as a part of all that were asked
    // for; negative: as many as it takes.
    double extra_reads_max = -1;
    bool one_load_of_each = false;  // object, at most, of those the fault concerns
    bool shows_in_article = true;   // else the drill has no power
    bool memory_flat = false;
    bool latency = false;  // p99.9 during, p99 after: in the long form
    // The origin itself says 503 in this drill: its limit cannot be told by that.
    bool origin_throttles = false;
    bool origin_slower = false;  // its loads take several times as long
};

struct TrialDrill {
    std::string_view name;
    std::string_view fault;        // "a primary dies (SIGKILL)"
    std::string_view expectation;  // "hits go on from the replica: no load, no error"
    ClusterShape cluster;
    PhaseLengths quick, full;
    void (*begin_fault)(Trial&) = nullptr;
    void (*end_fault)(Trial&) = nullptr;  // and looks whether it happened
    Expectation expect;
    void (*shape)(Workload&) = nullptr;
    // In place of a steady rate, for as long as the trial counts.
    load::ArrivalPlan (*arrivals)(const Workload&, Duration) = nullptr;
    // All values of one age, which end their fresh time when the fault begins.
    bool expire_together = false;
    // A flag that aside's processes have in this drill beside those of all; told in the report.
    std::string_view aside_has = {};
    // The rate is the highest that every design serves, not half of it, and each design has the
    // machine to itself.
    bool at_highest_rate = false;
    Functions functions;            // of aside: the other designs are not tried
    bool refused_moves_on = false;  // the load asks the other process when one refuses
    // A run without the fault tells what the origin is asked anyway.
    bool faultless_too = true;
};

std::span<const TrialDrill> all_drills();
// Those that are named: by their whole name, or by its beginning up to a dash ("cold-cache" is
// cold-cache-flushed and cold-cache-replaced). Error: bad_input, naming what is not known.
Result<std::vector<const TrialDrill*>> drills_named(std::span<const std::string> names);

}  // namespace aside::lab::trials
