// Chance from outside: the seed of everything else that is drawn. Thread rule: any thread.
#pragma once

#include <cstdint>

namespace aside::runtime {

std::uint64_t draw_seed();  // from getrandom(2)

}  // namespace aside::runtime
