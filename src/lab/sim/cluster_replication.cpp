// Replication of a simulated cluster: what a primary wrote arrives at its replicas after their lag,
// unless the primary dies first; a replica that changes its primary copies everything anew.
#include <algorithm>

#include "lab/sim/sim_cluster.h"

namespace aside::lab {

void SimCluster::replicate(NodeIndex primary, const Effect& effect) {
    for (NodeIndex index = 0; index < size(); ++index) {
        Member& member = members_[index];
        if (member.from != primary || member.link != Link::up) continue;
        // A copy that is being made holds it already; what comes later is in order.
        const SteadyTime after = member.stream.empty() ? now() : member.stream.back().due;
        member.stream.push_back({std::max(after, now() + member.lag), effect});
    }
}

void SimCluster::catch_up(NodeIndex replica) {
    Member& member = members_[replica];
    if (member.from == kNobody || !node(replica).responsive()) return;
    if (member.link == Link::down) {
        begin_sync(replica);
        return;
    }
    if (member.link == Link::syncing) {
        if (!hear_each_other(replica, member.from)) {
            member.link = Link::down;
            return;
        }
        // The second half of a copy: the old data is gone, the new is being read.
        core(replica).states.loading = now() + shape_.sync_time / 2 >= member.synced_at;
        if (now() < member.synced_at) return;
        core(replica).states.loading = false;
        core(replica).data = core(member.from).data;
        core(replica).replicate({.kind = Effect::Kind::flush});
        core(replica).data = core(member.from).data;
        member.has_data = true;
        member.link = Link::up;
        return;
    }
    // Across a partition nothing arrives; it is sent again when that heals.
    if (member.group != members_[member.from].group) return;
    while (!member.stream.empty() && member.stream.front().due <= now()) {
        core(replica).replicate(member.stream.front().effect);
        member.stream.pop_front();
    }
}

void SimCluster::begin_sync(NodeIndex replica) {
    Member& member = members_[replica];
    if (!hear_each_other(replica, member.from) || !core(member.from).is_primary()) return;
    lose_stream(replica);
    member.link = Link::syncing;
    member.synced_at = now() + shape_.sync_time;
}

void SimCluster::follow(NodeIndex replica, NodeIndex primary) {
    Member& member = members_[replica];
    ServerCore& of = core(replica);
    of.migrating.clear();
    of.importing.clear();
    of.primary = primary;
    ++of.view.changes;
    if (of.writes_paused) node(replica).resume_writes();
    member.from = primary;
    member.link = Link::down;
    member.elect_at = kNever;
    member.stream.clear();
    say(replica);
}

void SimCluster::lose_stream(NodeIndex replica) {
    members_[replica].stream.clear();
}

}  // namespace aside::lab
