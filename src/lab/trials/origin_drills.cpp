// An origin that is slow, throttles, or is gone.
#include "lab/trials/drills.h"
#include "lab/trials/trial.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr PhaseLengths kQuick{1s, 3500ms, 2s}, kFull{10s, 20s, 12s};
constexpr double kSlower = 10;
constexpr std::uint32_t kHalf = origin::kAlways / 2;

void heal(Trial& trial) {
    trial.set_origin(trial.workload().origin_plan());
}

void slow_down(Trial& trial) {
    origin::FaultPlan plan = trial.workload().origin_plan();
    plan.latency_factor = kSlower;
    trial.set_origin(plan);
}

void throttle(Trial& trial) {
    origin::FaultPlan plan = trial.workload().origin_plan();
    plan.error_rate = kHalf;
    plan.error = Errc::throttled;
    trial.set_origin(plan);
}

void vanish(Trial& trial) {
    trial.origin_fails(true);
    trial.prove(trial.origin().set_gone(true), "the origin is gone");
}
void reappear(Trial& trial) {
    trial.prove(trial.origin().set_gone(false), "the origin is back");
    trial.origin_fails(false);
}

}  // namespace

std::vector<TrialDrill> origin_drills() {
    return {
        {.name = "slow-origin",
         .fault = "the origin takes ten times as long",
         .expectation = "no error; what is cached is answered as before",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = slow_down,
         .end_fault = heal,
         .expect = {.origin_slower = true}},
        {.name = "throttled-origin",
         .fault = "the origin answers 503 SlowDown half the time",
         .expectation = "no error: stale values and few retries bridge it",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = throttle,
         .end_fault = heal,
         .expect = {.origin_throttles = true}},
        {.name = "dead-origin",
         .fault = "the origin is gone (for 60 s in the long form)",
         .expectation = "stale values are answered; only what nobody holds is an error",
         .quick = kQuick,
         .full = {10s, 60s, 12s},
         .begin_fault = vanish,
         .end_fault = reappear},
    };
}

}  // namespace aside::lab::trials
