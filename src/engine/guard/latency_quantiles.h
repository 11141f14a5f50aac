// Quantiles of a stream of latencies: a histogram whose buckets are eight to each doubling, so that
// a quantile is at most an eighth too high and never too low. Every kHalfLife samples the counts
// are halved: what was long ago fades.
//
// Thread rule: one at a time. Units: microseconds inside, up to 2^32 of them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/time.h"

namespace aside::engine {

class LatencyQuantiles {
  public:
    static constexpr std::uint32_t kHalfLife = 512;

    void note(Duration took) {
        ++buckets_[bucket_of(took)];
        ++sum_;
        if (++seen_ % kHalfLife == 0) fade();
    }
    std::uint64_t seen() const { return seen_; }
    // The least bound that this part of the samples stays within; 0 while there is none.
    Duration quantile(double part) const {
        const double wanted = part * static_cast<double>(sum_);
        std::uint64_t below = 0;
        for (std::size_t at = 0; at < kBuckets; ++at) {
            below += buckets_[at];
            if (below > 0 && static_cast<double>(below) >= wanted) return upper_bound(at);
        }
        return {};
    }

  private:
    static constexpr unsigned kPerDoublingBits = 3;
    static constexpr std::size_t kBuckets = (32U - kPerDoublingBits) << kPerDoublingBits;

    static std::size_t bucket_of(Duration took) {
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        const auto bounded =
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 8, UINT32_MAX));
        // Of 8 to 15 us each bucket is one of them wide, of 16 to 31 us two, and so on.
        const unsigned doubling =
            static_cast<unsigned>(std::bit_width(bounded)) - 1 - kPerDoublingBits;
        const std::uint32_t part = (bounded >> doubling) & 7U;
        return (doubling << kPerDoublingBits) + part;
    }
    static Duration upper_bound(std::size_t bucket) {
        const unsigned doubling = static_cast<unsigned>(bucket >> kPerDoublingBits);
        const std::uint64_t part = (bucket & 7U) + 9;
        return std::chrono::microseconds(part << doubling);
    }
    void fade() {
        sum_ = 0;
        for (std::uint32_t& count : buckets_) sum_ += count = (count + 1) / 2;
    }

    std::array<std::uint32_t, kBuckets> buckets_{};
    std::uint64_t sum_ = 0;
    std::uint64_t seen_ = 0;
};

}  // namespace aside::engine
