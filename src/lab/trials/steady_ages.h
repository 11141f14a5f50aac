// How old each object is once a load has gone on for long: who is asked for often is loaded when
// its fresh time is over, who is asked for seldom stands there stale for a while.
//
// A trial that began with other ages would see its loads of the origin grow or shrink for a minute,
// and take that for the fault's doing. Thread rule: none (a function); takes tens of milliseconds.
// None is older than oldest_filled(), so that none is too old to be kept before a drill is over.
// Pure: the same workload gives the same ages.
#pragma once

#include <vector>

#include "base/time.h"
#include "lab/origin/dataset.h"
#include "lab/trials/workload.h"

namespace aside::lab::trials {

Duration oldest_filled(const Workload& workload);
// By object.
std::vector<Duration> steady_ages(const Dataset& data, const Workload& workload);

}  // namespace aside::lab::trials
