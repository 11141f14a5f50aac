#include "lab/trials/highest_rate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/os/blocking_pool.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr double kLowest = 100, kGrowth = 1.25;
constexpr unsigned kSteps = 24;  // up to some 17,000 a second
constexpr Duration kStep = 4s;
constexpr double kNearlyAll = 0.9;

double rate_of(unsigned step) {
    return kLowest * std::pow(kGrowth, step);
}

load::ArrivalPlan steps(const Workload&, Duration) {
    load::ArrivalPlan plan;
    for (unsigned step = 0; step < kSteps; ++step)
        plan.pieces.push_back({rate_of(step), rate_of(step), kStep});
    return plan;
}

// The worst second's p99; the longest time where one had an error, or where not nearly all that was
// due was answered.
Duration worst_p99(const std::vector<SecondFigures>& seconds, unsigned step) {
    const auto per_step = static_cast<std::size_t>(kStep / 1s);
    Duration worst{};
    double requests = 0;
    for (std::size_t i = step * per_step; i < (step + 1) * per_step; ++i) {
        if (i >= seconds.size() || seconds[i].failed > 0) return Duration::max();
        requests += static_cast<double>(seconds[i].requests);
        // The first second of a step still has to do with the one before.
        if (i % per_step != 0) worst = std::max(worst, seconds[i].p99);
    }
    const double due = rate_of(step) * static_cast<double>(per_step);
    return requests < kNearlyAll * due ? Duration::max() : worst;
}

}  // namespace

Result<double> highest_served_well(const std::vector<SecondFigures>& seconds) {
    const Duration idle = worst_p99(seconds, 0);
    if (idle != Duration::max()) {
        // What fell behind stays behind: a step that is well is no accident, whatever hiccup of the
        // machine spoiled one before it.
        for (unsigned step = kSteps; step-- > 0;) {
            const Duration worst = worst_p99(seconds, step);
            if (worst != Duration::max() && worst - idle <= kServedWellMore) return rate_of(step);
        }
    }
    return fail(Errc::not_found, "the lowest rate of the ramp is already too high");
}

Result<double> highest_rate(ControlThread& control, const TrialBench& bench, Design design,
                            const Workload& workload) {
    static constexpr PhaseLengths kLengths{kSteps * kStep, 0s, 0s};
    static const TrialDrill ramp{.name = "ramp",
                                 .fault = "the rate grows",
                                 .expectation = "",
                                 .quick = kLengths,
                                 .full = kLengths,
                                 .arrivals = steps};
    Trial trial(control, bench, ramp, design, workload, nullptr, false, kLengths);
    auto record = trial.run();
    if (!record) return fail(std::move(record.error()));
    const Figures figures = judge(*record, trial.copies(), trial.data(), workload);
    return highest_served_well(figures.seconds);
}

Result<double> highest_rate_at_once(const TrialBench& bench, std::span<const Design> designs,
                                    const Workload& workload) {
    std::vector<std::unique_ptr<ControlThread>> controls;
    for (std::size_t i = 0; i < designs.size(); ++i) {
        auto control = ControlThread::start();
        if (!control) return fail(std::move(control.error()));
        controls.push_back(std::move(*control));
    }
    std::vector<Result<double>> rates(designs.size(), 0.0);
    runtime::OsBlockingPool threads(static_cast<unsigned>(designs.size()), designs.size());
    for (std::size_t i = 0; i < designs.size(); ++i)
        threads.submit(
            [&, i] { rates[i] = highest_rate(*controls[i], bench, designs[i], workload); });
    threads.stop();  // once they are done
    for (const Result<double>& rate : rates) {
        if (!rate) return rate;
    }
    return std::ranges::min(rates, {}, [](const Result<double>& rate) { return *rate; });
}

}  // namespace aside::lab::trials
