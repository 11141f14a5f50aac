// How far the figures of an outcome may be off: the least and the most that each comes to, with the
// curve's miss ratios, L1's hit ratio and the loads of the index at either end of their own errors,
// in every combination.
//
// Step times, rates, sizes and prices are taken as they are. Thread rule: plain values. Units:
// those of the figures (sizing/outcome.h).
#pragma once

#include <algorithm>
#include <vector>

namespace aside::sizing {

struct Range {
    double low = 0, high = 0;

    void take(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    // Of what is left of `all` without it.
    Range rest_of(double all) const { return {all - high, all - low}; }
};

struct ErrorBars {
    Range hit_ratio, l1_hit_ratio, l2_hit_ratio;
    Range objects_steady, objects_node_lost, objects_cold, index_steady;
    Range p50_ms, p99_ms;
    Range network, commands;  // shards needed
    Range usd;
    std::vector<Range> lines;  // of the bill
};

}  // namespace aside::sizing
