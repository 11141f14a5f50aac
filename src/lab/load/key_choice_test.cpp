#include "lab/load/key_choice.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "lab/load/key_permutation.h"

namespace aside::lab::load {
namespace {

std::vector<std::uint64_t> counts_of(KeyChoice& choice, std::uint64_t keys, std::uint64_t draws) {
    Random random(11);
    std::vector<std::uint64_t> counts(keys);
    for (std::uint64_t i = 0; i < draws; ++i) ++counts.at(choice.next(random));
    return counts;
}

std::vector<double> zipf_law(std::uint64_t keys, double exponent) {
    std::vector<double> law(keys);
    double sum = 0;
    for (std::uint64_t i = 0; i < keys; ++i) {
        law[i] = std::pow(static_cast<double>(i + 1), -exponent);
        sum += law[i];
    }
    for (double& share : law) share /= sum;
    return law;
}

// How many standard deviations chi-square is above what chance explains, rare ranks put together.
double surprise(const std::vector<std::uint64_t>& counts, const std::vector<double>& law,
                std::uint64_t draws) {
    double square = 0, expected = 0, seen = 0;
    int bins = 0;
    for (std::size_t i = 0; i < law.size(); ++i) {
        expected += law[i] * static_cast<double>(draws);
        seen += static_cast<double>(counts[i]);
        if (expected < 10 && i + 1 < law.size()) continue;
        square += (seen - expected) * (seen - expected) / expected;
        expected = seen = 0;
        ++bins;
    }
    const double freedom = bins - 1;
    return (square - freedom) / std::sqrt(2 * freedom);
}

constexpr std::uint64_t kDraws = 400'000;
constexpr double kSurprising = 5;  // the seed is fixed: this either holds or does not

TEST(KeyChoice, ZipfFollowsItsLawAtEveryExponent) {
    for (const double exponent : {0.0, 0.3, 0.9, 0.99, 1.0, 1.01, 1.5, 3.0}) {
        for (const std::uint64_t keys : {2, 10, 1000, 100'000}) {
            const auto choice = zipf_keys(keys, exponent, 0);
            const auto counts = counts_of(*choice, keys, kDraws);
            const double above = surprise(counts, zipf_law(keys, exponent), kDraws);
            EXPECT_LT(above, kSurprising) << exponent << " of " << keys;
            EXPECT_GT(above, -kSurprising) << exponent << " of " << keys;
        }
    }
}

TEST(KeyChoice, TheBoundTellsNeighbouringExponentsApart) {
    const auto counts = counts_of(*zipf_keys(1000, 0.9, 0), 1000, kDraws);
    EXPECT_GT(surprise(counts, zipf_law(1000, 0.92), kDraws), kSurprising);
    EXPECT_GT(surprise(counts, zipf_law(1000, 0.88), kDraws), kSurprising);
}

TEST(KeyChoice, ZipfOfVeryManyKeysStaysInBounds) {
    constexpr std::uint64_t kKeys = 1ULL << 50;
    Random random(5);
    for (const double exponent : {0.0, 0.5, 1.0, 2.0}) {
        const auto choice = zipf_keys(kKeys, exponent, 3);
        for (int i = 0; i < 1000; ++i) ASSERT_LT(choice->next(random), kKeys);
    }
    EXPECT_EQ(zipf_keys(1, 0.9, 3)->next(random), 0);
}

TEST(KeyChoice, ScatterMovesTheHotKeysAndKeepsTheLaw) {
    constexpr std::uint64_t kKeys = 5000;
    const auto counts = counts_of(*zipf_keys(kKeys, 0.9, 42), kKeys, kDraws);
    const KeyPermutation permutation(kKeys, 42);
    std::vector<std::uint64_t> by_rank(kKeys);
    for (std::uint64_t rank = 0; rank < kKeys; ++rank) by_rank[rank] = counts[permutation(rank)];
    EXPECT_LT(surprise(by_rank, zipf_law(kKeys, 0.9), kDraws), kSurprising);
    std::uint64_t first_tenth = 0;
    for (std::uint64_t key = 0; key < kKeys / 10; ++key) first_tenth += counts[key];
    EXPECT_LT(first_tenth, kDraws / 3);  // unscattered it is over half
}

TEST(KeyChoice, ThePermutationIsOne) {
    for (const std::uint64_t keys : {1, 2, 3, 4, 5, 7, 8, 9, 100, 1023, 1024, 1025, 100'000}) {
        const KeyPermutation permutation(keys, keys + 1);
        std::vector<bool> met(keys);
        for (std::uint64_t key = 0; key < keys; ++key) {
            const std::uint64_t place = permutation(key);
            ASSERT_LT(place, keys);
            ASSERT_FALSE(met[place]) << place << " of " << keys;
            met[place] = true;
        }
    }
}

TEST(KeyChoice, ThePermutationScattersAndDiffersBySeed) {
    constexpr std::uint64_t kKeys = 100'000;
    const KeyPermutation one(kKeys, 1), other(kKeys, 2);
    int kept = 0, same = 0, neighbours = 0;
    double distance = 0;
    for (std::uint64_t key = 0; key + 1 < kKeys; ++key) {
        kept += one(key) == key;
        same += one(key) == other(key);
        neighbours += one(key) + 1 == one(key + 1);
        distance += std::abs(static_cast<double>(one(key)) - static_cast<double>(one(key + 1)));
    }
    EXPECT_LT(kept, 10);  // one is expected of each
    EXPECT_LT(same, 10);
    EXPECT_LT(neighbours, 10);
    EXPECT_NEAR(distance / kKeys, kKeys / 3.0, kKeys / 100.0);  // what chance makes it
}

TEST(KeyChoice, UniformIsEven) {
    const auto counts = counts_of(*uniform_keys(1000), 1000, kDraws);
    EXPECT_LT(surprise(counts, zipf_law(1000, 0), kDraws), kSurprising);
}

TEST(KeyChoice, AHotspotHasItsShare) {
    const auto counts = counts_of(*hotspot_keys(1000, 10, 0.8), 1000, kDraws);
    std::vector<double> law(1000, 0.2 / 990);
    for (std::size_t key = 0; key < 10; ++key) law[key] = 0.8 / 10;
    EXPECT_LT(surprise(counts, law, kDraws), kSurprising);
}

TEST(KeyChoice, AHotspotOfNoneOrAllIsUniform) {
    for (const std::uint64_t hot : {0, 50, 70}) {
        const auto counts = counts_of(*hotspot_keys(50, hot, 0.8), 50, kDraws);
        EXPECT_LT(surprise(counts, zipf_law(50, 0), kDraws), kSurprising) << hot;
    }
}

TEST(KeyChoice, AScanGoesRound) {
    const auto choice = scanned_keys(3);
    Random random(1);
    std::vector<std::uint64_t> keys;
    for (int i = 0; i < 7; ++i) keys.push_back(choice->next(random));
    EXPECT_EQ(keys, (std::vector<std::uint64_t>{0, 1, 2, 0, 1, 2, 0}));
}

}  // namespace
}  // namespace aside::lab::load
