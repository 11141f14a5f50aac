#include "lab/trials/copies.h"

#include <gtest/gtest.h>

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

SteadyTime at(Duration since) {
    return SteadyTime(100s) + since;
}

class CopiesTest : public testing::Test {
  protected:
    Copies copies{10, 60s};
};

TEST_F(CopiesTest, ACopyIsHeldFromWhenItWasStoredUntilItIsTakenAway) {
    copies.stored(0, 3, at(1s));
    copies.gone(0, 3, at(5s));
    EXPECT_TRUE(copies.held(3, at(1s), at(4s)));
    EXPECT_FALSE(copies.held(3, at(0s), at(4s)));
    EXPECT_FALSE(copies.held(3, at(4s), at(6s)));
    EXPECT_FALSE(copies.held(4, at(1s), at(4s)));
    EXPECT_EQ(copies.taken_away(), 1U);
}

TEST_F(CopiesTest, ACopyLivesNoLongerThanItsLife) {
    copies.stored(0, 3, at(0s));
    EXPECT_TRUE(copies.held(3, at(1s), at(59s)));
    EXPECT_FALSE(copies.held(3, at(1s), at(61s)));
    copies.stored(0, 3, at(50s));  // anew
    EXPECT_TRUE(copies.held(3, at(1s), at(109s)));
}

TEST_F(CopiesTest, WhatItWasFilledWithIsAsOldAsItWas) {
    copies.stored(0, 3, at(2s));
    copies.stored(0, 4, at(2s));
    const std::vector<Duration> ages = {0s, 0s, 0s, 40s, 0s};
    copies.filled(at(1s), ages);
    EXPECT_TRUE(copies.held(3, at(2s), at(20s)));
    EXPECT_FALSE(copies.held(3, at(2s), at(22s)));
    EXPECT_TRUE(copies.held(4, at(2s), at(60s)));
    copies.stored(0, 3, at(21s));  // anew
    EXPECT_TRUE(copies.held(3, at(21s), at(80s)));
}

TEST_F(CopiesTest, WhatMovesStaysAsOldAsItIs) {
    copies.stored(0, 3, at(0s));
    copies.moved(1, 3, at(50s));
    copies.gone(0, 3, at(50s));
    EXPECT_TRUE(copies.held(3, at(51s), at(59s)));
    EXPECT_FALSE(copies.held(3, at(51s), at(61s)));
    copies.moved(1, 5, at(50s));  // nobody had it before
    EXPECT_TRUE(copies.held(5, at(51s), at(109s)));
}

TEST_F(CopiesTest, AnotherNodesCopyBridgesAGap) {
    copies.stored(0, 3, at(0s));
    copies.stored(1, 3, at(1s));
    copies.gone(0, 3, at(2s));
    EXPECT_TRUE(copies.held(3, at(0s), at(10s)));
    copies.gone(1, 3, at(11s));
    EXPECT_FALSE(copies.held(3, at(0s), at(12s)));
}

TEST_F(CopiesTest, ANodeOutOfReachHoldsNothingAnybodyCouldRead) {
    copies.stored(0, 3, at(0s));
    copies.out_of_reach(0, at(5s));
    EXPECT_FALSE(copies.held(3, at(4s), at(6s)));
    EXPECT_FALSE(copies.held(3, at(5s), at(7s)));
    copies.in_reach(0, at(8s));
    EXPECT_TRUE(copies.held(3, at(8s), at(9s)));
    EXPECT_FALSE(copies.held(3, at(4s), at(9s)));
}

TEST_F(CopiesTest, ASilentNodeHoldsWhatItTellsNobody) {
    copies.stored(0, 3, at(0s));
    copies.silent(0, at(5s), at(5060ms));
    EXPECT_TRUE(copies.held(3, at(1s), at(9s)));
    EXPECT_TRUE(copies.held_and_told(3, at(1s), at(4s)));
    EXPECT_FALSE(copies.held_and_told(3, at(4s), at(6s)));
    EXPECT_FALSE(copies.held_and_told(3, at(5050ms), at(6s)));
    EXPECT_TRUE(copies.held_and_told(3, at(5060ms), at(6s)));
    copies.stored(1, 3, at(4s));  // and another node tells
    EXPECT_TRUE(copies.held_and_told(3, at(4s), at(6s)));
    EXPECT_FALSE(copies.held_and_told(4, at(4s), at(6s)));
}

TEST_F(CopiesTest, AnEmptiedNodeHoldsWhatIsStoredAfterwards) {
    copies.stored(0, 3, at(0s));
    copies.emptied(0, at(5s));
    EXPECT_TRUE(copies.held(3, at(1s), at(4s)));
    EXPECT_FALSE(copies.held(3, at(4s), at(6s)));
    copies.stored(0, 3, at(7s));
    EXPECT_TRUE(copies.held(3, at(7s), at(9s)));
    EXPECT_FALSE(copies.held(3, at(6s), at(9s)));
}

TEST_F(CopiesTest, WhatWasStoredOrTakenAwayAMomentAgoIsKnown) {
    copies.stored(0, 3, at(1000ms));
    EXPECT_TRUE(copies.stored_within(3, at(950ms), at(1050ms)));
    EXPECT_FALSE(copies.stored_within(3, at(800ms), at(900ms)));
    EXPECT_FALSE(copies.stored_within(3, at(1100ms), at(1200ms)));
    EXPECT_FALSE(copies.stored_within(4, at(950ms), at(1050ms)));
    copies.gone(0, 3, at(2000ms));
    EXPECT_TRUE(copies.taken_away_within(3, at(1950ms), at(2050ms)));
    EXPECT_FALSE(copies.taken_away_within(3, at(2050ms), at(2150ms)));
    EXPECT_FALSE(copies.taken_away_within(4, at(1950ms), at(2050ms)));
    EXPECT_FALSE(copies.stored_within(99, at(0s), at(10s)));
    EXPECT_FALSE(copies.taken_away_within(99, at(0s), at(10s)));
}

TEST_F(CopiesTest, WhatIsGoneFromOneNodeIsGoneFromTheOneThatCopiesIt) {
    copies.copy_each_other(0, 3);
    copies.stored(0, 5, at(0s));
    copies.stored(3, 5, at(0s));
    copies.stored(1, 5, at(0s));  // of another shard: it had moved, say
    copies.gone(3, 5, at(2s));
    EXPECT_EQ(copies.taken_away(), 1U);
    EXPECT_TRUE(copies.held(5, at(1s), at(4s)));
    copies.gone(1, 5, at(2s));
    EXPECT_FALSE(copies.held(5, at(1s), at(4s)));
    copies.gone(0, 5, at(5s));  // it tells it late
    EXPECT_FALSE(copies.held(5, at(3s), at(4s)));
    copies.stored(0, 5, at(6s));
    EXPECT_TRUE(copies.held(5, at(6s), at(9s)));
}

TEST_F(CopiesTest, ANodeInReachThatIsEmptiedTakesAllAway) {
    copies.stored(0, 3, at(1s));
    copies.emptied(0, at(2000ms));
    EXPECT_TRUE(copies.taken_away_within(3, at(1950ms), at(2050ms)));
    EXPECT_FALSE(copies.taken_away_within(3, at(2050ms), at(2150ms)));
    copies.out_of_reach(0, at(3000ms));  // killed,
    copies.emptied(0, at(3000ms));
    copies.emptied(0, at(4000ms));  // and back
    copies.in_reach(0, at(4000ms));
    EXPECT_FALSE(copies.taken_away_within(3, at(2950ms), at(3050ms)));
    EXPECT_FALSE(copies.taken_away_within(3, at(3950ms), at(4050ms)));
}

}  // namespace
}  // namespace aside::lab::trials
