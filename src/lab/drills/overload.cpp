#include "lab/drills/all_drills.h"

namespace aside::lab {

std::vector<Drill> overload_drills() {
    return {};
}

}  // namespace aside::lab
