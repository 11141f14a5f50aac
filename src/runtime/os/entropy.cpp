#include "runtime/os/entropy.h"

#include <sys/random.h>

#include "runtime/os/event_loop.h"

namespace aside::runtime {

std::uint64_t draw_seed() {
    std::uint64_t seed = 0;
    if (::getrandom(&seed, sizeof seed, 0) == sizeof seed) return seed;
    // Only where a sandbox forbids it. Seeds keep attackers from aiming at a bucket; they are no
    // secret.
    return static_cast<std::uint64_t>(EventLoop::now().time_since_epoch().count()) ^
           static_cast<std::uint64_t>(::getpid());
}

}  // namespace aside::runtime
