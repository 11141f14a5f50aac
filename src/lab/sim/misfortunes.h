// What can happen to a simulated cluster under load, each as one task that begins it, waits, and
// ends it. Scenarios are made of these; chaos draws among them.
//
// Thread rule: on the nodes' worker.
#pragma once

#include <ostream>
#include <span>
#include <string_view>

#include "lab/sim/sim_bed.h"

namespace aside::lab {

struct Misfortune {
    std::string_view name;
    runtime::Task<> (*happen)(SimBed&);
};
// For tests' messages; gtest chose the name.
// NOLINTNEXTLINE(readability-identifier-naming)
inline void PrintTo(const Misfortune& misfortune, std::ostream* out) {
    *out << misfortune.name;
}

std::span<const Misfortune> misfortunes();
const Misfortune& misfortune(std::string_view name);

// A few of them one after another, drawn from the bed's seed (chaos.cpp).
runtime::Task<> some_misfortunes(SimBed& bed);

}  // namespace aside::lab
