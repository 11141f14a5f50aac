// A cluster that stays when the tool has ended, for whoever works on Aside: up, status, down. What
// there is to know of it stands in its directory: nodes.txt (a port a line), node-N/redis.pid.
//
// Thread rule: as LocalCluster. Errors: conflict (there is one already), not_found (there is none),
// those of LocalCluster.
#pragma once

#include <string>

#include "lab/local_cluster.h"

namespace aside::lab {

// Returns when every replica's link is up.
Result<void> bring_up(ControlThread& control, ClusterOptions options);
// A line for each node, for people.
Result<std::string> describe_standing(ControlThread& control, const std::string& directory);
// Ends exactly the processes that bring_up started, and removes the directory.
Result<void> take_down(ControlThread& control, const std::string& directory);

}  // namespace aside::lab
