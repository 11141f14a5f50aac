// What every worker may know of a node's fill lane before it posts anything there: whether fills
// are held, and whether there is room.
//
// Thread rule: any thread; relaxed atomics, of which a reader may see an old value for a moment.
// Ownership: a LaneRoom gives back what it took when it ends, and keeps
// the gates alive until then.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/time.h"
#include "redis/link/link.h"
#include "redis/topology/slot_map.h"

namespace aside::redis {

class LaneGates;

class LaneRoom {
  public:
    LaneRoom() = default;
    LaneRoom(std::shared_ptr<LaneGates> gates, NodeId node, std::uint64_t bytes)
        : gates_(std::move(gates)), node_(node), bytes_(bytes) {}
    LaneRoom(LaneRoom&& other) noexcept = default;
    LaneRoom& operator=(LaneRoom&& other) noexcept {
        std::swap(gates_, other.gates_);
        std::swap(node_, other.node_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    inline ~LaneRoom();

  private:
    std::shared_ptr<LaneGates> gates_;
    NodeId node_ = kNoNode;
    std::uint64_t bytes_ = 0;
};

class LaneGates : public std::enable_shared_from_this<LaneGates> {
  public:
    struct Limits {
        std::uint64_t bytes = 0;
        std::uint32_t requests = 0;
    };
    explicit LaneGates(Limits limits) : limits_(limits) {}

    // Invalidations and leases given back may take as much again as fills: a queue full of fills
    // does not keep them out.
    std::optional<LaneRoom> enter(NodeId node, std::uint64_t bytes, bool urgent) {
        Gate& gate = gates_[node];
        const std::uint64_t factor = urgent ? 2 : 1;
        const std::uint64_t requests = gate.requests.fetch_add(1, std::memory_order_relaxed);
        const std::uint64_t held_bytes = gate.bytes.fetch_add(bytes, std::memory_order_relaxed);
        LaneRoom room(shared_from_this(), node, bytes);
        if (requests >= factor * limits_.requests) return std::nullopt;
        if (held_bytes + bytes > factor * limits_.bytes) return std::nullopt;
        return room;
    }

    bool held(NodeId node, SteadyTime now) const {
        return now.time_since_epoch().count() <
               gates_[node].held_until_ns.load(std::memory_order_relaxed);
    }
    // By the lane's last word.
    bool held(NodeId node) const {
        return gates_[node].held_until_ns.load(std::memory_order_relaxed) != 0;
    }
    // SteadyTime{}: not any more.
    void hold(NodeId node, SteadyTime until) {
        gates_[node].held_until_ns.store(until.time_since_epoch().count(),
                                         std::memory_order_relaxed);
    }

    LinkState link(NodeId node) const { return gates_[node].link.load(std::memory_order_relaxed); }
    void set_link(NodeId node, LinkState state) {
        gates_[node].link.store(state, std::memory_order_relaxed);
    }
    std::uint32_t requests(NodeId node) const {
        return gates_[node].requests.load(std::memory_order_relaxed);
    }

  private:
    friend LaneRoom;
    struct Gate {
        std::atomic<std::uint64_t> bytes{0};
        std::atomic<std::uint32_t> requests{0};
        std::atomic<std::int64_t> held_until_ns{0};
        std::atomic<LinkState> link{LinkState::idle};
    };
    void leave(NodeId node, std::uint64_t bytes) {
        gates_[node].requests.fetch_sub(1, std::memory_order_relaxed);
        gates_[node].bytes.fetch_sub(bytes, std::memory_order_relaxed);
    }
    const Limits limits_;
    std::array<Gate, kNodesMax> gates_{};
};

LaneRoom::~LaneRoom() {
    if (gates_) gates_->leave(node_, bytes_);
}

}  // namespace aside::redis
