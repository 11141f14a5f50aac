// The drills by theme: a file each.
#pragma once

#include <vector>

#include "lab/trials/drill.h"

namespace aside::lab::trials {

std::vector<TrialDrill> node_drills();    // nodes die, freeze, are cut off, are slow
std::vector<TrialDrill> shape_drills();   // the cluster grows and shrinks
std::vector<TrialDrill> cold_drills();    // caches and processes that hold nothing
std::vector<TrialDrill> crowd_drills();   // many ask for one thing, or for new things
std::vector<TrialDrill> redis_drills();   // memory, connections, long commands
std::vector<TrialDrill> origin_drills();  // slow, throttled, dead
std::vector<TrialDrill> lambda_drills();  // a function, with many environments
std::vector<TrialDrill> story_drills();   // all of it, in two hours

}  // namespace aside::lab::trials
