// Remembers, for a short while, something about single keys: that their loads have just failed, so
// that a key whose stale value is being answered does not ask a failing origin again with every
// request; that they have just been invalidated, so that the origin is read consistently.
//
// A fixed table of atomics, one slot per hash bucket, last writer wins: two keys in one slot may
// forget each other. So it may only ever save work, or add caution. Thread rule: any thread, no
// lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace aside::engine {

class RecentKeys {
  public:
    void remember(std::uint64_t key_hash, SteadyTime until) {
        slot(key_hash).store(pack(key_hash, until), std::memory_order_relaxed);
    }
    bool holds(std::uint64_t key_hash, SteadyTime now) const {
        const std::uint64_t packed = slot(key_hash).load(std::memory_order_relaxed);
        return (packed ^ key_hash) >> kTimeBits == 0 && (packed & kTimeMask) > ticks(now);
    }

  private:
    static constexpr std::size_t kSlots = 4096;
    // Milliseconds of steady time: 34 years of them, so that an old entry is never taken for a new
    // one. The rest of a slot is of the hash.
    static constexpr unsigned kTimeBits = 40;
    static constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << kTimeBits) - 1;
    static std::uint64_t ticks(SteadyTime at) {
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
    }
    static std::uint64_t pack(std::uint64_t key_hash, SteadyTime until) {
        return (key_hash & ~kTimeMask) | (ticks(until) & kTimeMask);
    }
    std::atomic<std::uint64_t>& slot(std::uint64_t hash) { return slots_[hash % kSlots]; }
    const std::atomic<std::uint64_t>& slot(std::uint64_t hash) const {
        return slots_[hash % kSlots];
    }

    std::array<std::atomic<std::uint64_t>, kSlots> slots_{};
};

}  // namespace aside::engine
