// Nodes of the cluster that die, freeze, are cut off or slow.
#include <cmath>
#include <cstdlib>

#include "lab/trials/cluster_steps.h"
#include "lab/trials/drills.h"
#include "lab/trials/trial.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kVictim = 0;  // owns a third of the slots; of a private network, has the cable
constexpr Duration kSlow = 200ms;
constexpr PhaseLengths kQuick{1s, 3500ms, 2s}, kFull{10s, 15s, 12s};

void kill(Trial& trial) {
    trial.kill_node(kVictim);
}
void bring_back(Trial& trial) {
    prove_promotion(trial, kVictim);
    trial.prove(!trial.cluster().server(kVictim).running(), "the node was down");
    trial.restart_node(kVictim);
}

void freeze(Trial& trial) {
    trial.freeze_node(kVictim);
}
void thaw(Trial& trial) {
    prove_promotion(trial, kVictim);
    trial.prove(trial.cluster().server(kVictim).frozen(), "the node stood still");
    trial.thaw_node(kVictim);
}

void fail_over_by_hand(Trial& trial) {
    const unsigned replica = trial.cluster().replica_of(kVictim);
    trial.prove(trial.cluster().fail_over(replica), "the replica takes over");
}

void restart_empty(Trial& trial) {
    trial.kill_node(kVictim);
    trial.restart_node(kVictim);
}
void look_at_empty(Trial& trial) {
    const std::string up = trial.cluster().info(kVictim, "server", "uptime_in_seconds");
    const auto since_fault = std::chrono::ceil<std::chrono::seconds>(trial.lengths().during);
    trial.prove(
        !up.empty() && std::atof(up.c_str()) <= static_cast<double>(since_fault.count()) + 1,
        "the node came back");
}

void cut_off(Trial& trial) {
    trial.watch().tell([](Copies& copies, SteadyTime now) { copies.out_of_reach(kVictim, now); });
    trial.prove(trial.network().cut_off(PrivateNetwork::From::everybody), "the cable is pulled");
}
void plug_in(Trial& trial) {
    trial.prove(!trial.cluster().command(kVictim, {"PING"}, 300ms).has_value(),
                "nobody reached the node");
    trial.prove(trial.network().heal(), "the cable is back");
}

double reads_of_victim(Trial& trial) {
    return static_cast<double>(trial.proxies().commands(kVictim, "GET"));
}
void slow_down(Trial& trial) {
    trial.note("reads", reads_of_victim(trial));
    trial.proxies().with(kVictim, [](FaultProxy& proxy) { proxy.faults().delay = kSlow; });
}
void speed_up(Trial& trial) {
    const double reads = reads_of_victim(trial) - trial.noted("reads");
    trial.fact("reads that the slow node was asked for", std::to_string(std::lround(reads)));
    trial.prove(reads > 0, "the slow node was asked");
    trial.proxies().with(kVictim, [](FaultProxy& proxy) { proxy.clear(); });
}

}  // namespace

std::vector<TrialDrill> node_drills() {
    return {
        {.name = "failover-kill",
         .fault = "a primary dies (SIGKILL), and comes back empty, as a replica",
         .expectation = "its replica answers: no error, no load of what the replica holds",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = kill,
         .end_fault = bring_back},
        {.name = "failover-hang",
         .fault = "a primary freezes (SIGSTOP), and thaws after another took its place",
         .expectation = "it is suspected, and its replica answers",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = freeze,
         .end_fault = thaw,
         .expect = {.latency = true}},
        {.name = "failover-manual",
         .fault = "a replica takes over by CLUSTER FAILOVER",
         .expectation = "nobody notices",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = fail_over_by_hand,
         .expect = {.shows_in_article = false}},
        {.name = "no-replica",
         .fault = "a primary without a replica dies and comes back empty",
         .expectation = "what was lost is loaded again, within the origin's limit",
         .cluster = {.primaries = 3, .replicas = 0},
         .quick = kQuick,
         .full = kFull,
         .begin_fault = restart_empty,
         .end_fault = look_at_empty},
        {.name = "partition",
         .fault = "a primary answers nobody: its packets are lost, not refused",
         .expectation = "as a hang: its replica answers",
         .cluster = {.private_network = true},
         .quick = kQuick,
         .full = kFull,
         .begin_fault = cut_off,
         .end_fault = plug_in,
         .expect = {.latency = true}},
        {.name = "slow-node",
         .fault = "a primary answers 200 ms late",
         .expectation = "its replica is asked first",
         .cluster = {.proxied = true},
         .quick = kQuick,
         .full = kFull,
         .begin_fault = slow_down,
         .end_fault = speed_up},
    };
}

}  // namespace aside::lab::trials
