// Remembers which keys were evicted lately, without keeping the keys: 32-bit fingerprints in
// 8-way buckets, each with the position it had in the stream of evictions. A ghost is forgotten
// when as much charge as the horizon has been evicted after it, or when its bucket needs the place.
//
// Threads: guarded by the owner's lock. Memory: 12 bytes per entry it is sized for.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace aside::memory {

class GhostQueue {
  public:
    // `horizon_charge`: the largest horizon that will be asked for; sets the resolution only.
    GhostQueue(std::uint64_t entries, std::uint64_t horizon_charge);

    void add(std::uint32_t fingerprint, std::uint64_t charge) noexcept;

    // True, and forgets the ghost, if it was added less than `horizon_charge` ago.
    bool take(std::uint32_t fingerprint, std::uint64_t horizon_charge) noexcept;

    void reserve(std::uint64_t entries);

    std::uint64_t entries() const noexcept { return entries_; }
    std::uint64_t overhead_bytes() const noexcept { return buckets_.capacity() * sizeof(Bucket); }

  private:
    static constexpr unsigned kWays = 8;
    struct Slot {
        std::uint32_t fingerprint;
        std::uint32_t position;  // of the eviction stream, in units of 2^shift_ charge; 0 = free
    };
    using Bucket = std::array<Slot, kWays>;

    std::uint32_t now() const noexcept {
        return static_cast<std::uint32_t>(evicted_charge_ >> shift_) + 1;
    }
    Bucket& bucket(std::uint32_t fingerprint) noexcept;
    void place(Slot slot) noexcept;

    std::uint64_t entries_;
    std::uint64_t evicted_charge_ = 0;
    unsigned shift_;
    std::vector<Bucket> buckets_;
};

}  // namespace aside::memory
