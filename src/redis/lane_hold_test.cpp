#include "redis/lane_hold.h"

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

using namespace std::chrono_literals;

SteadyTime at(Duration since) {
    return SteadyTime(1h + since);
}

TEST(LaneHoldTest, PausesDoubleUntilAWriteSucceeds) {
    LaneHold hold(1s, 30s);
    hold.link_up();
    SteadyTime now = at(0s);
    EXPECT_TRUE(hold.take_writable(now));
    for (const Duration length : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        hold.pause(now);
        EXPECT_TRUE(hold.held(now + length - 1ms));
        EXPECT_FALSE(hold.take_writable(now + length - 1ms));
        hold.pause(now + length / 2);  // of what was under way
        now += length;
        EXPECT_FALSE(hold.held(now));
        EXPECT_TRUE(hold.take_writable(now));
        EXPECT_FALSE(hold.take_writable(now));
    }
    hold.wrote();
    hold.pause(now);
    EXPECT_FALSE(hold.held(now + 1s));
}

TEST(LaneHoldTest, LoadingHoldsForASecondEachTime) {
    LaneHold hold(1s, 30s);
    for (int i = 0; i < 5; ++i) {
        const SteadyTime now = at(i * 10s);
        hold.loading(now);
        EXPECT_TRUE(hold.held(now + 999ms));
        EXPECT_FALSE(hold.held(now + 1s));
    }
}

TEST(LaneHoldTest, IsStuckFromTheFirstOverdueWriteUntilSomethingIsHeard) {
    LaneHold hold(1s, 30s);
    hold.link_up();
    EXPECT_TRUE(hold.take_writable(at(0s)));
    hold.overdue(at(1s), at(999ms), at(1050ms));
    EXPECT_TRUE(hold.held(at(1h)));
    EXPECT_EQ(hold.until(), kNever);
    hold.heard(at(999ms));
    EXPECT_TRUE(hold.held(at(2s)));
    hold.heard(at(2s));
    EXPECT_FALSE(hold.held(at(2s)));
    EXPECT_TRUE(hold.take_writable(at(2s)));
}

TEST(LaneHoldTest, ASlowAnswerIsNoStuckLinkWhileOthersCome) {
    LaneHold hold(1s, 30s);
    hold.overdue(at(1s), at(1010ms), at(1050ms));
    EXPECT_FALSE(hold.held(at(1050ms)));
}

TEST(LaneHoldTest, ANewConnectionIsNotStuckAndIsTriedWithAFew) {
    LaneHold hold(1s, 30s);
    hold.link_up();
    hold.wrote();
    const std::uint32_t full = hold.window();
    hold.overdue(at(1s), at(0s), at(2s));
    hold.link_down();
    hold.link_up();
    EXPECT_FALSE(hold.held(at(2s)));
    EXPECT_LT(hold.window(), full);
    EXPECT_TRUE(hold.take_writable(at(2s)));
    hold.wrote();
    EXPECT_EQ(hold.window(), full);
}

TEST(LaneHoldTest, SaysThatItTakesFillsOnceAfterEachTrouble) {
    LaneHold hold(1s, 30s);
    hold.link_up();
    EXPECT_TRUE(hold.take_writable(at(0s)));
    hold.wrote();
    EXPECT_FALSE(hold.take_writable(at(0s)));
    hold.failed();
    EXPECT_FALSE(hold.take_writable(at(1s)));
    hold.wrote();
    EXPECT_TRUE(hold.take_writable(at(2s)));
    hold.wrote();
    EXPECT_FALSE(hold.take_writable(at(3s)));
}

}  // namespace
}  // namespace aside::redis
