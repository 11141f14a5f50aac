// Slots of a simulated cluster on their way from one node to another, and what is truly held
// meanwhile.
#include <algorithm>
#include <set>

#include "lab/sim/sim_cluster.h"

namespace aside::lab {

bool SimCluster::decides(const ServerCore& core, std::uint16_t slot) const {
    const NodeIndex owner = owners_[slot];
    if (core.index() == owner) return true;
    const auto from = core.importing.find(slot);
    return from != core.importing.end() && from->second == owner &&
           members_[owner].node->core().migrating.contains(slot);
}

const StoredValue* SimCluster::truly_held(std::string_view name, std::uint16_t slot) const {
    const NodeIndex owner = owners_[slot];
    if (owner == kNobody) return nullptr;
    const ServerCore& of = members_[owner].node->core();
    if (const StoredValue* const value = of.find(name)) return value;
    const auto leaving = of.migrating.find(slot);
    return leaving == of.migrating.end() ? nullptr
                                         : members_[leaving->second].node->core().find(name);
}

void SimCluster::judge_names(const SlotSet& slots) {
    std::set<std::string> names;
    for (auto& name : truth_.names()) {
        if (slots[slot_of_key(name)]) names.insert(std::move(name));
    }
    for (const Member& member : members_) {
        for (const auto& [name, value] : member.node->core().data.keys()) {
            if (slots[value.slot]) names.insert(name);
        }
    }
    for (const auto& name : names) {
        truth_.holds(name, truly_held(name, slot_of_key(name)), now());
    }
}

void SimCluster::own(NodeIndex index, std::uint16_t slot) {
    ServerCore& of = core(index);
    if (of.view.owner[slot] == index) return;
    of.view.owner[slot] = index;
    ++of.view.changes;
}

void SimCluster::migrate_key(const std::string& name, NodeIndex from, NodeIndex to) {
    const StoredValue* const value = core(from).find(name);
    if (value == nullptr) return;
    core(to).write({.name = name, .value = *value});
    core(from).write({.kind = Effect::Kind::erase, .name = name});
}

void SimCluster::settle_slot(std::uint16_t slot, NodeIndex from, NodeIndex to) {
    // The importing node first, with an epoch of its own, then the old owner.
    core(to).importing.erase(slot);
    if (core(to).epoch <= core(from).epoch) core(to).epoch = ++newest_epoch_;
    core(to).view.peers[to].epoch = core(to).epoch;
    own(to, slot);
    owners_[slot] = to;
    ServerCore& old = core(from);
    old.migrating.erase(slot);
    old.view.peers[to].epoch = std::max(old.view.peers[to].epoch, core(to).epoch);
    old.view.owner[slot] = to;
    ++old.view.changes;
    for (const NodeIndex replica : replicas_of(from)) core(replica).migrating.erase(slot);
    SlotSet settled;
    settled[slot] = true;
    judge_names(settled);
}

runtime::Task<> SimCluster::move_slot(std::uint16_t slot, NodeIndex to, Duration per_key) {
    const NodeIndex from = owners_[slot];
    if (from == to || from == kNobody || !hear_each_other(from, to)) co_return;
    core(to).importing[slot] = from;
    core(from).migrating[slot] = to;
    for (const NodeIndex replica : replicas_of(from)) core(replica).migrating[slot] = to;
    const auto broken = [&] {
        return stopped_ || owners_[slot] != from || !hear_each_other(from, to) ||
               !core(from).migrating.contains(slot) || !core(to).importing.contains(slot);
    };
    for (;;) {
        const auto names = core(from).data.names_in(slot, now());
        if (names.empty()) break;
        for (const auto& name : names) {
            if (broken()) break;
            migrate_key(name, from, to);
            node(from).push_changes();
            node(to).push_changes();
            if (per_key.count() > 0) co_await sleep_for(worker_, per_key);
        }
        if (broken()) break;
    }
    if (!broken()) {
        settle_slot(slot, from, to);
        co_return;
    }
    // Left half done, as a reshard that died: the marks are taken back, keys stay where they are.
    core(from).migrating.erase(slot);
    core(to).importing.erase(slot);
    for (NodeIndex index = 0; index < size(); ++index) core(index).migrating.erase(slot);
    SlotSet left;
    left[slot] = true;
    judge_names(left);
}

runtime::Task<> SimCluster::move_slots(std::vector<std::uint16_t> slots, NodeIndex to,
                                       Duration per_slot) {
    for (const std::uint16_t slot : slots) {
        if (stopped_) co_return;
        co_await move_slot(slot, to, per_slot);
        co_await sleep_for(worker_, per_slot);
    }
    say(to);
}

runtime::Task<> SimCluster::move_atomically(std::vector<std::uint16_t> slots, NodeIndex to,
                                            Duration pause) {
    if (slots.empty()) co_return;
    const NodeIndex from = owners_[slots.front()];
    std::erase_if(slots, [&](std::uint16_t slot) { return owners_[slot] != from; });
    if (from == to || from == kNobody || !hear_each_other(from, to)) co_return;
    node(from).pause_writes();
    co_await sleep_for(worker_, pause);
    const bool possible =
        hear_each_other(from, to) && core(to).is_primary() &&
        std::ranges::all_of(slots, [&](auto slot) { return owners_[slot] == from; });
    if (possible && !stopped_) {
        SlotSet moved;
        for (const std::uint16_t slot : slots) moved[slot] = true;
        std::vector<std::string> names;
        for (const auto& [name, value] : core(from).data.keys()) {
            if (moved[value.slot]) names.push_back(name);
        }
        for (const auto& name : names) {
            if (const StoredValue* const value = core(from).find(name)) {
                core(to).data.apply({.name = name, .value = *value});
                replicate(to, {.name = name, .value = *value});
            }
        }
        for (const std::uint16_t slot : slots) {
            own(to, slot);
            owners_[slot] = to;
        }
        core(to).epoch = ++newest_epoch_;
        core(to).view.peers[to].epoch = core(to).epoch;
        judge_names(moved);
        heard(from, claim_of(to));
        for (const auto& name : names) {
            core(from).data.apply({.kind = Effect::Kind::erase, .name = name});
            replicate(from, {.kind = Effect::Kind::erase, .name = name});
        }
        say(to);
    }
    if (core(from).writes_paused) node(from).resume_writes();
}

NodeIndex SimCluster::add_shard() {
    const NodeIndex primary = add_node(kNobody);
    core(primary).epoch = ++newest_epoch_;
    std::vector<NodeIndex> added{primary};
    for (unsigned i = 0; i < shape_.replicas; ++i) added.push_back(add_node(primary));
    for (const NodeIndex index : added) {
        node(index).start();
        // CLUSTER MEET: everybody hears of it, it hears of everybody.
        for (NodeIndex other = 0; other < size(); ++other) {
            core(index).view.hear(claim_of(other), now());
            core(other).view.hear(claim_of(index), now());
        }
    }
    return primary;
}

std::vector<std::uint16_t> SimCluster::slots_of(NodeIndex index, std::size_t count) const {
    std::vector<std::uint16_t> found;
    for (std::size_t slot = 0; slot < kSlotCount && found.size() < count; ++slot) {
        if (owners_[slot] == index) found.push_back(static_cast<std::uint16_t>(slot));
    }
    return found;
}

}  // namespace aside::lab
