#include "engine/guard/attempt_times.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

TEST(LatencyQuantiles, AreAtMostAnEighthTooHighAndNeverTooLow) {
    LatencyQuantiles quantiles;
    EXPECT_EQ(quantiles.quantile(0.5), 0ms);
    for (int i = 1; i <= 500; ++i) quantiles.note(i * 1ms);
    const struct {
        double part;
        Duration exact;
    } rows[] = {{0.5, 250ms}, {0.95, 475ms}, {0.99, 495ms}, {1.0, 500ms}};
    for (const auto& row : rows) {
        EXPECT_GE(quantiles.quantile(row.part), row.exact);
        EXPECT_LE(quantiles.quantile(row.part), row.exact * 9 / 8 + 1us);
    }
}

TEST(LatencyQuantiles, WhatWasLongAgoFades) {
    LatencyQuantiles quantiles;
    for (int i = 0; i < 10'000; ++i) quantiles.note(1s);
    for (unsigned i = 0; i < 8 * LatencyQuantiles::kHalfLife; ++i) quantiles.note(1ms);
    EXPECT_LE(quantiles.quantile(0.98), 2ms);
}

TEST(LatencyQuantiles, TakeAnyDuration) {
    LatencyQuantiles quantiles;
    for (const Duration took : {Duration(0), Duration(-5), Duration::max()}) quantiles.note(took);
    EXPECT_GT(quantiles.quantile(1.0), 4000s);
    EXPECT_LE(quantiles.quantile(0.5), 10us);
}

TEST(AttemptTimes, BeginWithTheCeilingAndWithoutHedges) {
    AttemptTimes times({.timeout_min = 100ms, .timeout_max = 3s});
    EXPECT_EQ(times.timeout(), 3s);
    for (unsigned i = 1; i < AttemptTimes::kEnough; ++i) times.answered(1ms);
    EXPECT_EQ(times.timeout(), 3s);
    EXPECT_FALSE(times.hedge_after());
    times.answered(1ms);
    EXPECT_EQ(times.timeout(), 100ms);
    EXPECT_TRUE(times.hedge_after());
}

TEST(AttemptTimes, FollowWhatIsObserved) {
    AttemptTimes times({.timeout_min = 100ms, .timeout_max = 30s});
    for (int i = 0; i < 1600; ++i) times.answered(i % 50 == 0 ? 1s : i % 10 == 0 ? 200ms : 40ms);
    EXPECT_NEAR(static_cast<double>(times.timeout() / 1ms), 4000, 500);
    EXPECT_NEAR(static_cast<double>(*times.hedge_after() / 1ms), 200, 25);
    EXPECT_NEAR(static_cast<double>(times.typical() / 1ms), 40, 5);
}

// An origin ten times slower than the timeout: attempts are given up until the timeout has grown
// past it, which it does.
TEST(AttemptTimes, GrowPastAnOriginThatIsSlowerThanTheTimeout) {
    AttemptTimes times({.timeout_min = 100ms, .timeout_max = 30s});
    for (int i = 0; i < 2000; ++i) times.answered(20ms);
    int given_up = 0;
    for (int i = 0; i < 1000; ++i) {
        if (times.timeout() >= 1s) {
            times.answered(1s);
        } else {
            times.given_up(times.timeout());
            ++given_up;
        }
    }
    EXPECT_LE(given_up, 100);
    EXPECT_GE(times.timeout(), 1s);
}

}  // namespace
}  // namespace aside::engine
