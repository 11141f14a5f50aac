// Chooses how much of the cache the window gets. No share suits all traffic: loops want almost
// none, short-lived keys want most of it. So each candidate share is simulated by a ShadowCache on
// the same sample of the keys, and the one that missed least lately is used.
//
// Threads: guarded by the owner's lock. Deterministic: which keys are sampled is the owner's
// choice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "memory/frequency_sketch.h"
#include "memory/shadow_cache.h"

namespace aside::memory {

class WindowTuner {
  public:
    // For a cache of that capacity which holds about that many entries.
    WindowTuner(std::uint64_t capacity_charge, std::uint64_t entries);

    // The chance of a key to be in the sample, in 1/2^32. The owner samples by a hash of the key.
    std::uint64_t sampling_rate() const noexcept { return rate_; }

    // A request for a sampled key, whether the cache had it or not.
    void access(std::uint32_t fingerprint, std::uint32_t charge);
    void set_capacity(std::uint64_t capacity_charge) noexcept;

    double window_share() const noexcept { return candidates_[chosen_].share; }
    std::uint64_t overhead_bytes() const noexcept;

  private:
    struct Candidate {
        Candidate(double window_share, std::uint64_t capacity, std::uint32_t max_entries,
                  FrequencySketch& sketch)
            : share(window_share), shadow(capacity, max_entries, window_share, sketch) {}

        double share;
        ShadowCache shadow;
        std::uint32_t misses = 0;  // in the present round
        double score = 0;          // misses of all rounds, older ones counting less
    };

    std::uint64_t scaled(std::uint64_t capacity_charge) const noexcept;
    void end_round() noexcept;

    std::uint64_t rate_;
    std::uint32_t round_length_;
    std::uint32_t accesses_ = 0;
    double retention_;  // what a miss still counts a round later
    std::size_t chosen_ = 0;
    FrequencySketch sketch_;  // of the sampled keys only; shared by the shadows
    std::deque<Candidate> candidates_;
};

}  // namespace aside::memory
