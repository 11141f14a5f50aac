// Hits on one shard that its policy wants to be told of, kept by the worker that had them until
// they are worth a lock.
//
// Holds hashes, not entries: whatever happened to the entry in the meantime, nothing dangles. Lossy
// by design: what finds the shard's lock taken is dropped.
//
// Thread rule: belongs to one worker, like its slot of the EpochDomain.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "memory/eviction.h"

namespace aside::memory {

class alignas(64) AccessBuffer {
  public:
    static constexpr std::size_t kMaxHits = 63;

    // True when `batch` of them wait, or when there is no place for another.
    bool add(SampledHit hit, std::size_t batch) noexcept {
        hits_[count_++] = hit;
        return count_ >= std::min(batch, kMaxHits);
    }
    // What waits, in its order; good until the next add.
    std::span<const SampledHit> take() noexcept { return {hits_.data(), std::exchange(count_, 0)}; }

  private:
    std::size_t count_ = 0;
    std::array<SampledHit, kMaxHits> hits_{};
};

}  // namespace aside::memory
