// A small copy of the cache that holds no values: it replays a sample of the requests under another
// setting and counts what it would have missed. Sampling is by key, and the capacity is scaled with
// it (Waldspurger et al., SHARDS, FAST 2015; miniature simulation, ATC 2017).
//
// Threads: guarded by the owner's lock. Memory: about 60 bytes per entry of the limit.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/segmented_cache.h"

namespace aside::memory {

class ShadowCache {
  public:
    // Keeps at most `max_entries`, even if more would fit by charge.
    ShadowCache(std::uint64_t capacity_charge, std::uint32_t max_entries, double window_share,
                FrequencySketch& sketch);

    // True if it was a hit. The sketch has already been told.
    bool access(std::uint32_t fingerprint, std::uint32_t charge);

    void set_capacity(std::uint64_t capacity_charge) noexcept {
        cache_.set_capacity(capacity_charge);
    }
    std::uint64_t overhead_bytes() const noexcept;

  private:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    std::uint32_t home(std::uint32_t fingerprint) const noexcept;
    std::uint32_t find(std::uint32_t fingerprint) const noexcept;
    void erase(std::uint32_t slot) noexcept;
    void release_victims(VictimList& victims);

    SegmentedCache cache_;
    std::vector<PolicyNode> nodes_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> slots_;  // open addressing, linear probing: index into nodes_
};

}  // namespace aside::memory
