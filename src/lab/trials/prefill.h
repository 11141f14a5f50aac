// Fills L2 as a process that has run for long would have left it: every object, its age spread
// evenly over its fresh time, so that nothing expires together.
//
// Thread rule: as ControlThread; blocks. Errors: of the nodes; a value that a node refuses is one.
#pragma once

#include "lab/local_cluster.h"
#include "lab/origin/dataset.h"
#include "lab/trials/design.h"
#include "lab/trials/workload.h"

namespace aside::lab::trials {

struct PrefillOptions {
    // All of the same age: they expire together. Not set: ages are spread.
    std::optional<Duration> age;
};

struct Prefilled {
    SteadyTime at{};
    std::vector<Duration> ages;  // at that time, by object
};

Result<Prefilled> prefill(ControlThread& control, LocalCluster& cluster, const Dataset& data,
                          const Workload& workload, Design design, PrefillOptions options = {});

}  // namespace aside::lab::trials
