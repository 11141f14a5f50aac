// What can happen to a simulated cluster under load, each as one task that begins it, waits, and
// ends it. Scenarios are made of these; chaos draws among them.
//
// Thread rule: on the nodes' worker.
#pragma once

#include <ostream>
#include <span>
#include <string_view>

#include "lab/sim/scenario.h"

namespace aside::lab {

struct Misfortune {
    std::string_view name;
    runtime::Task<> (*happen)(ScenarioBed&);
};
// For tests' messages.
inline void PrintTo(const Misfortune& misfortune, std::ostream* out) {
    *out << misfortune.name;
}

std::span<const Misfortune> misfortunes();
const Misfortune& misfortune(std::string_view name);

}  // namespace aside::lab
