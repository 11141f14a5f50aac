// The page of `aside bench --html`: a summary, and the load over time: latency by percentile, rate,
// errors by kind, where values came from.
//
// Thread rule: pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lab/report/page.h"

namespace aside::lab::report {

inline constexpr std::array<const char*, 5> kBenchPercentiles{"p50", "p90", "p99", "p99.9", "max"};

// What happened in one span of the load's time, by when requests were due.
struct BenchInterval {
    double begin_s = 0;  // since the load's beginning
    double span_s = 1;
    std::uint64_t due = 0;
    std::uint64_t answered = 0;         // by the target, and not as a failure
    std::vector<std::uint64_t> errors;  // in the order of BenchReport::error_kinds
    // In the order of kBenchPercentiles; NaN: nothing ended.
    std::array<double, kBenchPercentiles.size()> latency_ms{};
    std::uint64_t l1 = 0, l2 = 0, origin = 0;  // values, as the target says
    std::uint64_t cdn = 0;                     // requests that the CDN's model answered
};

struct BenchReport {
    std::string title = "Load test";
    std::string subtitle;  // the target and how it was loaded
    // Rows under a row of headings: figures of the whole load, thresholds and whether they held.
    std::vector<std::vector<Cell>> summary;
    std::vector<std::string> error_kinds;
    std::vector<BenchInterval> intervals;
    std::vector<ChartMark> marks;    // in seconds since the load's beginning
    std::vector<std::string> notes;  // what a reader should know, a paragraph each
};

std::string bench_page(const BenchReport& report);

}  // namespace aside::lab::report
