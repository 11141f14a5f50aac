#include "redis/topology/slot_map.h"

#include <algorithm>
#include <map>
#include <utility>

#include "redis/topology/node_numbers.h"

namespace aside::redis {

SlotMap::SlotMap() {
    shard_of_.fill(kNoShard);
}

std::shared_ptr<const SlotMap> SlotMap::from_view(const ClusterView& view, NodeNumbers& numbers,
                                                  std::uint64_t version) {
    auto map = std::make_shared<SlotMap>();
    map->version_ = version;
    map->epoch_ = view.epoch;
    map->standalone_ = view.standalone;
    // A shard's ranges, of which there may be thousands, share one entry.
    std::map<std::pair<NodeId, std::vector<NodeId>>, std::uint16_t> known;
    for (const SlotOwners& range : view.ranges) {
        Shard shard;
        shard.primary = map->add_node(range.primary, numbers);
        if (shard.primary == kNoNode) continue;
        for (const NodeAddress& replica : range.replicas) {
            if (shard.replicas.size() == kReplicasMax) break;
            const NodeId id = map->add_node(replica, numbers);
            if (id != kNoNode && id != shard.primary) shard.replicas.push_back(id);
        }
        const auto [at, is_new] = known.try_emplace(
            {shard.primary, shard.replicas}, static_cast<std::uint16_t>(map->shards_.size()));
        if (is_new) map->shards_.push_back(std::move(shard));
        std::fill(map->shard_of_.begin() + range.slots.first,
                  map->shard_of_.begin() + range.slots.last + 1, at->second);
    }
    map->index_slots();
    return map;
}

std::shared_ptr<const SlotMap> SlotMap::with_moved(std::uint16_t slot, const runtime::Endpoint& to,
                                                   NodeNumbers& numbers) const {
    auto map = std::make_shared<SlotMap>(*this);
    ++map->version_;
    const NodeId id = map->add_node({to, "", ""}, numbers);
    map->shard_of_[slot] =
        id == kNoNode ? kNoShard
                      : map->shard_led_by(id, std::exchange(map->shard_of_[slot], kNoShard));
    map->index_slots();
    return map;
}

// The node's shard. When it led none: with what is left of the slot's former one, of which it
// probably was a replica; the primary it took over from is likely to be dead.
std::uint16_t SlotMap::shard_led_by(NodeId primary, std::uint16_t former) {
    const auto known = std::ranges::find(shards_, primary, &Shard::primary);
    if (known != shards_.end()) return static_cast<std::uint16_t>(known - shards_.begin());
    Shard shard{.primary = primary, .replicas = {}};
    if (former != kNoShard) {
        shard.replicas = shards_[former].replicas;
        if (std::erase(shard.replicas, primary) == 0) shard.replicas.clear();
    }
    shards_.push_back(std::move(shard));
    return static_cast<std::uint16_t>(shards_.size() - 1);
}

MapNode* SlotMap::find(NodeId id) {
    const auto at = std::ranges::lower_bound(nodes_, id, {}, &MapNode::id);
    return at != nodes_.end() && at->id == id ? &*at : nullptr;
}

NodeId SlotMap::add_node(const NodeAddress& address, NodeNumbers& numbers) {
    const NodeId id = numbers.number_of(address);
    if (id == kNoNode || find(id) != nullptr) return id;
    MapNode node;
    node.id = id;
    node.address = address;
    nodes_.insert(std::ranges::lower_bound(nodes_, id, {}, &MapNode::id), std::move(node));
    return id;
}

// Tells each node which slots are its.
void SlotMap::index_slots() {
    for (MapNode& node : nodes_) {
        node.slots.clear();
        node.primary = false;
    }
    for (std::uint32_t first = 0; first < kSlots;) {
        const std::uint16_t shard = shard_of_[first];
        std::uint32_t last = first;
        while (last + 1 < kSlots && shard_of_[last + 1] == shard) ++last;
        if (shard != kNoShard) {
            MapNode& node = *find(shards_[shard].primary);
            node.primary = true;
            node.slots.push_back(
                {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)});
        }
        first = last + 1;
    }
}

SlotCopies SlotMap::copies(std::uint16_t slot) const {
    const std::uint16_t shard = slot < kSlots ? shard_of_[slot] : kNoShard;
    if (shard == kNoShard) return {};
    return {shards_[shard].primary, shards_[shard].replicas};
}

const MapNode* SlotMap::node(NodeId id) const {
    const auto at = std::ranges::lower_bound(nodes_, id, {}, &MapNode::id);
    return at != nodes_.end() && at->id == id ? &*at : nullptr;
}

std::uint32_t SlotMap::covered_slots() const {
    return static_cast<std::uint32_t>(kSlots - std::ranges::count(shard_of_, kNoShard));
}

std::uint32_t SlotMap::primaries() const {
    return static_cast<std::uint32_t>(std::ranges::count(nodes_, true, &MapNode::primary));
}

std::vector<SlotRange> SlotMap::moved_slots(const SlotMap& before, const SlotMap& after) {
    std::vector<SlotRange> moved;
    for (std::uint16_t slot = 0; slot < kSlots; ++slot) {
        if (before.copies(slot).primary == after.copies(slot).primary) continue;
        if (!moved.empty() && moved.back().last + 1 == slot) {
            moved.back().last = slot;
        } else {
            moved.push_back({slot, slot});
        }
    }
    return moved;
}

}  // namespace aside::redis
