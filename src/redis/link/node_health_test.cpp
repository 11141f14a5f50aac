#include "redis/link/node_health.h"

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Action = NodeHealth::Action;

SteadyTime at(int ms) {
    return SteadyTime(milliseconds(ms));
}

struct NodeHealthTest : testing::Test {
    NodeHealth node;
    Random random{7};

    NodeHealthTest() { node.connected(at(1000)); }
    int admitted(SteadyTime now, int of = 10000) {
        int count = 0;
        for (int i = 0; i < of; ++i) count += node.admits(random, now) ? 1 : 0;
        return count;
    }
    // Silent from 1000 on with work pending, until it is closed.
    void open_it() {
        EXPECT_EQ(node.tick(at(1000), at(2000)), Action::close);
        EXPECT_EQ(node.health(), Health::open);
    }
};

TEST_F(NodeHealthTest, FollowsSilenceWithWorkPending) {
    const struct {
        int now;
        Action action;
        Health health;
    } steps[] = {{1050, Action::none, Health::good},    {1100, Action::ping, Health::good},
                 {1150, Action::none, Health::good},    {1299, Action::none, Health::good},
                 {1300, Action::none, Health::suspect}, {1500, Action::none, Health::suspect},
                 {1600, Action::ping, Health::suspect}, {1999, Action::none, Health::suspect},
                 {2000, Action::close, Health::open},   {2010, Action::none, Health::open},
                 {9000, Action::none, Health::open}};
    for (const auto& step : steps) {
        EXPECT_EQ(node.tick(at(1000), at(step.now)), step.action) << step.now;
        EXPECT_EQ(node.health(), step.health) << step.now;
    }
}

TEST_F(NodeHealthTest, SilenceWithNothingPendingIsNoSilence) {
    EXPECT_EQ(node.tick(kNever, at(1499)), Action::none);
    EXPECT_EQ(node.tick(kNever, at(1500)), Action::ping);
    EXPECT_EQ(node.tick(kNever, at(1900)), Action::none);
    EXPECT_EQ(node.tick(kNever, at(60000)), Action::ping);
    EXPECT_EQ(node.health(), Health::good);
    // Only since there is something to answer.
    EXPECT_EQ(node.tick(at(59950), at(60010)), Action::none);
    EXPECT_EQ(node.health(), Health::good);
}

TEST_F(NodeHealthTest, AnythingHeardIsLife) {
    node.tick(at(1000), at(1400));
    EXPECT_EQ(node.health(), Health::suspect);
    EXPECT_EQ(admitted(at(1400)), 0);
    node.heard(at(1410));
    EXPECT_EQ(node.health(), Health::good);
    EXPECT_EQ(admitted(at(1410)), 10000);
    // A reply that is long in coming while others come is no silence.
    EXPECT_EQ(node.tick(at(1000), at(1500)), Action::none);
    EXPECT_EQ(node.health(), Health::good);
}

TEST_F(NodeHealthTest, ComesBackInSteps) {
    open_it();
    EXPECT_EQ(admitted(at(2100)), 0);
    node.connected(at(3000));
    EXPECT_EQ(node.health(), Health::half_open);
    EXPECT_EQ(admitted(at(3000)), 0);
    EXPECT_EQ(node.tick(kNever, at(3010)), Action::ping);
    EXPECT_EQ(node.tick(at(3010), at(3020)), Action::none);
    EXPECT_EQ(admitted(at(3020)), 0);
    node.heard(at(3030));
    EXPECT_NEAR(admitted(at(3040)), 100, 50);
    node.tick(kNever, at(3530));
    EXPECT_NEAR(admitted(at(3540)), 1000, 200);
    node.tick(kNever, at(4020));
    EXPECT_EQ(node.health(), Health::half_open);
    node.tick(kNever, at(4030));
    EXPECT_EQ(node.health(), Health::good);
    EXPECT_EQ(admitted(at(4030)), 10000);
}

TEST_F(NodeHealthTest, ATrialThatFallsSilentOpensAgain) {
    open_it();
    node.connected(at(3000));
    node.tick(kNever, at(3010));
    EXPECT_EQ(node.tick(at(3010), at(3309)), Action::none);
    EXPECT_EQ(node.tick(at(3010), at(3310)), Action::close);
    EXPECT_EQ(node.health(), Health::open);
}

TEST_F(NodeHealthTest, ALostConnectionIsNoReasonToDoubtTheNextOne) {
    node.tick(at(1000), at(1400));
    node.connected(at(1500));
    EXPECT_EQ(node.health(), Health::good);
}

TEST_F(NodeHealthTest, NotNowIsForAWhile) {
    node.not_now(at(2000));
    node.not_now(at(1500));
    EXPECT_EQ(node.health(), Health::good);
    EXPECT_EQ(admitted(at(1999)), 0);
    EXPECT_EQ(admitted(at(2000)), 10000);
}

TEST(LatencyWindow, IsUnmeasuredAtFirst) {
    LatencyWindow window;
    for (int i = 0; i < 31; ++i) window.add(microseconds(100));
    EXPECT_EQ(window.p99(), LatencyWindow::kUnmeasured);
    window.add(microseconds(100));
    EXPECT_LT(window.p99(), microseconds(113));
    EXPECT_GE(window.p95(), microseconds(100));
}

TEST(LatencyWindow, KnowsQuantilesWithinAnEighth) {
    LatencyWindow window;
    for (int i = 0; i < 1024; ++i) window.add(microseconds((i * 617) % 1000 + 1));
    EXPECT_GE(window.p95(), microseconds(940));
    EXPECT_LE(window.p95(), microseconds(1080));
    EXPECT_GE(window.p99(), microseconds(980));
    EXPECT_LE(window.p99(), microseconds(1130));
}

TEST(LatencyWindow, ForgetsWhatIsLongAgo) {
    LatencyWindow window;
    for (int i = 0; i < 1000; ++i) window.add(milliseconds(500));
    for (int i = 0; i < 1056; ++i) window.add(milliseconds(1));
    EXPECT_LT(window.p99(), milliseconds(2));
}

TEST(LatencyWindow, TakesAnyLatency) {
    LatencyWindow window;
    for (int i = 0; i < 32; ++i) window.add(i % 2 == 0 ? Duration(-1) : std::chrono::hours(10));
    EXPECT_GT(window.p99(), std::chrono::seconds(30));
}

}  // namespace
}  // namespace aside::redis
