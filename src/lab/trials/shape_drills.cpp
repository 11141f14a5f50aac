// The cluster grows and shrinks under load.
#include "lab/trials/cluster_steps.h"
#include "lab/trials/drills.h"
#include "lab/trials/trial.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kPrimaries = 3;
constexpr double kExtraReadsMax = 0.001;
constexpr PhaseLengths kQuick{1s, 4s, 2s}, kFull{10s, 30s, 12s};

void grow_and_look(Trial& trial) {
    const auto added = grow(trial);
    trial.prove(added.size() == kPrimaries, "three nodes joined");
}

void shrink_by_half(Trial& trial) {
    std::vector<Move> moves;
    for (unsigned node = kPrimaries; node < 2 * kPrimaries; ++node)
        moves.push_back({.from = node, .to = node - kPrimaries});
    shrink(trial, moves);
}

void look_at_shape(Trial& trial) {
    const auto owners = trial.cluster().primaries();
    trial.fact("primaries afterwards", std::to_string(owners.size()));
}

}  // namespace

std::vector<TrialDrill> shape_drills() {
    return {
        {.name = "scale-up",
         .fault = "three primaries become six, slots move key by key",
         .expectation = "no error, and at most one read in a thousand goes to the origin for it",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = grow_and_look,
         .end_fault = look_at_shape,
         .expect = {.extra_reads_max = kExtraReadsMax, .shows_in_article = false}},
        {.name = "scale-down",
         .fault = "six primaries become three, slots move key by key, the others leave",
         .expectation = "as scale-up",
         .cluster = {.primaries = 2 * kPrimaries, .replicas = 0, .small_primaries = kPrimaries},
         .quick = kQuick,
         .full = kFull,
         .begin_fault = shrink_by_half,
         .end_fault = look_at_shape,
         .expect = {.extra_reads_max = kExtraReadsMax, .shows_in_article = false}},
    };
}

}  // namespace aside::lab::trials
