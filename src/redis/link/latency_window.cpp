#include "redis/link/latency_window.h"

#include <algorithm>
#include <bit>

namespace aside::redis {

unsigned LatencyWindow::bucket_of(Duration latency) {
    const auto nanoseconds =
        static_cast<std::uint64_t>(std::max<Duration::rep>(latency.count(), 0));
    const std::uint64_t floored = std::max<std::uint64_t>(nanoseconds, 1ULL << kFirstPower);
    const auto power = static_cast<unsigned>(std::bit_width(floored)) - 1;
    const auto step = static_cast<unsigned>(floored >> (power - 3)) & (kSteps - 1);
    return std::min((power - kFirstPower) * kSteps + step, kBuckets - 1);
}

Duration LatencyWindow::upper_edge(unsigned bucket) {
    const unsigned power = kFirstPower + bucket / kSteps;
    return Duration(static_cast<Duration::rep>((kSteps + bucket % kSteps + 1ULL) << (power - 3)));
}

void LatencyWindow::add(Duration latency) {
    if (totals_[filling_] == kPerHistogram) {
        filling_ = 1 - filling_;
        counts_[filling_].fill(0);
        totals_[filling_] = 0;
    }
    ++counts_[filling_][bucket_of(latency)];
    if (++totals_[filling_] % kRecomputeEvery != 0) return;
    p95_ = quantile(950);
    p99_ = quantile(990);
}

Duration LatencyWindow::quantile(std::uint32_t per_thousand) const {
    const std::uint32_t total = totals_[0] + totals_[1];
    const std::uint32_t rank = (total * per_thousand + 999) / 1000;
    std::uint32_t below = 0;
    for (unsigned bucket = 0; bucket < kBuckets; ++bucket) {
        below += counts_[0][bucket] + counts_[1][bucket];
        if (below >= rank) return upper_edge(bucket);
    }
    return upper_edge(kBuckets - 1);
}

}  // namespace aside::redis
