#include "sizing/error_bars.h"

#include <initializer_list>
#include <utility>

#include <gtest/gtest.h>

#include "sizing/outcome.h"
#include "sizing/zipf_curve.h"

namespace aside::sizing {
namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;

PriceList prices() {
    PriceList list;
    for (const auto& [name, usd] :
         std::initializer_list<std::pair<const char*, double>>{{"node.valkey.cache.large", 0.2},
                                                               {"zone_transfer.gb", 0.01},
                                                               {"endpoint.gateway.hour", 0},
                                                               {"s3.get.thousand", 0.0004},
                                                               {"dynamodb.read.million", 0.15},
                                                               {"lambda.request.million", 0.2},
                                                               {"lambda.gb_second", 0.0000166667}})
        list.add("here", name, {.usd = usd, .per = "unit"});
    return list;
}

Workload workload() {
    return {.curve = zipf_curve({.keys = 1e7, .bytes = 10'000, .exponent = 0.9}).value(),
            .requests_per_second = 200,
            .references_per_request = 5,
            .body_bytes = 9'500,
            .l1_hit_ratio = 0.2,
            .index_load_ratio = 0.3,
            .curve_error = 0.02,
            .l1_error = 0.05,
            .index_error = 0.01};
}

CacheChoice nodes(unsigned replicas) {
    return {.kind = CacheChoice::Kind::nodes,
            .node = {.name = "cache.large",
                     .vcpus = 2,
                     .maxmemory_bytes = 13.07 * kGiB,
                     .network_bits_per_second = 0.937e9},
            .shards = 2,
            .replicas = replicas};
}

Outcome outcome_with_bars(const Workload& load, const CacheChoice& choice, const PriceList& list) {
    const Site site{.region = "here", .function_mib = 1024};
    Outcome outcome = outcome_of(load, site, {}, choice, list).value();
    EXPECT_TRUE(add_error_bars(outcome, load, site, {}, list));
    return outcome;
}

void expect_around(const Range& range, double value, double less, double more) {
    EXPECT_NEAR(value - range.low, less, 1e-6 + 1e-6 * less) << value;
    EXPECT_NEAR(range.high - value, more, 1e-6 + 1e-6 * more) << value;
}

TEST(ErrorBars, AreWhatTheErrorsOfTheLoadComeTo) {
    const PriceList list = prices();
    const Outcome outcome = outcome_with_bars(workload(), nodes(0), list);
    const ErrorBars& bars = outcome.error_bars;
    expect_around(bars.hit_ratio, outcome.hit_ratio(), 0.02, 0.02);
    expect_around(bars.l1_hit_ratio, outcome.l1_hit_ratio, 0.05, 0.05);
    expect_around(bars.l2_hit_ratio, outcome.l2_hit_ratio, 0.07, 0.07);
    // Of 1,000 references a second and 200 requests.
    expect_around(bars.objects_steady, outcome.origin.objects_steady, 20, 20);
    expect_around(bars.objects_cold, outcome.origin.objects_cold, 50, 50);
    expect_around(bars.index_steady, outcome.origin.index_steady, 2, 2);
    // Half of L2's part is gone; what it had is less the more both others have or miss.
    expect_around(bars.objects_node_lost, outcome.origin.objects_node_lost, 35, 35);
}

TEST(ErrorBars, LatencyAndMoneyFollow) {
    const PriceList list = prices();
    const Outcome outcome = outcome_with_bars(workload(), nodes(1), list);
    const ErrorBars& bars = outcome.error_bars;
    for (const auto& [range, value] :
         {std::pair(bars.p50_ms, outcome.p50_ms), std::pair(bars.p99_ms, outcome.p99_ms),
          std::pair(bars.usd, outcome.bill.total_usd()),
          std::pair(bars.network, outcome.need.network)}) {
        EXPECT_LT(range.low, value);
        EXPECT_GT(range.high, value);
    }
    ASSERT_EQ(bars.lines.size(), outcome.bill.lines().size());
    for (std::size_t i = 0; i < bars.lines.size(); ++i) {
        const BillLine& line = outcome.bill.lines()[i];
        EXPECT_LE(bars.lines[i].low, line.usd) << line.what;
        EXPECT_GE(bars.lines[i].high, line.usd) << line.what;
        if (line.what.starts_with("S3"))
            expect_around(bars.lines[i], line.usd, 20 * kSecondsAMonth / 1e3 * 0.0004,
                          20 * kSecondsAMonth / 1e3 * 0.0004);
    }
    expect_around(bars.lines.front(), outcome.bill.lines().front().usd, 0, 0);  // nodes are bought
}

TEST(ErrorBars, WhatIsSureHasNone) {
    const PriceList list = prices();
    Workload sure = workload();
    sure.curve_error = sure.l1_error = sure.index_error = 0;
    const Outcome exact = outcome_with_bars(sure, nodes(1), list);
    expect_around(exact.error_bars.p99_ms, exact.p99_ms, 0, 0);
    expect_around(exact.error_bars.usd, exact.bill.total_usd(), 0, 0);
    // Without a cache nothing depends on a curve.
    const Outcome none = outcome_with_bars(workload(), {.kind = CacheChoice::Kind::none}, list);
    expect_around(none.error_bars.hit_ratio, 0, 0, 0);
    expect_around(none.error_bars.objects_steady, 1000, 0, 0);
    expect_around(none.error_bars.usd, none.bill.total_usd(), 0, 0);
}

TEST(ErrorBars, ARatioStaysOne) {
    const PriceList list = prices();
    Workload unsure = workload();
    unsure.curve_error = unsure.l1_error = unsure.index_error = 2;
    const ErrorBars bars = outcome_with_bars(unsure, nodes(1), list).error_bars;
    for (const Range& range : {bars.hit_ratio, bars.l1_hit_ratio, bars.l2_hit_ratio}) {
        EXPECT_NEAR(range.low, 0, 1e-9);
        EXPECT_NEAR(range.high, 1, 1e-9);
    }
    EXPECT_NEAR(bars.objects_steady.high, 1000, 1e-6);
    EXPECT_NEAR(bars.index_steady.high, 200, 1e-6);
    EXPECT_EQ((Range{20, 30}.rest_of(100).low), 70);
}

}  // namespace
}  // namespace aside::sizing
