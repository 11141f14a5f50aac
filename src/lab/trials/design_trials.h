// The trials of one design: of each drill one with the fault (or several, of which the best counts)
// and one without it, where none of the same shape was run yet.
//
// Thread rule: one thread at a time, no worker's; blocks. Programs that it starts end with the
// thread that runs it (runtime/os/child_process.h). Ownership: borrows what it is given.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lab/trials/trial.h"
#include "lab/trials/verdict.h"

namespace aside::lab::trials {

struct RunnerOptions {
    TrialBench bench;
    Workload workload;
    std::vector<Design> designs = {Design::aside, Design::article};
    unsigned best_of = 1;  // trials of aside, of which the one with the best tail counts
    bool in_turn = false;  // every drill: one design after the other
    // The load's rate where designs are tried at once; 0: the workload's.
    double per_second_at_once = 0;
    double highest_per_second = 0;  // that every design serves; 0: not known
    // Told of each trial before it begins, on the thread that runs it.
    std::function<void(const std::string&)> progress;
};

class DesignTrials {
  public:
    DesignTrials(ControlThread& control, const RunnerOptions& options, Design design)
        : control_(control), options_(options), design_(design) {}

    Design design() const { return design_; }
    // `network`: of a drill that wants one, else null.
    TrialResult run(const TrialDrill& drill, PrivateNetwork* network);

  private:
    TrialResult best_of(const TrialDrill& drill, PrivateNetwork* network);
    Result<Figures> run_once(const TrialDrill& drill, PrivateNetwork* network, PhaseLengths lengths,
                             TrialResult* with_fault);
    void compare(const TrialDrill& drill, PrivateNetwork* network, TrialResult& result);
    void tell_shape(std::vector<std::string>& facts, const Workload& workload) const;
    std::string shape_of(const TrialDrill& drill, PhaseLengths lengths) const;

    ControlThread& control_;
    const RunnerOptions& options_;
    const Design design_;
    std::map<std::string, Figures> faultless_;  // by shape
};

// Whether the designs are tried side by side: where latencies are not judged, the rate is not the
// highest, and there is no private network. There is one of these, and nodes of two designs would
// have the same addresses.
bool tried_at_once(const TrialDrill& drill, const RunnerOptions& options);
Workload workload_for(const TrialDrill& drill, const RunnerOptions& options);

}  // namespace aside::lab::trials
