// The drills, a list for each theme. docs/drills.md says what each shows.
//
// Thread rule: pure functions.
#pragma once

#include <vector>

#include "lab/drill.h"

namespace aside::lab {

std::vector<Drill> redirect_drills();
std::vector<Drill> failover_drills();
std::vector<Drill> node_state_drills();
std::vector<Drill> transport_drills();
std::vector<Drill> overload_drills();
std::vector<Drill> topology_drills();
std::vector<Drill> coherence_drills();
std::vector<Drill> cold_start_drills();
std::vector<Drill> namespace_drills();
std::vector<Drill> version_drills();
std::vector<Drill> redis_default_drills();

std::vector<Drill> all_drills();

}  // namespace aside::lab
