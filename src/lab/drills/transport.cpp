#include "lab/drills/all_drills.h"

namespace aside::lab {

std::vector<Drill> transport_drills() {
    return {};
}

}  // namespace aside::lab
