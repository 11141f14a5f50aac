// Who owns what, as one node of a cluster says it: CLUSTER NODES as a table
// (https://redis.io/docs/latest/commands/cluster-nodes/).
//
// Thread rule: pure. Errors: protocol.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/ports/remote_tier.h"

namespace aside::lab {

struct LaidOutNode {
    std::string id;
    std::uint16_t port = 0;  // the plain one
    bool primary = false;
    bool failing = false;    // that node says so: fail or fail?
    bool connected = false;  // its bus
    bool handshake = false;
    std::string primary_id;  // of a replica
    std::vector<SlotRange> slots;
    std::vector<std::uint16_t> open_slots;  // being moved: only of the node that was asked

    unsigned slot_count() const;
    bool owns(std::uint16_t slot) const;
};

struct ClusterLayout {
    std::vector<LaidOutNode> nodes;

    const LaidOutNode* by_id(std::string_view id) const;
    const LaidOutNode* by_port(std::uint16_t port) const;
    const LaidOutNode* owner(std::uint16_t slot) const;
    std::vector<const LaidOutNode*> replicas_of(std::string_view id) const;
    unsigned covered_slots() const;
};

Result<ClusterLayout> parse_layout(std::string_view cluster_nodes);

}  // namespace aside::lab
