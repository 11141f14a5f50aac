#include "lab/drills/all_drills.h"

namespace aside::lab {

std::vector<Drill> all_drills() {
    std::vector<Drill> all;
    for (const auto theme : {redirect_drills, failover_drills, node_state_drills, transport_drills,
                             overload_drills, topology_drills, coherence_drills, cold_start_drills,
                             namespace_drills, version_drills, redis_default_drills}) {
        for (const Drill& drill : theme()) all.push_back(drill);
    }
    return all;
}

}  // namespace aside::lab
