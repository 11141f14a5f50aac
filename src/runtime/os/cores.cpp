#include "runtime/os/cores.h"

#include <algorithm>

#include <sched.h>

namespace aside::runtime {

unsigned usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

}  // namespace aside::runtime
