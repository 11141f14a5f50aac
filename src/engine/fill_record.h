// What this process filled into L2, so that a miss there can be told its reason: a bounded record
// that answers only what it knows.
//
// A fixed table, one slot per hash bucket, last writer wins. An empty slot means that this process
// filled no key of that bucket, so not this one; a slot that another key has taken means that it
// cannot tell. Thread rule: any thread, no lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace aside::engine {

enum class MissReason : std::uint8_t {
    not_filled_by_us,
    expired,           // its time-to-live, or the use a value can be of, is over
    gone_early,        // we filled it, and it should still be there
    invalidated,       // since we filled it
    during_migration,  // its slot is moving
    cold_shard,        // its shard has just lost what it held
    unknown,
};
inline constexpr std::size_t kMissReasons = 7;

constexpr std::string_view name_of(MissReason reason) {
    constexpr std::string_view kNames[kMissReasons] = {
        "not_filled_by_us", "expired",    "gone_early", "invalidated",
        "during_migration", "cold_shard", "unknown"};
    return kNames[static_cast<std::size_t>(reason)];
}

class FillRecord {
  public:
    void filled(std::uint64_t key_hash, SteadyTime keep_until) {
        slot(key_hash).store(pack(key_hash, ticks(keep_until)), std::memory_order_relaxed);
    }
    void invalidated(std::uint64_t key_hash) {
        std::atomic<std::uint64_t>& mine = slot(key_hash);
        if (same_key(mine.load(std::memory_order_relaxed), key_hash))
            mine.store(pack(key_hash, kInvalidated), std::memory_order_relaxed);
    }
    MissReason reason_of(std::uint64_t key_hash, SteadyTime now) const {
        const std::uint64_t packed = slots_[key_hash % kSlots].load(std::memory_order_relaxed);
        if (packed == 0) return MissReason::not_filled_by_us;
        if (!same_key(packed, key_hash)) return MissReason::unknown;
        const std::uint64_t until = packed & kTimeMask;
        if (until == kInvalidated) return MissReason::invalidated;
        return until <= ticks(now) ? MissReason::expired : MissReason::gone_early;
    }

  private:
    static constexpr std::size_t kSlots = 65536;
    static constexpr unsigned kTimeBits = 40;  // milliseconds of steady time: 34 years
    static constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << kTimeBits) - 1;
    static constexpr std::uint64_t kInvalidated = 1;  // no value ends in the first millisecond

    static std::uint64_t ticks(SteadyTime at) {
        const auto ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
        return (static_cast<std::uint64_t>(ms) & kTimeMask) + 2;
    }
    static std::uint64_t pack(std::uint64_t key_hash, std::uint64_t time) {
        return (key_hash & ~kTimeMask) | (time & kTimeMask);
    }
    static bool same_key(std::uint64_t packed, std::uint64_t key_hash) {
        return packed != 0 && (packed ^ key_hash) >> kTimeBits == 0;
    }
    std::atomic<std::uint64_t>& slot(std::uint64_t hash) { return slots_[hash % kSlots]; }

    std::array<std::atomic<std::uint64_t>, kSlots> slots_{};
};

}  // namespace aside::engine
