// What one node says of the cluster: the answer to CLUSTER SLOTS, checked and made plain.
//
// Endpoints: NULL or "" is the host of the connection that answered; "?" is a node nobody may dial:
// it is left out, and as a primary its slots with it. Names and addresses are kept as they are,
// nodes are told apart by their 40-digit id where there is one. Ranges may come in any order; a
// node that gives a slot twice contradicts itself and is not believed. An empty answer is none.
//
// Thread rule: plain values, pure functions. Errors: protocol (not the shape of CLUSTER SLOTS, or
// contradicting), not_found (no slot at all: not an answer).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/ports/remote_tier.h"
#include "runtime/stream.h"
#include "wire/resp.h"

namespace aside::redis {

struct NodeAddress {
    runtime::Endpoint endpoint;
    std::string id;    // 40 hex digits; empty when the server did not say
    std::string zone;  // empty: not told
};

struct SlotOwners {
    SlotRange slots;
    NodeAddress primary;
    std::vector<NodeAddress> replicas;
};

struct ClusterView {
    std::vector<SlotOwners> ranges;  // by first slot, not overlapping
    std::uint64_t epoch = 0;         // the cluster's current epoch by this node; 0: not told
    bool state_ok = true;            // cluster_state of CLUSTER INFO
    bool standalone = false;         // a server without cluster mode
    std::string asked;               // who answered, for logs

    std::uint32_t covered_slots() const;
};

Result<ClusterView> parse_cluster_slots(const wire::RespNode& reply,
                                        const runtime::Endpoint& answered_by);
// Adds what CLUSTER INFO says (cluster_current_epoch, cluster_state) to the view.
void add_cluster_info(ClusterView& view, std::string_view info);

// All slots on one node: a server without cluster mode.
ClusterView standalone_view(const runtime::Endpoint& node);

}  // namespace aside::redis
