#include "engine/waiting_reads.h"

#include <gtest/gtest.h>

namespace aside::engine {
namespace {

constexpr std::uint64_t kLong = 60'000;

TEST(WaitingReads, CountsAKeyOfTheLatestFew) {
    WaitingReads waiting;
    for (std::uint64_t hash = 1; hash <= 5; ++hash) {
        EXPECT_FALSE(waiting.again(hash, 100, kLong));
        waiting.add({.hash = hash, .at_ms = 100});
    }
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(waiting.again(2, 200, kLong));
    EXPECT_FALSE(waiting.again(1, 200, kLong));  // four were read since
    ASSERT_EQ(waiting.all().size(), 5U);
    EXPECT_EQ(waiting.all()[1].times, 1001U);
    EXPECT_FALSE(waiting.due(200));
    waiting.clear();
    EXPECT_TRUE(waiting.all().empty());
    EXPECT_FALSE(waiting.again(2, 200, kLong));
}

TEST(WaitingReads, WhatIsNoLongerGoodIsReadAnew) {
    WaitingReads waiting;
    waiting.add({.hash = 1, .at_ms = 100});
    EXPECT_TRUE(waiting.again(1, 104, 5));
    EXPECT_FALSE(waiting.again(1, 105, 5));
}

TEST(WaitingReads, AreDueWhenThereAreManyOrAfterASecond) {
    WaitingReads waiting;
    EXPECT_FALSE(waiting.due(1'000'000));
    for (std::uint64_t hash = 0; hash < WaitingReads::kMost; ++hash) {
        EXPECT_FALSE(waiting.due(50));
        waiting.add({.hash = hash, .at_ms = 50});
    }
    EXPECT_TRUE(waiting.due(50));
    waiting.clear();
    waiting.add({.hash = 1, .at_ms = 50});
    EXPECT_FALSE(waiting.due(1049));
    EXPECT_TRUE(waiting.due(1050));
    EXPECT_LE(sizeof(WaitingReads), 1100U);
}

}  // namespace
}  // namespace aside::engine
