// Which nodes some worker finds slow or strained, for those who send fills from another.
//
// Thread rule: any thread; relaxed atomics. Each worker tells changes of its own opinion.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "redis/link/latency_breaker.h"
#include "redis/topology/slot_map.h"

namespace aside::redis {

class SlowNodes {
  public:
    struct Opinion {
        Pace pace = Pace::quick;
        bool strained = false;
        bool operator==(const Opinion&) const = default;
    };

    void change(NodeId node, Opinion before, Opinion after) {
        Counts& counts = counts_[node];
        add(counts.strained, before.strained, after.strained);
        add(counts.not_quick, before.pace != Pace::quick, after.pace != Pace::quick);
        add(counts.on_trial, before.pace == Pace::trial, after.pace == Pace::trial);
        add(slow_now_, before.pace != Pace::quick, after.pace != Pace::quick);
    }

    // No fills for it, so that what it can still do is there for reads.
    bool strained(NodeId node) const { return get(counts_[node].strained) > 0; }
    Pace pace(NodeId node) const {
        if (get(counts_[node].not_quick) == 0) return Pace::quick;
        return get(counts_[node].on_trial) == get(counts_[node].not_quick) ? Pace::trial
                                                                           : Pace::slow;
    }
    // Opinions, not nodes: with two workers a node may count twice.
    std::uint32_t slow_count() const { return get(slow_now_); }

  private:
    using Count = std::atomic<std::uint32_t>;
    struct Counts {
        Count strained{0}, not_quick{0}, on_trial{0};
    };
    static std::uint32_t get(const Count& count) { return count.load(std::memory_order_relaxed); }
    static void add(Count& count, bool before, bool after) {
        if (before == after) return;
        if (after) {
            count.fetch_add(1, std::memory_order_relaxed);
        } else {
            count.fetch_sub(1, std::memory_order_relaxed);
        }
    }

    std::array<Counts, kNodesMax> counts_{};
    Count slow_now_{0};
};

}  // namespace aside::redis
