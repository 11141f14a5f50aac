// How a replica of a simulated cluster becomes a primary: elected when its primary has failed, by
// hand with writes paused, or at once with what it has.
#include <algorithm>

#include "lab/sim/sim_cluster.h"

namespace aside::lab {

namespace {
constexpr Duration kElectionDelay = std::chrono::milliseconds(500);
constexpr std::uint64_t kElectionJitterMs = 500;
constexpr Duration kPerRank = std::chrono::seconds(1);
constexpr Duration kManualPause = std::chrono::seconds(10);  // 2 x 5 s
}  // namespace

void SimCluster::consider_election(NodeIndex replica) {
    Member& member = members_[replica];
    ServerCore& of = core(replica);
    const NodeIndex old = of.primary;
    if (old == kNobody || !shape_.automatic_failover || !member.has_data) return;
    const bool due = old < of.view.peers.size() && of.view.peers[old].failed &&
                     std::ranges::find(of.view.owner, old) != of.view.owner.end();
    if (!due) {
        member.elect_at = kNever;
        return;
    }
    if (member.elect_at == kNever) {
        std::int64_t rank = 0;
        for (const NodeIndex other : replicas_of(old)) {
            if (members_[other].stream.size() < member.stream.size()) ++rank;
        }
        member.elect_at = now() + kElectionDelay + kPerRank * rank +
                          std::chrono::milliseconds(random_.below(kElectionJitterMs));
        return;
    }
    if (now() < member.elect_at) return;
    std::size_t votes = 0;
    std::size_t voters = 0;
    for (const NodeIndex voter : primaries()) {
        ++voters;
        const auto& peers = core(voter).view.peers;
        if (hear_each_other(replica, voter) && old < peers.size() && peers[old].failed) ++votes;
    }
    member.elect_at = now() + shape_.node_timeout;
    if (votes * 2 > voters) promote(replica);
}

void SimCluster::promote(NodeIndex replica) {
    ServerCore& of = core(replica);
    const NodeIndex old = of.primary;
    if (old == kNobody) return;
    take_over(replica, of.view.slots_of(old));
}

void SimCluster::take_over(NodeIndex replica, const SlotSet& slots) {
    Member& member = members_[replica];
    ServerCore& of = core(replica);
    // What was on its way is never going to arrive.
    for (const Sent& sent : member.stream) truth_.lost(sent.effect.name, now());
    member.stream.clear();
    member.link = Link::down;
    member.from = kNobody;
    member.elect_at = kNever;
    of.states.loading = false;
    of.primary = kNobody;
    newest_epoch_ = std::max(newest_epoch_, of.view.current_epoch) + 1;
    of.epoch = newest_epoch_;
    of.view.current_epoch = newest_epoch_;
    of.view.peers[replica].epoch = newest_epoch_;
    of.view.peers[replica].primary = kNobody;
    SlotSet won;
    for (std::size_t slot = 0; slot < kSlotCount; ++slot) {
        if (!slots[slot]) continue;
        of.view.owner[slot] = replica;
        // A later move may have been kept from it.
        owners_[slot] = replica;
        won[slot] = true;
    }
    ++of.view.changes;
    judge_names(won);
    say(replica);
}

runtime::Task<> SimCluster::manual_failover(NodeIndex replica) {
    const NodeIndex old = core(replica).primary;
    if (old == kNobody || !hear_each_other(old, replica)) co_return;
    node(old).pause_writes();
    const SteadyTime give_up = now() + kManualPause;
    while (now() < give_up && !stopped_) {
        co_await sleep_for(worker_, kTick);
        if (core(replica).primary != old || !hear_each_other(old, replica)) break;
        const Member& member = members_[replica];
        if (member.link != Link::up || !member.stream.empty()) continue;
        promote(replica);
        // The old primary learns of it from the winner's first word.
        co_await sleep_for(worker_, shape_.gossip_delay_max + kTick);
        break;
    }
    if (core(old).writes_paused) node(old).resume_writes();
}

}  // namespace aside::lab
