#include "lab/trials/design_trials.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <span>
#include <utility>

namespace aside::lab::trials {

namespace {

constexpr unsigned kSetUps = 2;
constexpr Duration kLonger = std::chrono::seconds(1);  // than planned: not worth a run of its own

// Of one of several runs, whose latencies do not count: all else does.
void add_run(TrialResult& best, TrialResult other) {
    best.other_runs.push_back(std::move(other.figures));
    std::ranges::move(other.proofs_missing, std::back_inserter(best.proofs_missing));
    if (best.not_run.empty()) best.not_run = std::move(other.not_run);
}

// Errors in a million, and how memory grew: of a load that lasts.
void tell_whole(std::vector<std::string>& facts, const Figures& figures) {
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), "errors in a million requests: %.1f",
                  figures.errors_per_million());
    facts.emplace_back(text.data());
    if (figures.memory_slope_per_hour == 0) return;
    std::snprintf(text.data(), text.size(), "memory grew by %.2f %% an hour",
                  figures.memory_slope_per_hour * 100);
    facts.emplace_back(text.data());
}

}  // namespace

// In what the drill's workload differs from that of all.
void DesignTrials::tell_shape(std::vector<std::string>& facts, const Workload& workload) const {
    const auto usual = describe(options_.workload), own = describe(workload);
    for (std::size_t i = 0; i < own.size(); ++i) {
        if (own[i].second != usual[i].second) facts.push_back(own[i].first + ": " + own[i].second);
    }
}

bool tried_at_once(const TrialDrill& drill, const RunnerOptions& options) {
    const bool latency_judged = drill.expect.latency && !options.bench.quick;
    const bool alone = drill.at_highest_rate && options.highest_per_second > 0;
    return !options.in_turn && !latency_judged && !alone && !drill.cluster.private_network;
}

Workload workload_for(const TrialDrill& drill, const RunnerOptions& options) {
    Workload workload = options.workload;
    if (options.per_second_at_once > 0 && tried_at_once(drill, options))
        workload.per_second = options.per_second_at_once;
    if (drill.at_highest_rate && options.highest_per_second > 0)
        workload.per_second = options.highest_per_second;
    if (drill.shape) drill.shape(workload);
    return workload;
}

// Trials of the same shape have the same faultless run.
std::string DesignTrials::shape_of(const TrialDrill& drill, PhaseLengths lengths) const {
    std::string shape;
    const auto add = [&shape](std::int64_t number) { shape += ' ' + std::to_string(number); };
    add(drill.cluster.primaries);
    add(drill.cluster.replicas);
    add(drill.cluster.small_primaries);
    add(drill.cluster.private_network);
    add(drill.cluster.proxied);
    add(drill.functions.full);
    add(lengths.all().count());
    add(drill.arrivals != nullptr);
    for (const auto& [name, value] : describe(workload_for(drill, options_))) shape += ' ' + value;
    return shape;
}

Result<Figures> DesignTrials::run_once(const TrialDrill& drill, PrivateNetwork* network,
                                       PhaseLengths lengths, TrialResult* with_fault) {
    const bool fault = with_fault != nullptr;
    if (options_.progress) {
        options_.progress(std::string(drill.name) + " against " + std::string(name_of(design_)) +
                          (fault ? "" : " without the fault"));
    }
    const Workload workload = workload_for(drill, options_);
    PrivateNetwork* const wanted = drill.cluster.private_network ? network : nullptr;
    std::optional<Trial> trial;
    Result<TrialRecord> record = TrialRecord{};
    // What it needs may not come up in time on a busy machine. Nothing was tried then.
    for (unsigned i = 0; i < kSetUps; ++i) {
        trial.emplace(control_, options_.bench, drill, design_, workload, wanted, fault, lengths);
        record = trial->run();
        if (record) break;
    }
    if (!record) return fail(std::move(record.error()));
    Figures figures = judge(*record, trial->copies(), trial->data(), workload);
    if (fault) {
        with_fault->proofs_missing = std::move(record->proofs_missing);
        with_fault->demands_missed = std::move(record->demands_missed);
        with_fault->facts = std::move(record->facts);
        tell_shape(with_fault->facts, workload);
        if (drill.arrivals) tell_whole(with_fault->facts, figures);
        with_fault->not_run = std::move(record->not_run);
        if (figures.not_judged > 0) {
            with_fault->facts.push_back("loads not judged: " + std::to_string(figures.not_judged) +
                                        ", in stalls of the machine or of a node " +
                                        std::to_string(figures.not_judged_in_stalls));
        }
        with_fault->facts.insert(with_fault->facts.end(), figures.examples.begin(),
                                 figures.examples.end());
    }
    return figures;
}

TrialResult DesignTrials::best_of(const TrialDrill& drill, PrivateNetwork* network) {
    const unsigned tries = design_ == Design::aside && drill.expect.latency ? options_.best_of : 1;
    std::vector<TrialResult> runs;
    std::string not_run;
    while (runs.size() < tries && not_run.empty()) {
        TrialResult one{.design = design_};
        auto figures = run_once(drill, network, options_.bench.lengths(drill), &one);
        if (!figures) {
            not_run = to_string(figures.error());
            continue;
        }
        one.figures = std::move(*figures);
        runs.push_back(std::move(one));
    }
    if (runs.empty()) return {.design = design_, .not_run = not_run};
    const auto share = [](const TrialResult& run) { return latency_share(run.figures); };
    std::ranges::iter_swap(runs.begin(), std::ranges::min_element(runs, {}, share));
    TrialResult best = std::move(runs.front());
    for (TrialResult& other : std::span(runs).subspan(1)) add_run(best, std::move(other));
    if (!not_run.empty()) best.not_run = std::move(not_run);
    return best;
}

// With a run that lasts as long without the fault: moving slots, say, takes the time it takes.
void DesignTrials::compare(const TrialDrill& drill, PrivateNetwork* network, TrialResult& result) {
    PhaseLengths lengths = options_.bench.lengths(drill);
    const Duration lasted = result.figures.mended_at - result.figures.fault_at;
    if (lasted > lengths.during + kLonger)
        lengths.during = std::chrono::ceil<std::chrono::seconds>(lasted);
    const std::string shape = shape_of(drill, lengths);
    if (!faultless_.contains(shape)) {
        auto figures = run_once(drill, network, lengths, nullptr);
        if (figures) faultless_[shape] = std::move(*figures);
    }
    if (const auto at = faultless_.find(shape); at != faultless_.end())
        result.faultless = at->second;
}

TrialResult DesignTrials::run(const TrialDrill& drill, PrivateNetwork* network) {
    if (drill.cluster.private_network && network == nullptr)
        return {.design = design_, .not_run = "namespaces are not permitted here"};
    TrialResult result = best_of(drill, network);
    if (!result.not_run.empty() || !drill.faultless_too) return result;
    // Quick runs are compared with a faultless one where a verdict hangs on it.
    const bool hangs_on_it = drill.expect.extra_reads_max >= 0 ||
                             (design_ == Design::article && drill.expect.shows_in_article &&
                              !shows_effect(result, drill.expect));
    if (!options_.bench.quick || hangs_on_it) compare(drill, network, result);
    return result;
}

}  // namespace aside::lab::trials
