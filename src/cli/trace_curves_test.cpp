#include "cli/trace_curves.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::cli {
namespace {

traces::Record read(std::string_view key, std::uint64_t time_ms, std::uint64_t bytes = 100,
                    std::uint64_t ttl_s = 0) {
    return {.time_ms = time_ms, .key = key, .size_bytes = bytes, .ttl_s = ttl_s};
}

TEST(TraceCurves, CountsAllAtOnce) {
    TraceCurves curves({.tracked_max = 0});
    for (std::uint64_t i = 0; i < 100; ++i) curves.add(read(i % 2 == 0 ? "a" : "b", 5000 + i * 10));
    EXPECT_EQ(curves.references(), 100U);
    EXPECT_NEAR(curves.span_seconds(), 0.99, 1e-9);
    EXPECT_TRUE(curves.has_clock());
    EXPECT_FALSE(curves.expires());
    EXPECT_EQ(curves.mean_body_bytes(), 100);
    EXPECT_NEAR(curves.plain().least_miss_ratio(), 0.02, 1e-9);
    EXPECT_NEAR(curves.plain().basis().distinct_bytes, 200, 1e-9);
    EXPECT_GT(curves.stored().basis().distinct_bytes, 400);      // what Redis lays around them
    EXPECT_NEAR(curves.index().least_miss_ratio(), 0.02, 1e-9);  // all within its second
}

TEST(TraceCurves, AReadThatTellsNoSizeHasTheLastOne) {
    TraceCurves curves({.tracked_max = 0});
    curves.add(read("a", 1, 700));
    curves.add(read("a", 2, 0));  // a 304
    curves.add(read("b", 3, 0));
    EXPECT_EQ(curves.without_size(), 1U);
    EXPECT_NEAR(curves.mean_body_bytes(), (700 + 700 + 1) / 3.0, 1e-9);
    TraceCurves told({.tracked_max = 0, .value_bytes = 50});
    told.add(read("b", 3, 0));
    EXPECT_EQ(told.mean_body_bytes(), 50);
}

TEST(TraceCurves, ASizeThatIsForgottenIsTakenForTheMean) {
    TraceCurves curves({.tracked_max = 10});
    for (int i = 0; i < 1000; ++i) {  // each is gone after its second
        const std::string key = std::to_string(i);
        curves.add(read(key, static_cast<std::uint64_t>(i) * 1000, 300, 1));
    }
    curves.add(read("0", 1'000'000, 0, 1));
    EXPECT_EQ(curves.without_size(), 0U);
    EXPECT_NEAR(curves.mean_body_bytes(), 300, 1e-9);
}

TEST(TraceCurves, TimesToLiveAreTheTracesUnlessTold) {
    const auto misses = [](const TraceCurveOptions& options) {
        TraceCurves curves(options);
        for (std::uint64_t second = 0; second < 1000; ++second)
            curves.add(read("a", 1000 + second * 1000, 100, 2));
        return curves.stored().least_miss_ratio();
    };
    EXPECT_NEAR(misses({.tracked_max = 0}), 0.5, 0.01);
    EXPECT_NEAR(misses({.tracked_max = 0, .fresh_ms = 500'000, .lifetime_ms = 500'000}), 0.002,
                0.001);
}

TEST(TraceCurves, WithoutAClockTheRateIsTheClock) {
    TraceCurves curves({.tracked_max = 0, .lifetime_ms = 2000, .references_per_second = 1});
    for (int i = 0; i < 1000; ++i) curves.add(read("a", 0));
    EXPECT_FALSE(curves.has_clock());
    EXPECT_NEAR(curves.stored().least_miss_ratio(), 0.5, 0.01);
}

TEST(TraceCurves, TimesThatGoBackwardsAreCounted) {
    TraceCurves curves({.tracked_max = 0});
    for (const std::uint64_t time : {10U, 20U, 5U, 30U}) curves.add(read("a", time));
    EXPECT_EQ(curves.times_backwards(), 1U);
    EXPECT_NEAR(curves.span_seconds(), 0.02, 1e-9);
}

TEST(TraceCurves, L1ForgetsSoonerAndIsNoLarger) {
    TraceCurves curves(
        {.tracked_max = 0, .fresh_ms = 60'000, .lifetime_ms = 60'000, .l1_lifetime_ms = 2000});
    for (std::uint64_t second = 0; second < 1000; ++second) curves.add(read("a", second * 1000));
    EXPECT_NEAR(curves.l1().least_miss_ratio(), 0.5, 0.01);
    EXPECT_LT(curves.stored().least_miss_ratio(), 0.05);
}

// Of two processes each is asked every other second, and refreshes for itself what is 60 s old.
TEST(TraceCurves, L1WithoutAnL2KeepsWhatItHasForAsLongAsItIsGood) {
    TraceCurves curves({.tracked_max = 0,
                        .fresh_ms = 60'000,
                        .lifetime_ms = 600'000,
                        .l1_lifetime_ms = 2000,
                        .processes = 2});
    for (std::uint64_t second = 0; second < 3000; ++second) curves.add(read("a", second * 1000));
    EXPECT_LT(curves.l1_alone().least_miss_ratio(), 0.01);
    EXPECT_NEAR(curves.l1_alone().refresh_ratio(1e6), 1.0 / 30, 0.005);
    EXPECT_NEAR(curves.stored().refresh_ratio(1e6), 1.0 / 60, 0.005);
}

TEST(TraceCurves, L1IsAsL2WhileNothingExpires) {
    TraceCurves curves({.tracked_max = 0, .l1_lifetime_ms = 2000});
    for (std::uint64_t i = 0; i < 1000; ++i) curves.add(read(std::to_string(i % 50), 1 + i));
    const double bytes = curves.stored().basis().distinct_bytes;
    EXPECT_EQ(curves.l1().miss_ratio(bytes), curves.stored().miss_ratio(bytes));
    EXPECT_EQ(curves.l1().basis().references, 1000);
    // From then on it forgets sooner.
    for (std::uint64_t i = 0; i < 1000; ++i) curves.add(read("a", 2000 + i * 1500, 100, 60));
    EXPECT_GT(curves.l1().least_miss_ratio(), curves.stored().least_miss_ratio() + 0.2);
    EXPECT_EQ(curves.l1().basis().references, 2000);
}

// Also those whose keys are gone so soon that there would be room for all of them.
TEST(TraceCurves, AllOfThemAreMadeFromTheSamePartOfTheKeys) {
    const TraceCurveOptions all{
        .tracked_max = 0, .fresh_ms = 60'000, .lifetime_ms = 120'000, .l1_lifetime_ms = 2500};
    TraceCurveOptions some = all;
    some.tracked_max = 4000;
    TraceCurves exact(all), sampled(some);
    Random random(9);
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        const std::string key = std::to_string(std::floor(std::pow(20'000, random.unit())));
        exact.add(read(key, i));
        sampled.add(read(key, i));
    }
    EXPECT_NEAR(sampled.index().least_miss_ratio(), exact.index().least_miss_ratio(), 0.05);
    EXPECT_NEAR(sampled.l1().least_miss_ratio(), exact.l1().least_miss_ratio(), 0.05);
    const double half = exact.stored().basis().distinct_bytes / 2;
    EXPECT_NEAR(sampled.stored().miss_ratio(half), exact.stored().miss_ratio(half), 0.05);
    EXPECT_EQ(sampled.index().basis().references, 200'000);
    EXPECT_EQ(sampled.mean_body_bytes(), exact.mean_body_bytes());
}

}  // namespace
}  // namespace aside::cli
