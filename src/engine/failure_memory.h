// Remembers, for a short while, which keys' loads have just failed, so that a key whose stale value
// is being answered does not ask a failing origin again with every request.
//
// A fixed table of atomics, one slot per hash bucket, last writer wins: two keys in one slot may
// forget each other, which costs one more load. Thread rule: any thread, no lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace aside::engine {

class FailureMemory {
  public:
    void remember(std::uint64_t key_hash, SteadyTime until) {
        slot(key_hash).store(pack(key_hash, until), std::memory_order_relaxed);
    }
    bool failed_recently(std::uint64_t key_hash, SteadyTime now) const {
        const std::uint64_t packed = slot(key_hash).load(std::memory_order_relaxed);
        if ((packed >> 32) != (key_hash >> 32)) return false;
        const auto left =
            static_cast<std::int32_t>(static_cast<std::uint32_t>(packed) - ticks(now));
        return left > 0;
    }

  private:
    static constexpr std::size_t kSlots = 4096;
    // Milliseconds, wrapping every 49 days; compared by difference.
    static std::uint32_t ticks(SteadyTime at) {
        return static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
    }
    static std::uint64_t pack(std::uint64_t key_hash, SteadyTime until) {
        return (key_hash & 0xffffffff00000000ULL) | ticks(until);
    }
    std::atomic<std::uint64_t>& slot(std::uint64_t hash) { return slots_[hash % kSlots]; }
    const std::atomic<std::uint64_t>& slot(std::uint64_t hash) const {
        return slots_[hash % kSlots];
    }

    std::array<std::atomic<std::uint64_t>, kSlots> slots_{};
};

}  // namespace aside::engine
