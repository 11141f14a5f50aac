#include "sizing/zipf_curve.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/random.h"
#include "sizing/curve_estimator.h"

namespace aside::sizing {
namespace {

// The same references one by one, at random times, through the exact estimator.
MissRatioCurve simulated(const ZipfReferences& of, int count) {
    std::vector<double> up_to;
    double sum = 0;
    for (double rank = 1; rank <= of.keys; ++rank)
        up_to.push_back(sum += std::pow(rank, -of.exponent));
    CurveEstimator estimator({.tracked_max = 1U << 30});
    Random random(11);
    double time_ms = 0;
    const auto ask = [&] {
        const auto at = std::ranges::lower_bound(up_to, random.unit() * sum);
        const auto key = static_cast<std::uint64_t>(at - up_to.begin());
        time_ms += -std::log(1 - random.unit()) * 1000 / of.per_second;
        estimator.reference({.hash = hash_bytes({reinterpret_cast<const char*>(&key), 8}, 1),
                             .bytes = static_cast<std::uint64_t>(of.bytes),
                             .time_ms = static_cast<std::uint64_t>(time_ms),
                             .fresh_ms = static_cast<std::uint64_t>(of.fresh_s * 1000),
                             .lifetime_ms = static_cast<std::uint64_t>(of.lifetime_s * 1000)});
    };
    for (int i = 0; i < count; ++i) ask();  // no first references in what is counted
    estimator.fade(0);
    for (int i = 0; i < count; ++i) ask();
    return estimator.curve();
}

struct Case {
    const char* name;
    double fresh_s, lifetime_s;
};

class ZipfCurve : public testing::TestWithParam<Case> {};

TEST_P(ZipfCurve, SaysWhatTheReferencesThemselvesDo) {
    const ZipfReferences of{.keys = 2000,
                            .bytes = 100,
                            .exponent = 0.9,
                            .per_second = 1000,
                            .fresh_s = GetParam().fresh_s,
                            .lifetime_s = GetParam().lifetime_s};
    const auto told = zipf_curve(of);
    ASSERT_TRUE(told) << told.error().detail;
    const MissRatioCurve wanted = simulated(of, 400'000);
    for (const double part : {0.01, 0.03, 0.1, 0.3, 0.6, 1.0}) {
        const double bytes = part * of.keys * of.bytes;
        EXPECT_NEAR(told->miss_ratio(bytes), wanted.miss_ratio(bytes), 0.02) << part;
        EXPECT_NEAR(told->refresh_ratio(bytes), wanted.refresh_ratio(bytes), 0.02) << part;
    }
    // What is alive is counted once, at the end: three in a hundred are chance.
    EXPECT_NEAR(told->basis().distinct_entries / wanted.basis().distinct_entries, 1, 0.12);
}

INSTANTIATE_TEST_SUITE_P(Times, ZipfCurve,
                         testing::Values(Case{"for_ever", 0, 0}, Case{"short_lived", 0, 2},
                                         Case{"long_lived", 0, 60}, Case{"refreshed", 2, 8},
                                         Case{"refreshed_for_ever", 2, 0}),
                         [](const auto& of) { return std::string(of.param.name); });

TEST(ZipfCurveInput, ABillionKeysAreAFewThousandGroups) {
    const auto curve = zipf_curve({.keys = 1e9, .bytes = 1000, .exponent = 1, .per_second = 0});
    ASSERT_TRUE(curve);
    EXPECT_GT(curve->miss_ratio(1e9), 0.2);  // a thousandth of them
    EXPECT_LT(curve->miss_ratio(1e12), 0.01);
}

TEST(ZipfCurveInput, WhatMakesNoSenseIsRefused) {
    EXPECT_FALSE(zipf_curve({.keys = 0}));
    EXPECT_FALSE(zipf_curve({.keys = 1e13}));
    EXPECT_FALSE(zipf_curve({.keys = 10, .exponent = -1}));
    EXPECT_FALSE(zipf_curve({.keys = 10, .bytes = 0}));
    EXPECT_FALSE(zipf_curve({.keys = 10, .lifetime_s = 5}));
    EXPECT_TRUE(zipf_curve({.keys = 1}));
}

}  // namespace
}  // namespace aside::sizing
