// Runs drills one after the other, each against every design. Where latencies are judged, one
// design after the other has the machine; else all are tried at once, each from a control thread of
// its own, which takes a fraction of the time and leaves counts as they are. In the long form they
// begin a few seconds apart: what a fault costs the machine (a node that comes back copies all it
// had, say) falls on one design at a time.
//
// Thread rule: one thread, no worker's; blocks. Ownership: borrows what it is given.
#pragma once

#include <memory>
#include <vector>

#include "lab/trials/design_trials.h"

namespace aside::lab::trials {

class Runner {
  public:
    static Result<std::unique_ptr<Runner>> make(ControlThread& control, RunnerOptions options);
    Runner(const Runner&) = delete;

    // `network`: of drills that want one; null where there is none: they are not run.
    DrillResult run(const TrialDrill& drill, PrivateNetwork* network);

  private:
    Runner(ControlThread& control, RunnerOptions options)
        : control_(control), options_(std::move(options)) {}
    std::vector<TrialResult> run_in_turn(const TrialDrill& drill, PrivateNetwork* network);
    std::vector<TrialResult> run_at_once(const TrialDrill& drill);

    ControlThread& control_;
    const RunnerOptions options_;
    std::vector<std::unique_ptr<ControlThread>> controls_;  // one a design
    std::vector<std::unique_ptr<DesignTrials>> designs_;
};

}  // namespace aside::lab::trials
