// A function on Lambda: many environments that start at once, freeze and thaw.
#include <cmath>

#include "lab/trials/cluster_steps.h"
#include "lab/trials/drills.h"
#include "lab/trials/function_burst.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kVictim = 0;
// The load beside the events: environments that it keeps busy take none of them.
constexpr unsigned kLoadConnections = 10;
// A request holds its environment until what it began has ended, for about 0.1 s: ten at once are
// twice what is asked for, so that the load catches up after each burst.
constexpr double kLoadPerSecond = 50;
// Twice what the load may keep busy: where it wants one more while all that are to be ready still
// start, it is not throttled.
constexpr unsigned kBesideEvents = 2 * kLoadConnections;
constexpr Functions kMany{.quick = 30 + kBesideEvents, .full = 200 + kBesideEvents};
constexpr PhaseLengths kQuick{1s, 4s, 1s}, kFull{5s, 20s, 5s};
constexpr Duration kBurstLimit = 60s;
constexpr Duration kFrozen = 2s;  // longer than freeze.gap_min
// Two hundred processes that wake on two processors take some seconds to say what each has to say.
constexpr Duration kDeadline = 9s;
// What is counted is what was opened before the answers. Who answers early has time, while others
// still start, to open what it would have wanted later.
constexpr std::string_view kNothingAfterwards = "--freeze-settle=0ms";
constexpr unsigned kConnectionsToANode = 4;  // of a process that has opened all: workers + 3

void beside_events(Workload& workload) {
    constexpr std::uint32_t kOriginLimit = 1000;  // limits of a function are each instance's own
    workload.per_second = kLoadPerSecond;
    workload.connections = kLoadConnections;
    workload.origin_limit = kOriginLimit;
    workload.deadline = kDeadline;
}

std::string ms(Duration span) {
    return std::to_string(span / 1ms) + " ms";
}

// Events for all environments there are beside those that the load keeps busy.
FunctionBurst all_at_once(Trial& trial, std::string_view name) {
    const unsigned events = trial.functions() - kBesideEvents;
    auto done = burst(trial, events, kBurstLimit);
    trial.prove(done ? Result<void>{} : fail(done.error()), "events for all environments");
    if (!done) return {};
    trial.demand(done->failed == 0,
                 std::to_string(done->failed) + " invocations failed " + std::string(name));
    trial.demand(done->wrong == 0,
                 std::to_string(done->wrong) + " wrong answers " + std::string(name));
    trial.fact(name, std::to_string(done->answered) + " answered, half within " +
                         ms(done->percentile(0.5)) + ", the last after " + ms(done->percentile(1)));
    for (const std::string& example : done->examples) trial.fact("failed", example);
    return std::move(*done);
}

void storm(Trial& trial) {
    const std::uint64_t started = processes_started(trial);
    const std::uint64_t before = connections_received(trial);
    const SteadyTime begun = trial.control().now();
    trial.prove(retire_all(trial), "environments are taken away");
    const FunctionBurst burst = all_at_once(trial, "at the start");
    const std::uint64_t opened = connections_received(trial) - before;
    const std::chrono::duration<double> lasted = trial.control().now() - begun;
    const std::uint64_t processes = processes_started(trial) - started;
    // One that served the load just then was not taken away, and serves an event, too.
    trial.prove(burst.cold > 0 && burst.cold >= burst.took.size() * 9 / 10,
                "nearly each event started a process");
    // Reads, and one seed. The load goes on: whom it asks again may open the rest meanwhile.
    const std::uint64_t again = asked_again(trial);
    const std::uint64_t most = processes * (trial.cluster().primaries().size() + 1) +
                               again * trial.cluster().size() * kConnectionsToANode;
    trial.fact("connections opened",
               std::to_string(opened) + " by " + std::to_string(processes) +
                   " processes, of which " + std::to_string(again) + " were asked again; " +
                   std::to_string(std::lround(static_cast<double>(opened) / lasted.count())) +
                   " a second, at most " + std::to_string(most) + " in all");
    trial.demand(opened <= most, "connections opened before the answers: " +
                                     std::to_string(opened) + ", at most " + std::to_string(most));
}

void freeze_all(Trial& trial) {
    trial.prove(provision(trial, trial.functions() - kLoadConnections, kBurstLimit),
                "environments are ready");
    (void)all_at_once(trial, "before they froze");
    trial.pause(kFrozen);
}

// Who is frozen sees nothing of it.
void kill_connections(Trial& trial) {
    double killed = 0;
    for (unsigned node = 0; node < trial.cluster().size(); ++node) {
        const auto done = trial.cluster().command(
            node, {"CLIENT", "KILL", "USER", std::string(kClientUser), "SKIPME", "yes"});
        killed += done ? static_cast<double>(done->number) : 0;
    }
    trial.fact("connections killed meanwhile", std::to_string(static_cast<unsigned>(killed)));
    trial.prove(killed > 0, "connections were killed while they were frozen");
}

void thaw_all(Trial& trial) {
    kill_connections(trial);
    const std::uint64_t started = processes_started(trial);
    const std::uint64_t before = connections_received(trial);
    (void)all_at_once(trial, "after they thawed");
    trial.fact("connections opened after the thaw",
               std::to_string(connections_received(trial) - before));
    trial.demand(processes_started(trial) == started, "processes ended while they were frozen");
}

void freeze_and_kill(Trial& trial) {
    freeze_all(trial);
    trial.kill_node(kVictim);
}
void thaw_after_failover(Trial& trial) {
    prove_promotion(trial, kVictim);
    const std::uint64_t started = processes_started(trial);
    (void)all_at_once(trial, "after a failover they slept through");
    trial.demand(processes_started(trial) == started, "processes ended while they were frozen");
    trial.restart_node(kVictim);
}

}  // namespace

std::vector<TrialDrill> lambda_drills() {
    return {
        {.name = "lambda-storm",
         .fault = "all environments of a function start at once",
         .expectation = "a connection to each primary and one seed at most before the answers",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = storm,
         .expect = {.shows_in_article = false},
         .shape = beside_events,
         .aside_has = kNothingAfterwards,
         .functions = kMany,
         .faultless_too = false},
        {.name = "lambda-thaw",
         .fault = "environments freeze, and thaw when their connections are gone",
         .expectation = "what sat through it is suspected, and no invocation fails",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = freeze_all,
         .end_fault = thaw_all,
         .expect = {.shows_in_article = false},
         .shape = beside_events,
         .functions = kMany,
         .faultless_too = false},
        {.name = "lambda-failover",
         .fault = "a primary dies and its replica takes over while environments are frozen",
         .expectation = "the new map is found, and no invocation fails",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = freeze_and_kill,
         .end_fault = thaw_after_failover,
         .expect = {.shows_in_article = false},
         .shape = beside_events,
         .functions = kMany,
         .faultless_too = false},
    };
}

}  // namespace aside::lab::trials
