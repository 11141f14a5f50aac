#include "lab/drills/all_drills.h"

namespace aside::lab {

std::vector<Drill> node_state_drills() {
    return {};
}

}  // namespace aside::lab
