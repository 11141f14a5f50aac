// Fills L2 as processes that have run for long would have left it, each object as old as it would
// be then (steady_ages.h): a design that keeps nothing stale lacks what is no longer fresh.
//
// Thread rule: as ControlThread; blocks. Errors: of the nodes; a value that a node refuses is one.
#pragma once

#include "lab/local_cluster.h"
#include "lab/origin/dataset.h"
#include "lab/trials/design.h"
#include "lab/trials/workload.h"

namespace aside::lab::trials {

struct PrefillOptions {
    // All of the same age: they expire together.
    std::optional<Duration> age;
};

struct Prefilled {
    SteadyTime at{};
    std::vector<Duration> ages;  // at that time, by object
};

Result<Prefilled> prefill(ControlThread& control, LocalCluster& cluster, const Dataset& data,
                          const Workload& workload, Design design, PrefillOptions options = {});

}  // namespace aside::lab::trials
