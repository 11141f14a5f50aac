// What the control connections say unasked: that they are up, down or silent, and what was
// invalidated. Part of ControlPlane.
#include "redis/alarm.h"
#include "redis/control_plane.h"
#include "redis/protocol/slot.h"
#include "redis/topology_round.h"

namespace aside::redis {

// Links that were replaced, and seeds, say nothing about a node.
bool ControlPlane::current(const ControlLink& link) const {
    const auto at = links_.find(link.node());
    return at != links_.end() && at->second.get() == &link;
}

void ControlPlane::control_up(ControlLink& link) {
    if (!current(link)) return;
    link.down_told = false;
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    const MapNode* const node = map->node(link.node());
    const bool named_primary = node != nullptr && node->primary;
    if (named_primary && link.contradicts(true)) {
        state_.trust.distrust(link.node());
    } else {
        link.role_doubt = {};
    }
    if (named_primary && !state_.trust.trusted(link.node())) refresh(RefreshReason::untrusted);
    look_at(link);
}

void ControlPlane::control_down(ControlLink& link, const Error& why) {
    if (why.code == Errc::denied) {
        raise_alarm(state_, worker_, ReplyError::no_auth, link.endpoint(), "HELLO", why.detail);
    }
    if (!current(link)) return;
    state_.trust.distrust(link.node());
    // It died while this process stood still; what is asked after that is newer.
    if (round_ && link.waits_to_ask()) round_->untrusted.insert(link.node());
    // A node that stays away is asked about once; the periodic refresh follows it from there.
    if (!std::exchange(link.down_told, true)) refresh(RefreshReason::connection_lost);
    look_at(link);
}

void ControlPlane::control_health(ControlLink& link, Health health) {
    if (!current(link)) return;
    if (health == Health::good) {
        if (!state_.trust.trusted(link.node())) refresh(RefreshReason::untrusted);
    } else {
        state_.trust.distrust(link.node());
        refresh(RefreshReason::probe_failed);
    }
    look_at(link);
}

void ControlPlane::control_suspected(ControlLink& link) {
    if (!current(link)) return;
    if (link.link().suspected()) refresh(RefreshReason::thawed);
    look_at(link);
}

void ControlPlane::look_at(ControlLink& link) {
    const bool hears = link.hears();
    {
        MutexLock lock(mutex_);
        facts_[link.node()] = {link.link().state(), link.link().health().health(), hears};
    }
    if (hears == link.heard_before) return;
    link.heard_before = hears;
    // At the gap's beginning, and again at its end for what was learned in it.
    tell_unheard(link.node());
    count_unheard();
}

void ControlPlane::tell_unheard(NodeId id) {
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    const MapNode* const node = map->node(id);
    if (node == nullptr || !node->primary) return;
    for (const SlotRange slots : node->slots) state_.events->slots_unheard(worker_, slots);
}

void ControlPlane::count_unheard() {
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    std::uint32_t heard = 0;
    for (const MapNode& node : map->nodes()) {
        const auto at = links_.find(node.id);
        if (!node.primary || at == links_.end() || !at->second->hears()) continue;
        for (const SlotRange slots : node.slots) heard += slots.last - slots.first + 1U;
    }
    unheard_slots_.store(kSlots - heard, std::memory_order_relaxed);
}

void ControlPlane::control_pushed(ControlLink& link, const wire::RespNode& push) {
    const wire::RespNode* const what = wire::child(push, 0);
    if (what == nullptr || what->text != "invalidate") return;
    state_.metrics.pushes.add(worker_.index());
    const wire::RespNode* const names = wire::child(push, 1);
    if (names == nullptr || names->type != wire::RespType::array) {
        // Null: the server was flushed, or lost count.
        if (current(link)) tell_unheard(link.node());
        return;
    }
    for (std::uint32_t i = 0; i < names->count; ++i) invalidated(wire::child(*names, i)->text);
}

void ControlPlane::invalidated(std::string_view tombstone) {
    const std::optional<OwnedKey> key = state_.names.key_of_tombstone(tombstone);
    if (key) return state_.events->key_invalidated(worker_, {key->kind, key->bytes});
    // Below our prefix and not to be read (another version's?): something in its slot changed.
    const std::uint16_t slot = slot_of_name(tombstone);
    state_.events->slots_unheard(worker_, {slot, slot});
}

}  // namespace aside::redis
