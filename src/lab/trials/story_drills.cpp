// The load test that Aside was made for, scaled to this machine: behind a CDN, a daily-shaped
// burst, one failover, one scale-up, one scale-down.
#include "lab/trials/cluster_steps.h"
#include "lab/trials/drills.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr Duration kCdnTimeToLive = 180s;
constexpr unsigned kVictim = 0;

void behind_cdn(Workload& workload) {
    workload.cdn_time_to_live = kCdnTimeToLive;
}

// Morning, noon, evening: from half of the rate to one and a half and back.
load::ArrivalPlan day(const Workload& workload, Duration span) {
    const double rate = workload.per_second;
    return {.pieces = {{0.5 * rate, rate, span / 5},
                       {rate, rate, span / 5},
                       {rate, 1.5 * rate, span / 10},
                       {1.5 * rate, 1.5 * rate, span / 10},
                       {1.5 * rate, rate, span / 10},
                       {rate, 0.5 * rate, span * 3 / 10}},
            .poisson = true};
}

void tell_story(Trial& trial) {
    const Duration chapter = trial.lengths().during / 5;
    trial.kill_node(kVictim);
    trial.pause(chapter / 2);
    prove_promotion(trial, kVictim);
    trial.restart_node(kVictim);
    trial.pause(chapter);
    std::vector<Move> moves = grow(trial);
    trial.pause(chapter);
    for (Move& move : moves) std::swap(move.from, move.to);
    shrink(trial, moves);
}

}  // namespace

std::vector<TrialDrill> story_drills() {
    return {{.name = "story",
             .fault = "behind a CDN, a day's burst, a failover, a scale-up and a scale-down",
             .expectation = "no error; memory grows by less than 1 % an hour",
             .quick = {1s, 17s, 2s},
             .full = {60s, 8min, 60s},
             .begin_fault = tell_story,
             .expect = {.memory_flat = true},
             .shape = behind_cdn,
             .arrivals = day,
             .faultless_too = false}};  // it would take as long again
}

}  // namespace aside::lab::trials
