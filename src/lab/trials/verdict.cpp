#include "lab/trials/verdict.h"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

// Of the values that were asked for. A quick run has the same event in a fraction of the time, and
// runs where a machine is busy.
constexpr double kNotJudgedMax = 0.001, kNotJudgedQuickMax = 0.02;
constexpr Duration kHungTailMax = 250ms;
constexpr double kMemorySlopeMax = 0.01;  // in an hour
// What counts as an effect on a design that is only looked at.
constexpr double kManyMoreLoads = 1.2;
constexpr std::uint64_t kSomeLoads = 50;
constexpr std::uint64_t kSomeConnections = 10;
constexpr int kMuchSlower = 2;

const Latencies& of(const Figures& figures, Phase phase) {
    return figures.latency[static_cast<std::size_t>(phase)];
}

std::string text_of(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

double ms(Duration span) {
    return std::chrono::duration<double, std::milli>(span).count();
}

struct Limits {
    explicit Limits(const Figures& figures)
        : tail(std::max<Duration>(kHungTailMax, 5 * of(figures, Phase::before).p999)),
          late_p99(2 * of(figures, Phase::before).p99) {}
    Duration tail, late_p99;
};

double share(Duration taken, Duration limit) {
    if (limit > Duration{}) return ms(taken) / ms(limit);
    return taken > Duration{} ? std::numeric_limits<double>::infinity() : 0;
}

class Demands {
  public:
    explicit Demands(std::vector<std::string>& reasons) : reasons_(reasons) {}

    void none(std::uint64_t count, std::string_view what) {
        if (count != 0) reasons_.push_back(std::to_string(count) + " " + std::string(what));
    }
    void at_most(double value, double most, std::string_view what) {
        if (value > most) {
            reasons_.push_back(std::string(what) + " " + text_of(value) + ", at most " +
                               text_of(most));
        }
    }

  private:
    std::vector<std::string>& reasons_;
};

// All but latencies: these must hold in each run.
void demand_counts(const Figures& figures, const std::optional<Figures>& twin,
                   const Expectation& expect, const Workload& workload, bool quick,
                   std::vector<std::string>& reasons) {
    const auto reads = static_cast<double>(figures.object_reads);
    Demands demand(reasons);
    demand.none(figures.avoidable, "avoidable errors");
    demand.none(figures.wrong, "wrong bodies");
    demand.none(figures.too_old, "bodies older than allowed");
    demand.none(figures.false_misses, "false misses");
    demand.at_most(static_cast<double>(figures.not_judged),
                   (quick ? kNotJudgedQuickMax : kNotJudgedMax) * reads, "loads not judged:");
    demand.at_most(static_cast<double>(figures.most_loads), workload.origin_limit,
                   "loads at once:");
    if (!expect.origin_throttles) demand.none(figures.throttled, "loads refused by the origin");
    if (expect.extra_reads_max >= 0) {
        const std::uint64_t faultless = twin ? twin->reads_from_origin : 0;
        demand.at_most(
            static_cast<double>(figures.reads_from_origin) - static_cast<double>(faultless),
            expect.extra_reads_max * reads, "reads from the origin beyond the faultless run's:");
    }
    if (expect.one_load_of_each)
        demand.at_most(static_cast<double>(figures.most_loads_of_one), 1, "loads of one object:");
    if (!quick && expect.memory_flat)
        demand.at_most(figures.memory_slope_per_hour, kMemorySlopeMax, "memory grows by");
}

void demand_of_aside(const TrialResult& trial, const TrialDrill& drill, const Workload& workload,
                     bool quick, std::vector<std::string>& reasons) {
    const Figures& figures = trial.figures;
    const Expectation& expect = drill.expect;
    reasons.insert(reasons.end(), trial.demands_missed.begin(), trial.demands_missed.end());
    demand_counts(figures, trial.faultless, expect, workload, quick, reasons);
    for (const Figures& other : trial.other_runs)
        demand_counts(other, trial.faultless, expect, workload, quick, reasons);
    if (!quick && expect.latency) {
        Demands demand(reasons);
        const Limits limits(figures);
        demand.at_most(ms(of(figures, Phase::during).p999), ms(limits.tail), "p99.9 during, ms:");
        demand.at_most(ms(figures.late_p99), ms(limits.late_p99),
                       "p99 from 5 s after the fault, ms:");
    }
}

std::uint64_t troubles(const Figures& figures) {
    return figures.errors + figures.wrong + figures.too_old + figures.false_misses;
}

bool many_more(std::uint64_t with, std::uint64_t without, std::uint64_t some) {
    return with > without + some &&
           static_cast<double>(with) > kManyMoreLoads * static_cast<double>(without);
}

}  // namespace

// Beside a run without the fault, where there is one: some designs load keys twice, or are refused
// by the origin, on any day.
bool shows_effect(const TrialResult& trial, const Expectation& expect) {
    const Figures& figures = trial.figures;
    const Figures none;
    const Figures& twin = trial.faultless ? *trial.faultless : none;
    if (troubles(figures) > troubles(twin)) return true;
    if (expect.one_load_of_each && figures.most_loads_of_one > 1) return true;
    if (many_more(figures.throttled, twin.throttled, kSomeLoads)) return true;
    if (many_more(figures.connections_opened, twin.connections_opened, kSomeConnections))
        return true;
    if (trial.faultless && many_more(figures.loads_since_fault, twin.loads_since_fault, kSomeLoads))
        return true;
    return of(figures, Phase::during).p99 > kMuchSlower * of(figures, Phase::before).p99;
}

double latency_share(const Figures& figures) {
    const Limits limits(figures);
    return std::max(share(of(figures, Phase::during).p999, limits.tail),
                    share(figures.late_p99, limits.late_p99));
}

std::string_view name_of(Verdict verdict) {
    constexpr std::string_view kNames[] = {"pass", "FAIL", "no power", "not run"};
    return kNames[static_cast<std::size_t>(verdict)];
}

std::int64_t TrialResult::extra_loads() const {
    if (!faultless) return 0;
    return static_cast<std::int64_t>(figures.loads_since_fault) -
           static_cast<std::int64_t>(faultless->loads_since_fault);
}

void decide(DrillResult& result, const Workload& workload, bool quick) {
    bool powerless = false, failed = false;
    for (const TrialResult& trial : result.trials) {
        const std::string name(name_of(trial.design));
        if (!trial.not_run.empty()) {
            result.verdict = Verdict::not_run;
            result.reasons.push_back(name + ": " + trial.not_run);
            return;
        }
        for (const std::string& proof : trial.proofs_missing) {
            powerless = true;
            result.reasons.push_back(name + ": not seen: " + proof);
        }
        if (trial.design == Design::aside) {
            std::vector<std::string> reasons;
            demand_of_aside(trial, *result.drill, workload, quick, reasons);
            failed |= !reasons.empty();
            for (std::string& reason : reasons)
                result.reasons.push_back(name + ": " + std::move(reason));
        }
        if (trial.design == Design::article && result.drill->expect.shows_in_article &&
            !shows_effect(trial, result.drill->expect)) {
            powerless = true;
            result.reasons.push_back("article shows no effect");
        }
    }
    result.verdict = failed ? Verdict::fail : powerless ? Verdict::no_power : Verdict::pass;
}

}  // namespace aside::lab::trials
