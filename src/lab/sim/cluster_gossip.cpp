// How simulated nodes hear of each other, and what they conclude: who is down, whether there is a
// majority, who owns what.
#include <algorithm>

#include "lab/sim/sim_cluster.h"

namespace aside::lab {

namespace {
constexpr Duration kRejoinMin = std::chrono::milliseconds(500);
constexpr Duration kRejoinMax = std::chrono::seconds(5);
}  // namespace

bool SimCluster::hear_each_other(NodeIndex a, NodeIndex b) const {
    return members_[a].node->responsive() && members_[b].node->responsive() &&
           members_[a].group == members_[b].group;
}

std::shared_ptr<const Claim> SimCluster::claim_of(NodeIndex index) {
    Member& member = members_[index];
    ServerCore& of = core(index);
    const bool same = member.claim && member.claimed_at == of.view.changes &&
                      member.claim->primary == of.primary && member.claim->epoch == of.epoch &&
                      member.claim->has_data == member.has_data;
    if (same) return member.claim;
    auto claim = std::make_shared<Claim>();
    claim->node = index;
    claim->primary = of.primary;
    claim->has_data = member.has_data;
    claim->epoch = of.epoch;
    if (of.is_primary()) claim->slots = of.view.slots_of(index);
    member.claim = std::move(claim);
    member.claimed_at = of.view.changes;
    return member.claim;
}

void SimCluster::say(NodeIndex index) {
    if (!node(index).responsive()) return;
    const auto claim = claim_of(index);
    const auto delay_max = static_cast<std::uint64_t>(shape_.gossip_delay_max.count());
    for (NodeIndex to = 0; to < size(); ++to) {
        const auto& peers = core(index).view.peers;
        const bool knows = to < peers.size() && peers[to].known;
        if (to == index || !knows || !hear_each_other(index, to)) continue;
        const Duration delay(static_cast<std::int64_t>(random_.below(delay_max + 1)));
        said_.push_back({now() + delay, to, claim});
    }
}

void SimCluster::deliver() {
    std::vector<Said> due;
    std::erase_if(said_, [&](const Said& said) {
        if (said.due > now()) return false;
        due.push_back(said);
        return true;
    });
    for (const Said& said : due) {
        if (hear_each_other(said.claim->node, said.to)) heard(said.to, said.claim);
    }
}

void SimCluster::heard(NodeIndex index, const std::shared_ptr<const Claim>& claim) {
    ServerCore& of = core(index);
    // Whoever was forgotten, or forgot, is a stranger: strangers are not listened to.
    if (claim->node >= of.view.peers.size() || !of.view.peers[claim->node].known) return;
    const NodeIndex mine = of.is_primary() ? index : of.primary;
    const auto owns = [&](NodeIndex whose) {
        return std::ranges::find(of.view.owner, whose) != of.view.owner.end();
    };
    const std::uint64_t before = of.view.changes;
    const bool had_slots = owns(mine);
    of.view.hear(claim, now());
    if (of.view.changes == before || !had_slots || owns(mine)) return;
    // The last slot of its shard went to the sender: its replica from now on.
    if (claim->node != mine && claim->primary == kNobody) follow(index, claim->node);
}

bool SimCluster::suspects(NodeIndex index, NodeIndex peer) const {
    const auto& peers = members_[index].node->core().view.peers;
    return peer < peers.size() && peers[peer].known && peer != index &&
           now() - peers[peer].heard > shape_.node_timeout;
}

void SimCluster::judge_peers(NodeIndex index) {
    ServerCore& of = core(index);
    for (NodeIndex peer = 0; peer < of.view.peers.size(); ++peer) {
        if (of.view.peers[peer].failed || !suspects(index, peer)) continue;
        std::size_t votes = 0;
        for (const NodeIndex voter : primaries()) {
            const bool reached = voter == index || hear_each_other(index, voter);
            if (reached && suspects(voter, peer)) ++votes;
        }
        if (votes * 2 > of.view.primaries_with_slots()) of.view.peers[peer].failed = true;
    }
}

void SimCluster::judge_state(NodeIndex index) {
    Member& member = members_[index];
    ServerCore& of = core(index);
    std::vector<bool> owns(of.view.peers.size());
    bool covered = true;
    for (const NodeIndex whose : of.view.owner) {
        if (whose == kNobody || of.view.peers[whose].failed) covered = false;
        if (whose != kNobody) owns[whose] = true;
    }
    std::size_t reachable = 0;
    const auto all = static_cast<std::size_t>(std::ranges::count(owns, true));
    for (NodeIndex peer = 0; peer < owns.size(); ++peer) {
        if (owns[peer] && !suspects(index, peer)) ++reachable;
    }
    const bool majority = reachable * 2 > all && (covered || !shape_.full_coverage);
    if (majority && !member.had_majority) {
        // Back from the minority: it waits before it takes writes again.
        member.down_until = std::max(
            member.down_until, now() + std::clamp(shape_.node_timeout, kRejoinMin, kRejoinMax));
    }
    member.had_majority = majority;
    // Alone after CLUSTER RESET: no slots, and none of them served.
    of.cluster_ok = (majority || all == 0) && now() >= member.down_until;
}

}  // namespace aside::lab
