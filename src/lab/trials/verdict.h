// What a drill says of a design: by figures, never by eye.
//
//   pass      everything that was expected held
//   fail      something did not; the reasons name it
//   no power  the hand-written design shows no effect where one is expected, or the fault did not
//             happen: nothing is proven
//   not run   the fault could not be injected here
//
// Only aside is held to expectations; of the other designs the figures are told. Thread rule: pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/trials/design.h"
#include "lab/trials/drill.h"
#include "lab/trials/judge.h"

namespace aside::lab::trials {

enum class Verdict : std::uint8_t { pass, fail, no_power, not_run };
std::string_view name_of(Verdict verdict);

struct TrialResult {
    Design design = Design::aside;
    Figures figures;
    std::optional<Figures> faultless;  // the same seed without the fault
    // Where the best latencies of some runs count: the others, which are to hold in all else.
    std::vector<Figures> other_runs;
    std::vector<std::string> proofs_missing;
    std::vector<std::string> demands_missed;
    std::vector<std::string> facts;
    std::string not_run;  // why

    // Loads of the origin from the fault on, beyond those of the faultless run.
    std::int64_t extra_loads() const;
};

struct DrillResult {
    const TrialDrill* drill = nullptr;
    std::vector<TrialResult> trials;
    Verdict verdict = Verdict::pass;
    std::vector<std::string> reasons;
    double seconds = 0;
};

// Does the fault show in a design that is only looked at?
bool shows_effect(const TrialResult& trial, const Expectation& expect);

// What latencies took of what they may, the worst of them: up to 1 is within. By this the best of
// some runs is chosen.
double latency_share(const Figures& figures);

// Fills in verdict and reasons. `quick`: latencies are not judged.
void decide(DrillResult& result, const Workload& workload, bool quick);

}  // namespace aside::lab::trials
