// The eviction policy of one shard of L1: a SegmentedCache whose window is sized by a WindowTuner.
// docs/design/0001-eviction.md tells why, and what else was measured.
//
// Threads: all under the shard's lock, except sampled(), PolicyNode::record_hit() and the making of
// a SampledHit, which any thread may use. A reader that hits calls node.record_hit() and, for the
// few keys that are sampled, buffers a SampledHit, told to the policy the next time somebody holds
// the lock. These may come late or be dropped.
//
// Ownership: the policy never owns nodes. Units: charge is bytes, or 1 an entry for a cache bounded
// by count; the policy only needs the capacity to be in the same unit. Deterministic for a given
// seed and order of calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "memory/frequency_sketch.h"
#include "memory/policy_node.h"
#include "memory/segmented_cache.h"
#include "memory/window_tuner.h"

namespace aside::memory {

struct SampledHit {
    std::uint64_t hash;
    std::uint32_t charge;
};

class EvictionPolicy {
  public:
    // `expected_entries` sizes the sketch, the ghosts and the sample. They follow the real number:
    // a guess that is too low costs some copying while the cache fills, one too high costs memory.
    // Throws std::bad_alloc; nothing else here does: what there is no memory to enlarge stays as it
    // is, and guesses worse.
    EvictionPolicy(std::uint64_t capacity_charge, std::uint64_t expected_entries,
                   std::uint64_t seed);

    // Whether hits on this key are to be told by on_sampled_hit().
    bool sampled(std::uint64_t hash) const noexcept {
        return (mixed(hash) >> 32U) < sampling_rate_.load(std::memory_order_relaxed);
    }
    void on_sampled_hit(const SampledHit& hit);

    // A miss whose value was loaded. The node must not be linked. Appends what must go to
    // `victims`, possibly the node itself: then the value is not worth keeping.
    void insert(PolicyNode& node, std::uint64_t hash, std::uint32_t charge, VictimList& victims);

    // A new value for a key that is kept (refresh, overwrite): `next` takes the place and the
    // history of `present`, which must be linked and is unlinked by this. Not a request of its own.
    void replace(PolicyNode& present, PolicyNode& next, std::uint32_t charge, VictimList& victims) {
        cache_.replace(present, next, charge, victims);
    }

    // For invalidation and expiry; without effect on a node that is not linked.
    void remove(PolicyNode& node) noexcept { cache_.remove(node); }

    // Takes effect at the next insert.
    void set_capacity(std::uint64_t capacity_charge);

    std::uint64_t used_charge() const noexcept { return cache_.used_charge(); }
    std::uint64_t entries() const noexcept { return cache_.entries(); }
    double window_share() const noexcept { return tuner_->window_share(); }
    // Heap memory of the policy: sketch, ghosts, shadows. The nodes are the store's.
    std::uint64_t overhead_bytes() const noexcept;

  private:
    std::uint64_t mixed(std::uint64_t hash) const noexcept {
        std::uint64_t x = (hash ^ seed_) * 0x9E3779B97F4A7C15ULL;
        x = (x ^ (x >> 32U)) * 0xD6E8FEB86659FD93ULL;
        return x ^ (x >> 32U);
    }
    void observe(std::uint64_t mixed_hash, std::uint32_t charge);
    void follow_population(bool full) noexcept;
    void outgrow();
    void restart_tuner(std::uint64_t entries);

    std::uint64_t seed_;
    std::uint64_t sized_for_;
    std::atomic<std::uint64_t> sampling_rate_;
    FrequencySketch sketch_;
    SegmentedCache cache_;
    std::uint64_t tuned_for_ = 0;  // entries
    std::unique_ptr<WindowTuner> tuner_;
};

}  // namespace aside::memory
