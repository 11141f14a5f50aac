// Caches and processes that hold nothing.
#include "lab/trials/drills.h"
#include "lab/trials/trial.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr PhaseLengths kQuick{1s, 3500ms, 2s}, kFull{10s, 20s, 12s};
constexpr double kExpiredMin = 0.9;  // of the objects, of a design whose keys expire

void flush(Trial& trial) {
    for (const unsigned primary : trial.cluster().primaries()) trial.empty_node(primary);
}

void replace(Trial& trial) {
    const unsigned nodes = trial.cluster().size();
    for (unsigned node = 0; node < nodes; ++node) trial.kill_node(node);
    for (unsigned node = 0; node < nodes; ++node) trial.restart_node(node);
}

void restart(Trial& trial, unsigned process) {
    trial.end_process(process);
    trial.start_process(process);
}

void restart_processes(Trial& trial) {
    const Duration between = trial.quick() ? 500ms : 3s;
    restart(trial, 0);
    trial.pause(between);
    restart(trial, 1);
    trial.pause(between);
    trial.end_process(0);
    trial.nobody_serves(true);
    trial.end_process(1);
    trial.start_process(0);
    trial.nobody_serves(false);
    trial.start_process(1);
}

void look_at_expiry(Trial& trial) {
    const auto expired = static_cast<double>(trial.watch().expired());
    const double objects = trial.workload().data.objects;
    trial.fact("keys expired in L2", std::to_string(trial.watch().expired()));
    // Aside's live on as stale ones; they are refreshed, which the origin sees.
    if (!trial.asides()) trial.prove(expired >= kExpiredMin * objects, "the keys expired together");
}

}  // namespace

std::vector<TrialDrill> cold_drills() {
    return {
        {.name = "cold-cache-flushed",
         .fault = "L2 is flushed",
         .expectation = "what is asked for is loaded once for all processes, within the limit",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = flush},
        {.name = "cold-cache-replaced",
         .fault = "L2 is replaced by an empty one",
         .expectation = "as flushed, and no error while there is no L2",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = replace},
        {.name = "cold-process",
         .fault = "two processes are restarted one after the other, then both",
         .expectation = "requests end before a process does; L2 fills the new ones",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = restart_processes,
         .expect = {.shows_in_article = false},
         .refused_moves_on = true},
        {.name = "avalanche",
         .fault = "all objects, filled in the same second, expire together",
         .expectation = "stale ones are answered while they are refreshed, within the limit",
         .quick = kQuick,
         .full = kFull,
         .end_fault = look_at_expiry,
         .expire_together = true},
    };
}

}  // namespace aside::lab::trials
