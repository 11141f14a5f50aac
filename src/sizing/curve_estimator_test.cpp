#include "sizing/curve_estimator.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/random.h"

namespace aside::sizing {
namespace {

constexpr EstimatorOptions kExact{.tracked_max = 1U << 30};

std::uint64_t hash_of(std::uint64_t key) {
    return hash_bytes({reinterpret_cast<const char*>(&key), sizeof key}, 42);
}

SampledReference to(std::uint64_t key, std::uint64_t bytes = 1, std::uint64_t time_ms = 0,
                    std::uint64_t lifetime_ms = 0) {
    return {.hash = hash_of(key), .bytes = bytes, .time_ms = time_ms, .lifetime_ms = lifetime_ms};
}

// Zipf's law with exponent 1, over `keys`.
std::uint64_t zipf(Random& random, std::uint64_t keys) {
    return static_cast<std::uint64_t>(std::pow(static_cast<double>(keys), random.unit())) - 1;
}

double mean_difference(const MissRatioCurve& wanted, const MissRatioCurve& told) {
    double sum = 0;
    const auto points = wanted.sampled(20);
    for (const CurvePoint& point : points)
        sum += std::abs(told.miss_ratio(point.bytes) - point.miss_ratio);
    return sum / static_cast<double>(points.size());
}

TEST(CurveEstimator, AnEmptyOneMissesAll) {
    const MissRatioCurve curve = CurveEstimator(kExact).curve();
    EXPECT_EQ(curve.miss_ratio(1e9), 1);
    EXPECT_EQ(curve.least_miss_ratio(), 1);
    EXPECT_TRUE(curve.sampled(20).empty());
    EXPECT_LT(curve.bytes_for(0.5), 0);
}

TEST(CurveEstimator, ALoopFitsOrDoesNot) {
    CurveEstimator estimator(kExact);
    for (std::uint64_t i = 0; i < 10'000; ++i) estimator.reference(to(i % 100, 10));
    const MissRatioCurve curve = estimator.curve();
    EXPECT_NEAR(curve.miss_ratio(950), 1, 0.001);
    EXPECT_NEAR(curve.miss_ratio(1020), 0.01, 0.001);
    EXPECT_NEAR(curve.basis().distinct_bytes, 1000, 0.1);
    EXPECT_NEAR(curve.basis().distinct_entries, 100, 0.1);
    EXPECT_NEAR(curve.bytes_for(0.5), 1000, 20);
    EXPECT_LT(curve.bytes_for(0.001), 0);  // the first references
}

TEST(CurveEstimator, APartOfTheKeysTellsOfAll) {
    CurveEstimator exact(kExact), sampling({.tracked_max = 2048});
    Random random(3);
    for (int i = 0; i < 1'000'000; ++i) {
        const std::uint64_t key = zipf(random, 200'000);
        const std::uint64_t bytes = 100 + key % 900;
        exact.reference(to(key, bytes));
        sampling.reference(to(key, bytes));
    }
    EXPECT_LE(sampling.tracked(), 2048U);
    EXPECT_LT(sampling.chosen_part(), 0.05);
    const MissRatioCurve wanted = exact.curve(), told = sampling.curve();
    EXPECT_LT(mean_difference(wanted, told), 0.05);  // small sizes are of few of the keys
    EXPECT_NEAR(told.basis().distinct_bytes / wanted.basis().distinct_bytes, 1, 0.1);
}

// Hot keys, a loop over many, and keys that come once: the sample has too few or too many of each,
// by chance, and which ones is known only where references are sorted.
TEST(CurveEstimator, WhatIsSortedIsWeighedToBeAsMuchAsThereWas) {
    double sorted_off = 0, unsorted_off = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        CurveEstimator exact(kExact), sorted({.tracked_max = 768, .sorted = true}),
            unsorted({.tracked_max = 1024});
        ReferenceStrata strata(256);
        Random random(seed);
        std::uint64_t once = 1'000'000 * seed, looped = 0;
        for (int i = 0; i < 500'000; ++i) {
            const double kind = random.unit();
            const std::uint64_t key = kind < 0.4   ? 10'000'000 * seed + zipf(random, 20)
                                      : kind < 0.8 ? 20'000'000 * seed + looped++ % 5'000
                                                   : once++;
            SampledReference reference = to(key);
            exact.reference(reference);
            unsorted.reference(reference);
            reference.stratum = strata.sort(reference.hash);
            sorted.reference(reference);
        }
        const MissRatioCurve wanted = exact.curve();
        sorted_off += mean_difference(wanted, sorted.curve()) / 5;
        unsorted_off += mean_difference(wanted, unsorted.curve()) / 5;
    }
    EXPECT_LT(sorted_off, 0.03);
    EXPECT_LT(sorted_off, 0.8 * unsorted_off);
}

TEST(CurveEstimator, WhatIsGivenMayBeAPartAlready) {
    CurveEstimator exact(kExact), given({.tracked_max = 4096, .given_part = 0.25});
    Random random(4);
    for (int i = 0; i < 500'000; ++i) {
        const std::uint64_t key = zipf(random, 50'000);
        exact.reference(to(key));
        if (hash_bytes({reinterpret_cast<const char*>(&key), sizeof key}, 7) >> 62 == 0)
            given.reference(to(key));
    }
    const MissRatioCurve wanted = exact.curve(), told = given.curve();
    EXPECT_NEAR(told.basis().distinct_entries / wanted.basis().distinct_entries, 1, 0.1);
    EXPECT_LT(mean_difference(wanted, told), 0.2);  // the hottest keys are in the part, or not
}

TEST(CurveEstimator, WhatHasExpiredIsAMissAndTakesNoRoom) {
    CurveEstimator estimator(kExact);
    // Each key every 10 s, of which every second time after its 15 s are over.
    for (std::uint64_t round = 0; round < 1000; ++round) {
        for (std::uint64_t key = 0; key < 10; ++key)
            estimator.reference(to(key, 1, round * 10'000 + key, 15'000));
    }
    EXPECT_NEAR(estimator.curve().least_miss_ratio(), 0.5, 0.01);

    CurveEstimator once(kExact);  // a scan whose keys live for a second, and one hot key
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        once.reference(to(1'000'000 + i, 1, i * 100, 1000));
        if (i % 20 == 0) once.reference(to(1, 1, i * 100, 0));
    }
    EXPECT_LT(once.curve().basis().distinct_entries, 20);
    const double hot = 500.0 / 10'500;
    EXPECT_NEAR(once.curve().miss_ratio(14), 1 - hot, 0.001);
}

TEST(CurveEstimator, WhatIsNoLongerFreshIsAskedForOnceAndLivesOn) {
    CurveEstimator estimator(kExact);
    // Every second; fresh for 9.5 s, gone after 15: each tenth reference asks, and none misses.
    for (std::uint64_t second = 0; second < 10'000; ++second) {
        estimator.reference({.hash = hash_of(1),
                             .bytes = 8,
                             .time_ms = second * 1000,
                             .fresh_ms = 9'500,
                             .lifetime_ms = 15'000});
    }
    const MissRatioCurve curve = estimator.curve();
    EXPECT_NEAR(curve.least_miss_ratio(), 0.0001, 1e-9);
    EXPECT_NEAR(curve.refresh_ratio(8), 0.1, 0.001);
    EXPECT_EQ(curve.refresh_ratio(0), 0);
}

TEST(CurveEstimator, TakesBoundedMemoryWhateverComes) {
    CurveEstimator estimator({.tracked_max = 4096});
    for (std::uint64_t key = 0; key < 3'000'000; ++key)
        estimator.reference(to(key, 1, key, 1'000'000));
    EXPECT_LE(estimator.tracked(), 4096U);
    EXPECT_LT(estimator.memory_bytes(), 1U << 20);
    EXPECT_NEAR(estimator.curve().basis().distinct_entries / 1'000'000, 1, 0.1);
}

TEST(CurveEstimator, WhatHasExpiredGivesUpItsPlace) {
    CurveEstimator estimator({.tracked_max = 1000});
    // A new key each millisecond: never more than 500 are alive, however many there were.
    for (std::uint64_t key = 0; key < 200'000; ++key) estimator.reference(to(key, 1, key, 500));
    EXPECT_EQ(estimator.chosen_part(), 1);
    EXPECT_LE(estimator.tracked(), 501U);
    EXPECT_NEAR(estimator.curve().basis().distinct_entries, 500, 1);
    EXPECT_LT(estimator.memory_bytes(), 1U << 18);
}

TEST(CurveEstimator, ChoosesMoreKeysAgainWhenACrowdIsGone) {
    CurveEstimator estimator({.tracked_max = 1000});
    for (std::uint64_t key = 0; key < 50'000; ++key) estimator.reference(to(key, 1, 0, 1000));
    EXPECT_LT(estimator.chosen_part(), 0.05);
    estimator.widen();
    EXPECT_LT(estimator.chosen_part(), 0.05);  // it is still there
    constexpr std::uint64_t kKeys = 240;
    for (std::uint64_t round = 0; round < 100; ++round) {
        for (std::uint64_t key = 0; key < kKeys; ++key)
            estimator.reference(to(key, 1, 10'000 + round * 100, 1000));
        estimator.widen();
    }
    EXPECT_EQ(estimator.chosen_part(), 1);
    EXPECT_NEAR(estimator.curve().basis().distinct_entries, kKeys, 1);
}

TEST(CurveEstimator, NarrowedItFollowsFewerKeysAndTellsTheSame) {
    CurveEstimator exact(kExact), narrowed(kExact);
    Random random(5);
    const auto refer = [&] {
        const auto reference = to(zipf(random, 100'000), 100);
        exact.reference(reference);
        narrowed.reference(reference);
    };
    for (int i = 0; i < 200'000; ++i) refer();
    narrowed.narrow(~0ULL / 4);
    EXPECT_NEAR(narrowed.chosen_part(), 0.25, 1e-9);
    EXPECT_NEAR(static_cast<double>(narrowed.tracked()) / static_cast<double>(exact.tracked()),
                0.25, 0.02);
    narrowed.narrow(~0ULL);  // no way back
    EXPECT_NEAR(narrowed.chosen_part(), 0.25, 1e-9);
    for (int i = 0; i < 200'000; ++i) refer();
    const MissRatioCurve wanted = exact.curve(), told = narrowed.curve();
    EXPECT_NEAR(told.basis().distinct_bytes / wanted.basis().distinct_bytes, 1, 0.05);
    EXPECT_LT(mean_difference(wanted, told), 0.05);
}

TEST(CurveEstimator, ARowOfReferencesIsAsGoodAsEachOfThem) {
    CurveEstimator each(kExact), rows(kExact);
    Random random(6);
    for (int i = 0; i < 20'000; ++i) {
        SampledReference reference = to(zipf(random, 2000), 50);
        const auto times = static_cast<std::uint32_t>(1 + random.below(5));
        for (std::uint32_t again = 0; again < times; ++again) each.reference(reference);
        reference.times = times;
        rows.reference(reference);
    }
    const MissRatioCurve wanted = each.curve(), told = rows.curve();
    EXPECT_EQ(told.basis().references, wanted.basis().references);
    EXPECT_NEAR(mean_difference(wanted, told), 0, 1e-9);
}

TEST(CurveEstimator, FollowsWhatChangesWhenItFades) {
    CurveEstimator estimator(kExact);
    for (std::uint64_t i = 0; i < 100'000; ++i) estimator.reference(to(i));  // nothing twice
    EXPECT_EQ(estimator.curve().least_miss_ratio(), 1);
    for (int round = 0; round < 10; ++round) {
        estimator.fade(0.5);
        for (std::uint64_t i = 0; i < 100'000; ++i) estimator.reference(to(i % 10));
    }
    EXPECT_LT(estimator.curve().least_miss_ratio(), 0.002);
}

TEST(CurveEstimator, TimesThatGoBackwardsAndSizesOfNothingAreTaken) {
    CurveEstimator estimator({.tracked_max = 100});
    estimator.reference(to(1, 0, 5000, 1000));
    estimator.reference(to(1, 0, 10, 1000));
    EXPECT_NEAR(estimator.curve().least_miss_ratio(), 0.5, 1e-9);
}

TEST(CurveEstimator, IsBoundedAlsoWhereAllHashesAreNearTheLeast) {
    CurveEstimator estimator({.tracked_max = 2});
    for (std::uint64_t i = 0; i < 10; ++i) estimator.reference({.hash = i});
    EXPECT_EQ(estimator.tracked(), 2U);
    // Three were followed and missed; seven are taken for references to the hottest keys.
    EXPECT_NEAR(estimator.curve().least_miss_ratio(), 0.3, 1e-9);
}

}  // namespace
}  // namespace aside::sizing
