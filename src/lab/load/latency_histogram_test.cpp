#include "lab/load/latency_histogram.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::lab::load {
namespace {

using namespace std::chrono_literals;

TEST(LatencyHistogram, BucketsJoinWithoutGapsOrOverlap) {
    for (unsigned bucket = 0; bucket + 1 < LatencyHistogram::kBuckets; ++bucket) {
        const std::uint64_t lowest = LatencyHistogram::lowest_of(bucket);
        const std::uint64_t next = LatencyHistogram::lowest_of(bucket + 1);
        ASSERT_LT(lowest, next);
        ASSERT_EQ(LatencyHistogram::bucket_of(lowest), bucket);
        ASSERT_EQ(LatencyHistogram::bucket_of(next - 1), bucket);
    }
}

TEST(LatencyHistogram, EachPercentileIsWithinOnePercent) {
    Random random(7);
    std::vector<std::int64_t> values;
    LatencyHistogram histogram;
    for (int i = 0; i < 20'000; ++i) {
        // From 4 µs to 60 s, as many in each power of ten.
        const double ns = 4e3 * std::pow(1.5e7, random.unit());
        values.push_back(static_cast<std::int64_t>(ns));
        histogram.record(Duration(values.back()));
    }
    std::ranges::sort(values);
    for (const double q : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(q * 20'000)) - 1;
        const auto exact = static_cast<double>(values[rank]);
        EXPECT_NEAR(static_cast<double>(histogram.quantile(q).count()), exact, 0.01 * exact) << q;
    }
    EXPECT_EQ(histogram.longest(), Duration(values.back()));
}

TEST(LatencyHistogram, MergedIsAsIfOneHadSeenAll) {
    Random random(8);
    LatencyHistogram parts[3], whole;
    for (int i = 0; i < 3000; ++i) {
        // The parts' spans of values do not even touch.
        const int part = i % 3;
        const Duration took(
            static_cast<std::int64_t>(std::pow(1000.0, part + 1) + random.unit() * 100));
        parts[part].record(took);
        whole.record(took);
    }
    LatencyHistogram merged;
    for (const int part : {1, 0, 2}) merged.merge(parts[part]);
    merged.merge(LatencyHistogram{});
    EXPECT_EQ(merged.count(), 3000U);
    EXPECT_EQ(merged.mean(), whole.mean());
    EXPECT_EQ(merged.longest(), whole.longest());
    const auto got = merged.buckets(), expected = whole.buckets();
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].from, expected[i].from);
        EXPECT_EQ(got[i].count, expected[i].count);
    }
}

TEST(LatencyHistogram, TheEndsOfTheScale) {
    LatencyHistogram histogram;
    EXPECT_EQ(histogram.quantile(0.5), 0ns);
    EXPECT_TRUE(histogram.buckets().empty());
    histogram.record(-5ns);
    histogram.record(1h);
    EXPECT_EQ(histogram.count(), 2U);
    EXPECT_EQ(histogram.quantile(0.5), 32ns);
    EXPECT_EQ(histogram.quantile(1), 1h);
    EXPECT_EQ(histogram.longer_than(1s), 1U);
    EXPECT_EQ(histogram.longer_than(-1s), 1U);  // 0 is in the bucket of the limit
}

}  // namespace
}  // namespace aside::lab::load
