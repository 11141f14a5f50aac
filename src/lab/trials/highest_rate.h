// The highest steady rate that a design serves well on this machine, found by a ramp: what the long
// drills take half of.
//
// Thread rule: as Trial. Errors: as Trial::run, and not_found when the lowest rate is already too
// high.
#pragma once

#include <span>

#include "lab/trials/trial.h"

namespace aside::lab::trials {

// "Well": no error, and p99 is at most so much over that of the lowest step, in which a design that
// loads from the origin may already take as long as the origin does.
inline constexpr Duration kServedWellMore = std::chrono::milliseconds(250);

// By the seconds of the ramp: steps of 4 s from 100 a second, each 1.25 times the one before. Pure.
Result<double> highest_served_well(const std::vector<SecondFigures>& seconds);

Result<double> highest_rate(ControlThread& control, const TrialBench& bench, Design design,
                            const Workload& workload);

// The highest that all of them serve well, each on a ramp of its own, side by side. They share the
// machine's processors, and their nodes do too: it is less than what one alone serves, divided.
Result<double> highest_rate_at_once(const TrialBench& bench, std::span<const Design> designs,
                                    const Workload& workload);

}  // namespace aside::lab::trials
