#include "lab/trials/runner.h"

#include "runtime/os/blocking_pool.h"

namespace aside::lab::trials {

namespace {

constexpr Duration kApart = std::chrono::seconds(4);

bool tried(const TrialDrill& drill, Design design) {
    return drill.functions.full == 0 || design == Design::aside;
}

}  // namespace

Result<std::unique_ptr<Runner>> Runner::make(ControlThread& control, RunnerOptions options) {
    std::unique_ptr<Runner> runner(new Runner(control, std::move(options)));
    for (const Design design : runner->options_.designs) {
        auto own = ControlThread::start();
        if (!own) return fail(std::move(own.error()));
        runner->designs_.push_back(std::make_unique<DesignTrials>(**own, runner->options_, design));
        runner->controls_.push_back(std::move(*own));
    }
    return runner;
}

std::vector<TrialResult> Runner::run_in_turn(const TrialDrill& drill, PrivateNetwork* network) {
    std::vector<TrialResult> results;
    for (const auto& trials : designs_) {
        if (tried(drill, trials->design())) results.push_back(trials->run(drill, network));
    }
    return results;
}

std::vector<TrialResult> Runner::run_at_once(const TrialDrill& drill) {
    std::vector<DesignTrials*> designs;
    for (const auto& trials : designs_) {
        if (tried(drill, trials->design())) designs.push_back(trials.get());
    }
    const Duration apart = options_.bench.quick ? Duration::zero() : kApart;
    std::vector<TrialResult> results(designs.size());
    runtime::OsBlockingPool threads(static_cast<unsigned>(designs_.size()), designs_.size());
    for (std::size_t i = 0; i < designs.size(); ++i)
        threads.submit([&, i] {
            controls_[i]->pause(apart * static_cast<Duration::rep>(i));
            results[i] = designs[i]->run(drill, nullptr);
        });
    threads.stop();  // once they are done
    return results;
}

DrillResult Runner::run(const TrialDrill& drill, PrivateNetwork* network) {
    DrillResult result{.drill = &drill};
    const SteadyTime begun = control_.now();
    result.trials =
        tried_at_once(drill, options_) ? run_at_once(drill) : run_in_turn(drill, network);
    result.seconds = std::chrono::duration<double>(control_.now() - begun).count();
    decide(result, workload_for(drill, options_), options_.bench.quick);
    return result;
}

}  // namespace aside::lab::trials
