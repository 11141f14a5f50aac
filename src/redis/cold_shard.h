// Notices that a shard's misses have jumped: a primary came back empty, was replaced, was flushed.
// Its misses are honest, and answering all of them from the origin at once is what brings origins
// down.
//
// For each node two moving averages of the share of misses among its hits and misses, a fast one
// and a slow one; cold when the fast one is far above the slow one and enough reads were seen; warm
// again when hits are back. Thread rule: any thread; counts are relaxed atomics. Times are passed
// in.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/time.h"
#include "redis/topology/slot_map.h"

namespace aside::redis {

class ColdShards {
  public:
    void note(NodeId node, bool hit, SteadyTime now);
    bool cold(NodeId node) const;
    std::uint32_t cold_count() const;

  private:
    struct Shard {
        std::atomic<std::uint32_t> hits{0}, misses{0};  // of the present window
        std::atomic<std::int64_t> window_ends_ns{0};
        std::atomic<float> fast{0}, slow{0};
        std::atomic<bool> cold{false};
    };
    std::array<Shard, kNodesMax> shards_{};
};

}  // namespace aside::redis
