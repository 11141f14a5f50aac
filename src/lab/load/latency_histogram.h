// How long things took: counts in buckets that grow with the value, so that every percentile is
// known to 1 % and two histograms add up without loss.
//
// Up to 4 µs in steps of 64 ns, then 64 steps for each power of two (a step is at most 1.6 % of the
// value, its middle at most 0.8 % away), up to 137 s, where everything longer is counted too.
// Memory only for the span of values that came. Thread rule: one owner. Source of the layout:
// HdrHistogram's log-linear buckets (G. Tene).
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace aside::lab::load {

class LatencyHistogram {
  public:
    static constexpr unsigned kSteps = 64;        // for each power of two
    static constexpr unsigned kLinearPower = 12;  // below 2^12 ns all steps are alike
    static constexpr unsigned kHighestPower = 37;
    static constexpr unsigned kBuckets = kSteps * (1 + kHighestPower - kLinearPower);

    struct Bucket {
        Duration from{}, to{};  // of [from, to)
        std::uint64_t count = 0;
    };

    void record(Duration took, std::uint64_t times = 1) {
        const std::int64_t ns = std::max<std::int64_t>(took.count(), 0);
        const unsigned bucket = bucket_of(static_cast<std::uint64_t>(ns));
        if (bucket - first_ >= counts_.size()) [[unlikely]]
            make_room(bucket);
        counts_[bucket - first_] += times;
        count_ += times;
        sum_ns_ += static_cast<double>(ns) * static_cast<double>(times);
        longest_ = std::max(longest_, Duration(ns));
    }
    void merge(const LatencyHistogram& other);

    std::uint64_t count() const { return count_; }
    Duration longest() const { return longest_; }
    Duration mean() const;
    // The value that the part `q` (0 to 1) of all does not exceed, to 1 %; 0 when there are none.
    Duration quantile(double q) const;
    // How many took longer, to the bucket's step.
    std::uint64_t longer_than(Duration limit) const;
    std::vector<Bucket> buckets() const;  // those with a count, by growing time

    static constexpr unsigned bucket_of(std::uint64_t ns) {
        if (ns < (1ULL << kLinearPower)) return static_cast<unsigned>(ns / kSteps);
        const auto power = static_cast<unsigned>(std::bit_width(ns)) - 1;
        if (power >= kHighestPower) return kBuckets - 1;
        const auto step = static_cast<unsigned>(ns >> (power - 6)) % kSteps;
        return kSteps * (1 + power - kLinearPower) + step;
    }
    static constexpr std::uint64_t lowest_of(unsigned bucket) {
        if (bucket < kSteps) return std::uint64_t{bucket} * kSteps;
        const unsigned power = kLinearPower + bucket / kSteps - 1;
        return (1ULL << power) + (std::uint64_t{bucket % kSteps} << (power - 6));
    }

  private:
    void make_room(unsigned bucket);

    unsigned first_ = 0;  // the bucket of counts_[0]
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    double sum_ns_ = 0;
    Duration longest_{};
};

}  // namespace aside::lab::load
