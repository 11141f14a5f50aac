// Misfortunes of a simulated cluster.
#include <algorithm>

#include "lab/sim/sim_cluster.h"

namespace aside::lab {

namespace {
constexpr Duration kWritableDelay = std::chrono::seconds(2);  // after a start, as the real one
}

void SimCluster::kill(NodeIndex index) {
    node(index).kill();
    // What its replicas have not got is not going to reach them, and they know that it is gone.
    for (NodeIndex replica = 0; replica < size(); ++replica) {
        Member& member = members_[replica];
        if (member.from != index) continue;
        for (const Sent& sent : member.stream) truth_.lost(sent.effect.name, now());
        lose_stream(replica);
        member.link = Link::down;
    }
}

void SimCluster::restart(NodeIndex index, bool with_data) {
    if (node(index).running()) return;
    Member& member = members_[index];
    ServerCore& of = core(index);
    of.scripts_known.clear();
    of.states = NodeStates{};
    of.migrating.clear();
    of.importing.clear();
    of.writes_paused = false;
    of.cluster_ok = false;
    for (Peer& peer : of.view.peers) peer.heard = now();
    member.down_until = now() + kWritableDelay;
    member.link = Link::down;
    if (!with_data) {
        for (const auto& [name, value] : of.data.keys()) truth_.lost(name, now());
        of.data.clear();
        member.has_data = of.is_primary();
        SlotSet own_slots;
        for (std::size_t slot = 0; slot < kSlotCount; ++slot)
            own_slots[slot] = owners_[slot] == index;
        judge_names(own_slots);
    }
    node(index).start();
}

void SimCluster::heal() {
    for (Member& member : members_) member.group = 0;
}

void SimCluster::flush(NodeIndex index) {
    for (const auto& [name, value] : core(index).data.keys()) truth_.lost(name, now());
    core(index).write({.kind = Effect::Kind::flush});
    SlotSet all;
    all.set();
    judge_names(all);
    node(index).push_changes();
}

void SimCluster::evict(NodeIndex index, unsigned keys) {
    for (unsigned i = 0; i < keys && !core(index).data.keys().empty(); ++i) {
        auto chosen = core(index).data.keys().begin();
        std::advance(chosen,
                     static_cast<std::ptrdiff_t>(random_.below(core(index).data.keys().size())));
        const std::string name = chosen->first;
        // A tombstone that is gone before its time warns nobody.
        if (name.find('{') != std::string::npos) truth_.lost(name, now());
        core(index).write({.kind = Effect::Kind::erase, .name = name});
    }
    node(index).push_changes();
}

void SimCluster::reset(NodeIndex index) {
    ServerCore& of = core(index);
    Member& member = members_[index];
    of.data.clear();
    of.primary = kNobody;
    of.migrating.clear();
    of.importing.clear();
    NodeView alone;
    alone.changes = of.view.changes + 1;
    alone.peers.resize(of.view.peers.size());
    alone.peers[index].known = true;
    of.view = std::move(alone);
    of.epoch = 0;
    member.from = kNobody;
    member.link = Link::down;
    member.stream.clear();
}

void SimCluster::forget(NodeIndex index) {
    for (NodeIndex other = 0; other < size(); ++other) {
        if (other != index) core(other).view.forget(index);
    }
    SlotSet unowned;
    for (std::size_t slot = 0; slot < kSlotCount; ++slot) {
        if (owners_[slot] != index) continue;
        owners_[slot] = kNobody;
        unowned[slot] = true;
    }
    judge_names(unowned);
}

}  // namespace aside::lab
