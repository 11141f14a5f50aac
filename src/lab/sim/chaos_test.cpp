// The Redis tier before a simulated cluster on bad days. Another seed, or more of them:
//   aside_lab_sim_test --gtest_filter='*Chaos*' first_seed=500 seeds=100
#include <cstdio>

#include <gtest/gtest.h>

#include "lab/sim/misfortunes.h"
#include "lab/sim/scenario.h"
#include "lab/sim/test_arguments_fixture.h"

namespace aside::lab {
namespace {

constexpr std::uint64_t kFirstSeed = 1;
constexpr std::uint64_t kSeeds = 8;

std::string name_of(const testing::TestParamInfo<Misfortune>& info) {
    return std::string(info.param.name);
}

TEST(Chaos, BreaksNoInvariant) {
    const std::uint64_t first = argument("first_seed", kFirstSeed);
    const std::uint64_t count = argument("seeds", kSeeds);
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Outcome outcome = run_scenario(seed, chaos_scenario(seed));
        EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
        if (count == 1) std::printf("%s", outcome.text.c_str());
    }
}

class OneMisfortune : public testing::TestWithParam<Misfortune> {};

TEST_P(OneMisfortune, BreaksNoInvariant) {
    const std::uint64_t seed = argument("first_seed", kFirstSeed);
    const Outcome outcome =
        run_scenario(seed, {.name = GetParam().name, .misfortunes = GetParam().happen});
    EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
    EXPECT_GT(outcome.tally.hits, outcome.tally.reads / 4) << outcome.text;
    if (argument("tell", 0) != 0) std::printf("%s", outcome.text.c_str());
}

INSTANTIATE_TEST_SUITE_P(Each, OneMisfortune,
                         testing::ValuesIn(misfortunes().begin(), misfortunes().end()), name_of);

TEST(Scenario, ACalmDayIsCalm) {
    const std::uint64_t seed = argument("first_seed", kFirstSeed);
    const Outcome outcome = run_scenario(seed, {.name = "calm", .misfortunes = nullptr});
    EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
    EXPECT_GT(outcome.tally.reads, 1000U);
    EXPECT_GT(outcome.tally.invalidations, 20U);
    EXPECT_LT(outcome.tally.unknowns, outcome.tally.reads / 50) << outcome.text;
    EXPECT_EQ(outcome.tally.by_stale_owner, 0U) << outcome.text;
    EXPECT_EQ(outcome.tally.invalidations_failed, 0U) << outcome.text;
    if (argument("tell", 0) != 0) std::printf("%s", outcome.text.c_str());
}

TEST(Scenario, TheSameSeedIsTheSameRun) {
    const Outcome first = run_scenario(3, chaos_scenario(3));
    const Outcome second = run_scenario(3, chaos_scenario(3));
    EXPECT_EQ(first.text, second.text);
}

}  // namespace
}  // namespace aside::lab
