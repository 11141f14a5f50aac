// Who owns each slot: an immutable map, swapped whole.
//
// Nodes are numbered within the map; a node keeps its NodeId (a small process-wide number, by
// server id or else by address) from one map to the next, so that connections are found again.
// Thread rule: immutable; shared by pointer. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "redis/topology/cluster_view.h"

namespace aside::redis {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = ~NodeId{0};
inline constexpr std::size_t kNodesMax = 1000;
inline constexpr std::size_t kReplicasMax = 5;  // of one slot that are looked at

struct MapNode {
    NodeId id = kNoNode;
    NodeAddress address;
    bool primary = false;
    std::vector<SlotRange> slots;  // of a primary
};

// The copies of a slot.
struct SlotCopies {
    NodeId primary = kNoNode;  // kNoNode: nobody serves it
    std::span<const NodeId> replicas;
};

class NodeNumbers;  // gives NodeIds

class SlotMap {
  public:
    // An empty map: every slot unserved.
    SlotMap();
    static std::shared_ptr<const SlotMap> from_view(const ClusterView& view, NodeNumbers& numbers,
                                                    std::uint64_t version);
    // This map with one slot moved (MOVED), until the next refresh; its version is one higher. A
    // node that is not in the map yet is added. `to` names a host.
    std::shared_ptr<const SlotMap> with_moved(std::uint16_t slot, const runtime::Endpoint& to,
                                              NodeNumbers& numbers) const;

    SlotCopies copies(std::uint16_t slot) const;
    const MapNode* node(NodeId id) const;  // null: not in this map
    std::span<const MapNode> nodes() const { return nodes_; }
    std::uint32_t covered_slots() const;
    std::uint32_t primaries() const;  // that own slots
    std::uint64_t version() const { return version_; }
    std::uint64_t epoch() const { return epoch_; }  // of the view it was made from
    bool standalone() const { return standalone_; }

    // The ranges whose primary differs between two maps.
    static std::vector<SlotRange> moved_slots(const SlotMap& before, const SlotMap& after);

  private:
    struct Shard {
        NodeId primary = kNoNode;
        std::vector<NodeId> replicas;
    };
    static constexpr std::uint16_t kNoShard = 0xffff;

    MapNode* find(NodeId id);
    NodeId add_node(const NodeAddress& address, NodeNumbers& numbers);
    std::uint16_t shard_led_by(NodeId primary, std::uint16_t former);
    void index_slots();

    std::array<std::uint16_t, kSlots> shard_of_;  // index into shards_
    std::vector<Shard> shards_;
    std::vector<MapNode> nodes_;  // by id
    std::uint64_t version_ = 0;
    std::uint64_t epoch_ = 0;
    bool standalone_ = false;
};

}  // namespace aside::redis
