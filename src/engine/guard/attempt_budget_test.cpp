#include "engine/guard/attempt_budget.h"

#include <deque>

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

TEST(AttemptBudget, GrantsAFifthOfTheLoadsAsRetriesAndATwentiethAsHedges) {
    AttemptBudget budget({});
    SteadyTime now{100s};
    for (int i = 0; i < 1000; ++i) budget.load_begins(now);
    int hedges = 0, retries = 0;
    while (budget.take_hedge(now)) ++hedges;
    while (budget.take_retry(now)) ++retries;
    EXPECT_EQ(hedges, 50);
    EXPECT_EQ(hedges + retries, 200);
}

TEST(AttemptBudget, SavesNothingUp) {
    AttemptBudget budget({});
    for (int i = 0; i < 1000; ++i) budget.load_begins(SteadyTime{100s});
    EXPECT_FALSE(budget.take_retry(SteadyTime{110s}));
}

TEST(AttemptBudget, ALoneLoadIsNotRetried) {
    AttemptBudget budget({});
    budget.load_begins(SteadyTime{1s});
    EXPECT_FALSE(budget.take_retry(SteadyTime{1s}));
    EXPECT_FALSE(budget.take_hedge(SteadyTime{1s}));
}

TEST(AttemptBudget, NoneAreGrantedWhereNoneAreAllowed) {
    AttemptBudget budget({.attempts_max = 1});
    for (int i = 0; i < 1000; ++i) budget.load_begins(SteadyTime{1s});
    EXPECT_FALSE(budget.take_retry(SteadyTime{1s}));
    EXPECT_FALSE(budget.take_hedge(SteadyTime{1s}));
}

// Loads in bursts and pauses, of which every one would be retried: at each retry the ten seconds
// before it are looked at.
TEST(AttemptBudget, HoldsOverTheTenSecondsBeforeAnyRetry) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random random(seed);
        AttemptBudget budget({});
        std::deque<SteadyTime> loads, extras, hedges;
        SteadyTime now{1s};
        std::uint64_t granted = 0;
        const auto forget = [&](std::deque<SteadyTime>& times) {
            while (!times.empty() && times.front() <= now - 10s) times.pop_front();
        };
        for (int i = 0; i < 20'000; ++i) {
            now += random.chance(1, 200) ? Duration(random.below(8'000'000'000))
                                         : Duration(random.below(20'000'000));
            budget.load_begins(now);
            loads.push_back(now);
            const bool hedge = random.chance(1, 2);
            if (!(hedge ? budget.take_hedge(now) : budget.take_retry(now))) continue;
            ++granted;
            extras.push_back(now);
            if (hedge) hedges.push_back(now);
            for (auto* times : {&loads, &extras, &hedges}) forget(*times);
            EXPECT_LE(static_cast<double>(extras.size()), 0.2 * static_cast<double>(loads.size()));
            if (hedge)
                EXPECT_LE(static_cast<double>(hedges.size()),
                          0.05 * static_cast<double>(loads.size()));
        }
        EXPECT_GT(granted, 2'500U) << seed;
    }
}

TEST(AttemptBudget, BacksOffAtRandomUpToTwiceAsLongEachTime) {
    const AttemptBudget budget({.backoff_base = 50ms, .backoff_max = 300ms});
    EXPECT_EQ(budget.backoff(0, 0.0), 0ms);
    EXPECT_EQ(budget.backoff(0, 0.5), 25ms);
    EXPECT_EQ(budget.backoff(1, 0.5), 50ms);
    EXPECT_EQ(budget.backoff(2, 0.5), 100ms);
    EXPECT_EQ(budget.backoff(3, 0.5), 150ms);
    EXPECT_EQ(budget.backoff(4'000'000'000, 0.5), 150ms);
}

}  // namespace
}  // namespace aside::engine
