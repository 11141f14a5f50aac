// p95 and p99 of the last thousand or so latencies: two histograms that take turns, the older being
// dropped when the younger is full. Buckets are eighths of a power of two: an answer is at most
// 12.5 % too high. Thread rule: one worker.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"

namespace aside::redis {

class LatencyWindow {
  public:
    void add(Duration latency);
    // Of too few latencies to say: kUnmeasured.
    static constexpr Duration kUnmeasured = std::chrono::milliseconds(10);
    Duration p95() const { return p95_; }
    Duration p99() const { return p99_; }

  private:
    static constexpr std::uint32_t kPerHistogram = 512;
    static constexpr std::uint32_t kRecomputeEvery = 32;
    static constexpr unsigned kFirstPower = 10;  // about a microsecond
    static constexpr unsigned kPowers = 25;      // up to about 34 s
    static constexpr unsigned kSteps = 8;
    static constexpr unsigned kBuckets = kPowers * kSteps;

    static unsigned bucket_of(Duration latency);
    static Duration upper_edge(unsigned bucket);
    Duration quantile(std::uint32_t per_thousand) const;

    std::array<std::array<std::uint16_t, kBuckets>, 2> counts_{};
    std::uint32_t filling_ = 0;  // which of the two
    std::array<std::uint32_t, 2> totals_{};
    Duration p95_ = kUnmeasured;
    Duration p99_ = kUnmeasured;
};

}  // namespace aside::redis
