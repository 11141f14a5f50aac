#include "sizing/latency_mix.h"

#include <gtest/gtest.h>

namespace aside::sizing {
namespace {

constexpr StepTime kL1{0.05, 0.1}, kOrigin{20, 200};

TEST(LatencyMix, OnePlaceHasItsOwnTimes) {
    const LatencyMix mix({{1, kOrigin}}, 1);
    EXPECT_NEAR(mix.quantile_ms(0.5), 20, 0.01);
    EXPECT_NEAR(mix.quantile_ms(0.99), 200, 0.1);
    // Of a log-normal: median x exp(sigma^2 / 2), sigma = ln(10) / 2.326.
    EXPECT_NEAR(mix.mean_ms(), 20 * 1.632, 0.3);
}

TEST(LatencyMix, ARequestIsAsLateAsItsLatestValue) {
    const LatencyMix one({{0.9, kL1}, {0.1, kOrigin}}, 1), five({{0.9, kL1}, {0.1, kOrigin}}, 5);
    EXPECT_LT(one.quantile_ms(0.5), 0.1);
    EXPECT_LT(five.quantile_ms(0.5), 0.5);  // 59 % of five have no value of the origin's
    EXPECT_GT(five.quantile_ms(0.7), 5);
    EXPECT_GT(five.quantile_ms(0.99), one.quantile_ms(0.99));
    EXPECT_GT(five.mean_ms(), one.mean_ms());
}

TEST(LatencyMix, ATimeWithoutSpreadIsTheSameForAll) {
    const LatencyMix mix({{1, {3, 3}}}, 4);
    EXPECT_NEAR(mix.quantile_ms(0.01), 3, 1e-6);
    EXPECT_NEAR(mix.mean_ms(), 3, 0.1);
}

}  // namespace
}  // namespace aside::sizing
