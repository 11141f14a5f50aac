#include "telemetry/metrics.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aside::telemetry {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, SumsWhatWorkersAndOtherThreadsCounted) {
    Registry registry(2);
    Counter& requests = registry.counter("aside_requests_total", "Requests", {{"front", "http"}});
    requests.add(0);
    requests.add(1, 3);
    requests.add(kNoWorker, 5);
    EXPECT_EQ(requests.value(), 9U);
    const std::string text = registry.render();
    EXPECT_THAT(text, HasSubstr("# HELP aside_requests_total Requests\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE aside_requests_total counter\n"));
    EXPECT_THAT(text, HasSubstr("aside_requests_total{front=\"http\"} 9\n"));
}

TEST(Metrics, SameNameAndLabelsGiveTheSameHandleInAnyOrder) {
    Registry registry(1);
    Counter& one = registry.counter("aside_reads_total", "", {{"tier", "l1"}, {"answer", "hit"}});
    Counter& two = registry.counter("aside_reads_total", "", {{"answer", "hit"}, {"tier", "l1"}});
    Counter& other =
        registry.counter("aside_reads_total", "", {{"answer", "miss"}, {"tier", "l1"}});
    EXPECT_EQ(&one, &two);
    EXPECT_NE(&one, &other);
    EXPECT_EQ(&registry.histogram("aside_request_seconds", ""),
              &registry.histogram("aside_request_seconds", ""));
}

TEST(Metrics, SumsUpAFamilysCountersByTheirLabels) {
    Registry registry(1);
    registry.counter("aside_reads_total", "", {{"tier", "l1"}, {"answer", "hit"}}).add(0, 1);
    registry.counter("aside_reads_total", "", {{"tier", "l2"}, {"answer", "hit"}}).add(0, 2);
    registry.observed_counter("aside_reads_total", "", {{"tier", "l3"}, {"answer", "miss"}},
                              [] { return 4; });
    EXPECT_EQ(registry.total("aside_reads_total"), 7U);
    EXPECT_EQ(registry.total("aside_reads_total", {{"answer", "hit"}}), 3U);
    EXPECT_EQ(registry.total("aside_reads_total", {{"answer", "hit"}, {"tier", "l2"}}), 2U);
    EXPECT_EQ(registry.total("aside_reads_total", {{"answer", "hits"}}), 0U);
    EXPECT_EQ(registry.total("aside_writes_total"), 0U);
}

TEST(Metrics, LosesNothingWhenThreadsCountAndOneReads) {
    Registry registry(2);
    Counter& counter = registry.counter("aside_reads_total", "");
    constexpr int kRounds = 100000;
    std::vector<std::thread> threads;
    for (unsigned worker : {0U, 1U, kNoWorker, kNoWorker}) {
        threads.emplace_back([&, worker] {
            for (int i = 0; i < kRounds; ++i) counter.add(worker);
        });
    }
    std::uint64_t last = 0;
    for (int i = 0; i < 100; ++i) {
        const std::uint64_t now = counter.value();
        EXPECT_GE(now, last);
        last = now;
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(counter.value(), 4U * kRounds);
}

TEST(Metrics, EscapesLabelValues) {
    Registry registry(1);
    registry.counter("aside_reads_total", "", {{"reason", "a\"b\\c\nd"}}).add(0);
    EXPECT_THAT(registry.render(), HasSubstr("{reason=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST(Metrics, GaugesAndObservedCountersAreReadWhenAsked) {
    Registry registry(1);
    double bytes = 1;
    registry.gauge("aside_memory_bytes", "Bytes", {}, [&] { return bytes; });
    registry.observed_counter("aside_evictions_total", "Evictions", {}, [] { return 7U; });
    bytes = 4096;
    EXPECT_THAT(registry.render(), HasSubstr("aside_memory_bytes 4096\n"));
    EXPECT_THAT(registry.render(), HasSubstr("aside_evictions_total 7\n"));
    registry.gauge("aside_memory_bytes", "Bytes", {}, [] { return 5.0; });
    EXPECT_THAT(registry.render(), HasSubstr("aside_memory_bytes 5\n"));
}

TEST(Metrics, BucketBoundsBelongToTheBucketUnderThem) {
    for (std::size_t bucket = 0; bucket + 1 < Histogram::kBuckets; ++bucket) {
        EXPECT_EQ(Histogram::bucket_of(Histogram::bound_of(bucket)), bucket);
        EXPECT_EQ(Histogram::bucket_of(Histogram::bound_of(bucket) + 1), bucket + 1);
    }
    EXPECT_EQ(Histogram::bucket_of(0), 0U);
    EXPECT_EQ(Histogram::bucket_of(~0ULL), Histogram::kBuckets - 1);
}

TEST(Metrics, ExportsAHistogramInSeconds) {
    Registry registry(2);
    Histogram& took = registry.histogram("aside_request_seconds", "Time");
    took.observe(0, Duration(1 << 20));
    took.observe(1, Duration((1 << 20) + 1));
    took.observe(kNoWorker, seconds(100));
    took.observe(0, Duration(-5));  // a clock that went back counts as no time
    const std::string text = registry.render();
    EXPECT_THAT(text, HasSubstr("aside_request_seconds_bucket{le=\"0.001048576\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("aside_request_seconds_bucket{le=\"0.002097152\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("aside_request_seconds_bucket{le=\"+Inf\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("aside_request_seconds_count 4\n"));
    EXPECT_EQ(took.sum(), seconds(100) + Duration((2 << 20) + 1));
}

TEST(Metrics, QuantilesAreWithinAQuarterOfAPowerOfTwo) {
    Registry registry(1);
    Histogram& took = registry.histogram("aside_request_seconds", "");
    EXPECT_EQ(took.quantile(0.5), Duration{});
    for (int i = 0; i < 90; ++i) took.observe(0, microseconds(100));
    for (int i = 0; i < 10; ++i) took.observe(0, milliseconds(10));
    EXPECT_GE(took.quantile(0.5), microseconds(100));
    EXPECT_LE(took.quantile(0.5), microseconds(125));
    EXPECT_GE(took.quantile(0.99), milliseconds(10));
    EXPECT_LE(took.quantile(0.99), Duration(12'500'000));
    EXPECT_EQ(took.count(), 100U);
}

TEST(Metrics, WhatIsOverTheLimitCountsIntoNothingAndSaysSo) {
    Registry registry(1);
    for (std::size_t i = 0; i < Registry::kMaxSeries + 10; ++i) {
        registry.counter("aside_reads_total", "", {{"n", std::to_string(i)}}).add(0);
    }
    const std::string text = registry.render();
    EXPECT_THAT(text, HasSubstr("n=\"5\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("n=\"2049\"")));
    EXPECT_THAT(text, HasSubstr("aside_metrics_dropped_series 11\n"));  // itself took one place
}

TEST(MetricsDeathTest, MalformedNamesEndTheProcess) {
    Registry registry(1);
    EXPECT_DEATH(registry.counter("aside_reads", ""), "ends in _total");
    EXPECT_DEATH(registry.counter("aside-reads_total", ""), "names are");
    EXPECT_DEATH(registry.histogram("aside_request_ms", ""), "ends in _seconds");
    registry.counter("aside_reads_total", "");
    EXPECT_DEATH(registry.gauge("aside_reads_total", "", {}, [] { return 0.0; }), "only a counter");
}

}  // namespace
}  // namespace aside::telemetry
