// The cluster as one simulated node sees it, and what nodes tell each other of themselves.
//
// A node believes another's claim to a slot when the claim's configuration epoch is higher than the
// present owner's (Redis cluster specification, "UPDATE messages", "hash slots configuration
// propagation"). Thread rule: one worker. Ownership: plain values.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "lab/sim/reply_text.h"

namespace aside::lab {

using NodeIndex = std::uint16_t;
inline constexpr NodeIndex kNobody = 0xffff;
inline constexpr std::size_t kSlotCount = 16384;
using SlotSet = std::bitset<kSlotCount>;

// How a node is to be spoken of in MOVED, ASK and CLUSTER SLOTS.
enum class Announce : std::uint8_t {
    address,  // its host
    empty,    // NULL in CLUSTER SLOTS, nothing in redirects: the host that answered
    unknown,  // "?"
};

struct NodeName {
    std::string id;    // 40 hex digits
    std::string host;  // what is announced
    std::uint16_t port = 6379;
    Announce announce = Announce::address;
    std::string zone;
};

// What a node says of itself. Immutable, shared by all who hear it.
struct Claim {
    NodeIndex node = kNobody;
    NodeIndex primary = kNobody;  // of a replica
    bool has_data = true;         // a replica whose offset is not 0
    std::uint64_t epoch = 0;      // the configuration epoch of its slots
    SlotSet slots;                // of a primary
};

struct Peer {
    bool known = false;
    bool failed = false;
    NodeIndex primary = kNobody;
    bool has_data = true;
    std::uint64_t epoch = 0;
    SteadyTime heard{};
    std::shared_ptr<const Claim> believed;
    std::uint64_t believed_at = 0;  // the view's number of changes then
};

struct NodeView {
    NodeView() { owner.fill(kNobody); }

    std::vector<Peer> peers;  // by NodeIndex, this node too
    std::array<NodeIndex, kSlotCount> owner{};
    std::uint64_t current_epoch = 0;
    std::uint64_t changes = 0;

    void hear(const std::shared_ptr<const Claim>& claim, SteadyTime now);
    void forget(NodeIndex node);
    SlotSet slots_of(NodeIndex node) const;
    std::size_t primaries_with_slots() const;
};

// The reply to CLUSTER SLOTS. As a real node: unhealthy replicas and those without data are left
// out, a failed primary is not. `zones`: each node's is told.
void append_cluster_slots(std::string& out, Protocol protocol, const NodeView& view,
                          const std::vector<NodeName>& names, bool zones);

struct ClusterInfo {
    bool state_ok = true;
    std::uint64_t my_epoch = 0;
};
std::string cluster_info_text(const NodeView& view, ClusterInfo info);

}  // namespace aside::lab
