// How many shards a cluster needs for what it is asked now: for its curve as for its rates.
//
// Only what L1 does not answer counts: a burst on a few keys asks for nothing. Thread rule: a pure
// function.
#pragma once

#include "sizing/outcome.h"

namespace aside::sizing {

struct Wanted {
    NodeType node;
    unsigned replicas = 1;
    double hit_ratio = 0;  // 0: kUsualShare of the best that there is
};
// Nobody buys a node for the last reads.
inline constexpr double kUsualShare = 0.98;

// The same load as L2 has it, written with the part that L1 usually answers. A curve is of a longer
// time than a rate: a burst of which L1 answers more than usual would seem to miss as often in L2
// as everything else does.
Workload as_l2_has_it(const Workload& workload, double usual_l1_hit_ratio);

ShardNeed needed_now(const Workload& workload, const Site& site, const Assumptions& assumptions,
                     const Wanted& wanted);

}  // namespace aside::sizing
