#include "redis/link/dial_budget.h"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

SteadyTime at(int ms) {
    return SteadyTime(std::chrono::hours(1) + milliseconds(ms));
}

TEST(DialBudget, GrantsABurstThenARate) {
    DialBudget budget(10, 20);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(budget.take(at(0)), at(0));
    EXPECT_EQ(budget.take(at(0)), at(100));
    EXPECT_EQ(budget.take(at(50)), at(100));
    EXPECT_EQ(budget.take(at(100)), at(100));
    EXPECT_GT(budget.take(at(100)), at(100));
    EXPECT_EQ(budget.dials(), 21U);
}

TEST(DialBudget, GrantsNoMoreThanItsRateToWhoeverAsks) {
    DialBudget budget(10, 20);
    int granted = 0;
    for (int ms = 0; ms < 10000; ++ms) {
        for (int each = 0; each < 5; ++each) granted += budget.take(at(ms)) == at(ms) ? 1 : 0;
    }
    EXPECT_GE(granted, 118);
    EXPECT_LE(granted, 120);
}

TEST(DialBudget, WhereAReadWaitsItGoesIntoDebtThatIsPaidBack) {
    DialBudget budget(10, 20);
    constexpr auto kHaste = DialBudget::Haste::read_waits;
    for (int i = 0; i < 40; ++i) EXPECT_EQ(budget.take(at(0), kHaste), at(0)) << i;
    EXPECT_EQ(budget.take(at(0), kHaste), at(100));
    EXPECT_EQ(budget.take(at(0)), at(2100));
    EXPECT_GT(budget.take(at(2000)), at(2000));
    EXPECT_EQ(budget.take(at(2100)), at(2100));
    EXPECT_EQ(budget.dials(), 41U);
}

TEST(DialBudget, WhoLooksWhetherANodeIsBackLeavesHalfToTheOthers) {
    DialBudget budget(10, 20);
    constexpr auto kSeeks = DialBudget::Haste::seeks;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(budget.take(at(0), kSeeks), at(0)) << i;
    EXPECT_EQ(budget.take(at(0), kSeeks), at(100));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(budget.take(at(0)), at(0)) << i;
}

TEST(DialBudget, WhatWasRefusedCostsATenth) {
    DialBudget budget(10, 1);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(budget.take(at(10 * i)), at(10 * i)) << i;
        budget.refused();
    }
    budget.refused();  // never more than the burst
    EXPECT_EQ(budget.take(at(100)), at(100));
    EXPECT_GT(budget.take(at(100)), at(100));
}

TEST(DialBudget, ChargesMoreAndStaysBounded) {
    DialBudget budget(10, 2);
    EXPECT_EQ(budget.take(at(0)), at(0));
    budget.charge(1);
    EXPECT_EQ(budget.take(at(0)), at(100));
    budget.charge(1000);
    EXPECT_EQ(budget.take(at(300)), at(300));
}

TEST(DialBudget, BearsAClockThatIsBehindAnotherWorkers) {
    DialBudget budget(10, 1);
    EXPECT_EQ(budget.take(at(500)), at(500));
    EXPECT_EQ(budget.take(at(400)), at(500));
    EXPECT_EQ(budget.dials(), 1U);
}

TEST(DialBudget, IsNeverShutForGood) {
    DialBudget budget(0, 0);
    EXPECT_EQ(budget.take(at(0)), at(0));
    EXPECT_LE(budget.take(at(0)), at(0) + seconds(1001));
}

TEST(Backoff, IsFullJitterUnderADoublingCap) {
    Random random(3);
    for (const int failures : {0, 1, 3, 6, 7, 30}) {
        std::array<int, 10> histogram{};
        const Duration bound =
            std::min<Duration>(milliseconds(100) * (1LL << std::min(failures, 20)), seconds(10));
        for (int i = 0; i < 10000; ++i) {
            Backoff backoff({});
            for (int failed = 0; failed < failures; ++failed) backoff.next(random);
            const Duration wait = backoff.next(random);
            ASSERT_LT(wait, bound);
            ++histogram[static_cast<std::size_t>(wait * 10 / bound)];
        }
        for (const int count : histogram) EXPECT_NEAR(count, 1000, 150) << failures;
    }
}

TEST(Backoff, BeginsAnewAfterAGoodSession) {
    Random random(3);
    Backoff backoff({});
    for (int i = 0; i < 10; ++i) backoff.next(random);
    EXPECT_EQ(backoff.failures(), 10U);
    backoff.reset();
    EXPECT_LT(backoff.next(random), milliseconds(100));
}

TEST(Backoff, LongIsAtLeastASecondAndSpread) {
    Random random(3);
    Backoff backoff({});
    std::vector<Duration> waits(1000);
    for (auto& wait : waits) wait = backoff.next_long(random);
    EXPECT_GE(std::ranges::min(waits), seconds(1));
    EXPECT_LT(std::ranges::min(waits), milliseconds(1100));
    EXPECT_GT(std::ranges::max(waits), milliseconds(2900));
    EXPECT_LT(std::ranges::max(waits), seconds(3));
}

}  // namespace
}  // namespace aside::redis
