#include "cli/server_load.h"

#include <cmath>

#include <gtest/gtest.h>

namespace aside::cli {
namespace {

std::string line(const std::string& series, double value) {
    return series + " " + std::to_string(value) + "\n";
}

// A server that answered so many requests for an item of five objects each; `in_l1` of its reads
// were in L1.
ServerLook look(double requests, double in_l1, double index_loads = 0) {
    const double reads = requests * 6;
    return {.curve = {},
            .metrics = lab::MetricsPage::parse(
                line(R"(aside_requests_total{front="http",status="200"})", requests) +
                line(R"(aside_origin_loads_total{store="index",result="found"})", index_loads) +
                line(R"(aside_reads_total{tier="l1",answer="hit"})", in_l1) +
                line(R"(aside_reads_total{tier="l1",answer="miss"})", reads - in_l1) +
                line(R"(aside_reads_total{tier="l2",answer="hit"})", 1e6))};
}

ServerLook with_curve(double references, double miss_ratio, double bytes) {
    wire::CurveJson curve{.references = references,
                          .distinct_entries = 10,
                          .distinct_bytes = bytes,
                          .mean_body_bytes = 100,
                          .curve = {{bytes / 2, miss_ratio * 2, 0}, {bytes, miss_ratio, 0.1}}};
    return {.curve = std::move(curve), .metrics = {}};
}

TEST(ServerLoad, RatesAreOfAllServersBetweenTwoLooks) {
    const ServerRates rates =
        rates_between({look(100, 300), look(1000, 0)}, {look(200, 600, 20), look(1100, 300)}, 10);
    EXPECT_NEAR(rates.requests, 20, 1e-9);
    EXPECT_NEAR(rates.references, 100, 1e-9);  // without those of the index
    EXPECT_NEAR(rates.references_per_request(), 5, 1e-9);
    EXPECT_NEAR(rates.l1_hit_ratio, 600.0 / 1200, 1e-9);
    EXPECT_NEAR(rates.index_read_ratio(), 1, 1e-9);
    EXPECT_NEAR(rates.index_load_ratio(), 0.1, 1e-9);
}

TEST(ServerLoad, WhoAsksForObjectsReadsNoIndex) {
    const auto objects = [](double requests) {
        return ServerLook{.curve = {},
                          .metrics = lab::MetricsPage::parse(
                              line(R"(aside_requests_total{front="http"})", requests) +
                              line(R"(aside_reads_total{tier="l1",answer="hit"})", requests))};
    };
    const ServerRates rates = rates_between({objects(100)}, {objects(300)}, 10);
    EXPECT_NEAR(rates.references, 20, 1e-9);
    EXPECT_EQ(rates.index_read_ratio(), 0);
    EXPECT_EQ(rates.index_load_ratio(), 0);
}

TEST(ServerLoad, AServerThatWasStartedAnewCountsFromZeroAgain) {
    const ServerRates rates = rates_between({look(100'000, 500'000), look(1000, 0)},
                                            {look(50, 100), look(1100, 300)}, 10);
    EXPECT_NEAR(rates.requests, (50 + 100) / 10.0, 1e-9);
    EXPECT_NEAR(rates.l1_hit_ratio, (100.0 + 300) / (6 * 150), 1e-9);
    // Also when only one of its counts is lower than before.
    const ServerRates cold = rates_between({look(100, 590)}, {look(110, 0)}, 10);
    EXPECT_NEAR(cold.requests, 11, 1e-9);
    EXPECT_EQ(cold.l1_hit_ratio, 0);
}

TEST(ServerLoad, NobodyAskedForAnything) {
    const ServerRates rates = rates_between({look(5, 5)}, {look(5, 5)}, 10);
    EXPECT_EQ(rates.requests, 0);
    EXPECT_EQ(rates.l1_hit_ratio, 0);
    EXPECT_EQ(rates.references_per_request(), 1);
    EXPECT_EQ(rates.index_load_ratio(), 1);
}

TEST(ServerLoad, CurvesCountByTheirReferences) {
    const auto curve =
        curve_of({with_curve(300, 0.1, 1000), with_curve(100, 0.3, 1000), with_curve(0, 1, 0)});
    ASSERT_FALSE(curve);  // bytes of 0 are no size
    const auto both = curve_of({with_curve(300, 0.1, 1000), with_curve(100, 0.3, 2000), {}});
    ASSERT_TRUE(both) << both.error().detail;
    EXPECT_NEAR(both->least_miss_ratio(), 0.75 * 0.1 + 0.25 * 0.3, 1e-6);
    EXPECT_EQ(both->basis().distinct_bytes, 2000);
    EXPECT_EQ(both->basis().references, 400);
    EXPECT_NEAR(mean_body_bytes({with_curve(300, 0.1, 1000), {}}), 100, 1e-9);
    EXPECT_FALSE(curve_of({ServerLook{}}));
}

TEST(ServerLoad, WhatWasCountedMoreOftenIsSurer) {
    const auto error = [](double requests) {
        return rates_between({look(0, 0)}, {look(requests, requests * 3, requests / 4)}, 10);
    };
    // Half of six reads a request, and a quarter of the requests: two standard deviations.
    EXPECT_NEAR(error(10'000).l1_error, 2 * std::sqrt(0.25 / 60'000), 1e-5);
    EXPECT_NEAR(error(10'000).index_error, 2 * std::sqrt(0.1875 / 10'000), 1e-4);
    EXPECT_GT(error(10).index_error, 10 * error(10'000).index_error);
    EXPECT_GT(error(0).l1_error, 0.5);  // nobody knows
    // That all of a few were in L1 does not say that all are.
    EXPECT_GT(rates_between({look(0, 0)}, {look(5, 30)}, 10).l1_error, 0.05);
}

TEST(ServerLoad, ACurveOfFewKeysIsUnsure) {
    const auto tracking = [](double keys) {
        return ServerLook{.curve = {.tracked_keys = keys}, .metrics = {}};
    };
    EXPECT_NEAR(curve_error({tracking(100)}), 0.1, 1e-9);
    EXPECT_NEAR(curve_error({tracking(50), tracking(50)}), 0.1, 1e-9);
    EXPECT_NEAR(curve_error({tracking(4096)}), 0.03, 1e-9);
    EXPECT_EQ(curve_error({tracking(0)}), 1);
}

TEST(ServerLoad, ShardsAreThoseOfTheServersMaps) {
    const auto knowing = [](double primaries) {
        return ServerLook{
            .curve = {}, .metrics = lab::MetricsPage::parse(line("aside_l2_primaries", primaries))};
    };
    EXPECT_EQ(shards_there({knowing(3), knowing(4)}), 4U);
    EXPECT_EQ(shards_there({look(1, 1), knowing(3)}), 3U);
    EXPECT_EQ(shards_there({look(1, 1)}), 0U);  // no L2
}

TEST(ServerLoad, StepsAreThoseThatWereMeasuredOftenEnough) {
    const auto seconds = [](const char* histogram, int count) {
        const std::string name = histogram;
        return name + "_bucket{le=\"0.001\"} 0\n" + name + "_bucket{le=\"0.002\"} " +
               std::to_string(count) + "\n" + name + "_bucket{le=\"+Inf\"} " +
               std::to_string(count) + "\n" + name + "_count{} " + std::to_string(count) + "\n";
    };
    const ServerLook busy{.curve = {},
                          .metrics = lab::MetricsPage::parse(seconds("aside_l2_read_seconds", 80))};
    const sizing::Assumptions usual;
    EXPECT_TRUE(measured_steps({busy}).names.empty());
    const MeasuredSteps measured = measured_steps({busy, busy});
    ASSERT_EQ(measured.names.size(), 1U);
    EXPECT_NEAR(measured.assumptions.l2.median_ms, 1.414, 0.001);
    EXPECT_GT(measured.assumptions.l2.p99_ms, 1.9);
    EXPECT_EQ(measured.assumptions.origin.median_ms, usual.origin.median_ms);
}

}  // namespace
}  // namespace aside::cli
