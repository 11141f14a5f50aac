// Notices that a shard's misses have jumped: a primary came back empty, was replaced, was flushed.
// Answering all that it lacks from the origin at once is what brings origins down, whether its nils
// are trusted yet (misses) or not (unknowns). Here both are called misses.
//
// For each node two moving averages of the share of misses among its hits and misses, a fast one
// (0.3 s) and a slow one (30 s up, 5 s down: a cache that fills is soon believed). Cold when the
// hits of the fast one are under half of the slow one's and the difference is beyond chance; warm
// again when three quarters of the usual hits are back, or when the new share has become the usual
// one (minutes). A shard that hardly ever hits is never cold: nothing was lost. Thread rule: any
// thread; counts are relaxed atomics, and whoever ends a window judges it. Times are passed in.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/time.h"
#include "redis/topology/slot_map.h"

namespace aside::redis {

class ColdShards {
  public:
    // An answer of `node` to a read of a slot of which it is the primary. Its nil counts whether it
    // is trusted or not: either way the origin is asked.
    void note(NodeId node, bool hit, SteadyTime now) {
        Shard& shard = shards_[node];
        (hit ? shard.hits : shard.misses).fetch_add(1, std::memory_order_relaxed);
        if (now.time_since_epoch().count() >= shard.window_ends_ns.load(std::memory_order_relaxed))
            end_window(shard, now);
    }
    bool cold(NodeId node) const { return shards_[node].cold.load(std::memory_order_relaxed); }
    std::uint32_t cold_count() const;

  private:
    struct Shard {
        std::atomic<std::uint32_t> hits = 0, misses = 0;  // of the present window
        std::atomic<std::int64_t> window_ends_ns = 0;     // 0: nothing was seen yet
        std::atomic<std::int64_t> judged_at_ns = 0;
        std::atomic<float> fast = 0, slow = 0;  // shares of misses
        std::atomic<std::uint32_t> windows = 0;
        std::atomic<bool> cold = false;
    };
    static void end_window(Shard& shard, SteadyTime now);
    static void judge(Shard& shard, float share, float seconds);

    std::array<Shard, kNodesMax> shards_{};
};

}  // namespace aside::redis
