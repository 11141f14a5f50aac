#include "lab/trials/cluster_steps.h"

#include <algorithm>

namespace aside::lab::trials {

namespace {

constexpr Duration kPromotionLimit = std::chrono::seconds(20);
constexpr Duration kJoinLimit = std::chrono::seconds(20);
constexpr Duration kGossip = std::chrono::seconds(1);

unsigned slots_of(Trial& trial, unsigned node) {
    const auto seen = trial.cluster().layout();
    const LaidOutNode* at =
        seen ? seen->by_port(trial.cluster().server(node).options().port) : nullptr;
    return at == nullptr ? 0 : at->slot_count();
}

}  // namespace

void prove_promotion(Trial& trial, unsigned victim) {
    const auto promoted = [&] {
        const auto owners = trial.cluster().primaries();
        return owners.size() == 3 && std::ranges::find(owners, victim) == owners.end();
    };
    trial.prove(trial.control().await(kPromotionLimit, "a replica to be promoted", promoted),
                "another node took its place");
}

std::vector<Move> grow(Trial& trial) {
    LocalCluster& cluster = trial.cluster();
    std::vector<Move> moves;
    for (const unsigned from : cluster.primaries()) {
        const auto added = cluster.add_node();
        trial.prove(added ? Result<void>{} : fail(added.error()), "a node joins");
        if (!added) return moves;
        trial.pulses().look_after(*added, cluster.server(*added).admin());
        trial.prove(trial.watch().watch(*added, cluster.server(*added).admin()),
                    "its notifications are heard");
        trial.prove(cluster.await_ready(kJoinLimit), "all nodes agree on it");
        const unsigned slots = trial.quick() ? LocalCluster::kFewSlots : slots_of(trial, from) / 2;
        trial.prove(cluster.move_slots(from, *added, slots), "slots move");
        trial.prove(trial.control().await(kJoinLimit, "the slots to be the new node's",
                                          [&] { return slots_of(trial, *added) == slots; }),
                    "the new node owns them");
        moves.push_back({from, *added});
    }
    return moves;
}

void shrink(Trial& trial, const std::vector<Move>& moves) {
    LocalCluster& cluster = trial.cluster();
    for (const Move& move : moves) {
        const unsigned slots = slots_of(trial, move.from);
        trial.prove(slots > 0, "the node had slots");
        trial.prove(cluster.move_slots(move.from, move.to, slots), "slots move");
    }
    trial.pause(kGossip);  // for the nodes to tell each other
    for (const Move& move : moves) {
        trial.watch().tell([&](Copies& copies, SteadyTime now) { copies.emptied(move.from, now); });
        trial.prove(cluster.remove_node(move.from), "the node leaves");
    }
}

}  // namespace aside::lab::trials
