// Against a real server, which is stopped and goes on.
#include "lab/trials/node_pulses.h"

#include <gtest/gtest.h>

#include "lab/local_cluster.h"
#include "lab/shell_command.h"

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPatience = 20s;

class NodePulsesTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!run_program({"redis-server", "--version"}, kPatience))
            GTEST_SKIP() << "needs redis-server";
        auto formed = LocalCluster::form(*control, {.primaries = 1, .replicas = 0});
        ASSERT_TRUE(formed) << to_string(formed.error());
        cluster = std::move(*formed);
        pulses.look_after(0, cluster->server(0).admin());
    }
    void TearDown() override { pulses.end(); }

    template <class Condition>
    void eventually(Condition condition) {
        const auto came = control->await(kPatience, "a PING's answer", condition);
        ASSERT_TRUE(came) << to_string(came.error());
    }
    std::uint64_t answered() { return pulses.count().answered; }
    bool told(SteadyTime from, SteadyTime to) {
        bool is = false;
        control->on_worker([&] { is = copies.held_and_told(0, from, to); });
        return is;
    }

    std::unique_ptr<ControlThread> control = std::move(*ControlThread::start());
    std::unique_ptr<LocalCluster> cluster;
    Copies copies{1, 60s};
    NodePulses pulses{*control, copies};
};

TEST_F(NodePulsesTest, ANodeThatStandsStillIsSilentMeanwhile) {
    eventually([&] { return answered() > 0; });
    const SteadyTime begun = control->now();
    control->on_worker([&] { copies.stored(0, 0, begun); });
    cluster->server(0).freeze();
    const SteadyTime frozen = control->now();
    control->pause(5 * NodePulses::kLate);
    const SteadyTime until = control->now();
    cluster->server(0).thaw();
    const std::uint64_t before = answered();
    eventually([&] { return answered() > before + 1; });
    EXPECT_GE(pulses.count().late, 1U);
    EXPECT_FALSE(told(frozen, until));
    EXPECT_FALSE(told(until - 1ms, until));
}

TEST_F(NodePulsesTest, ANodeThatComesBackIsAskedAgain) {
    eventually([&] { return answered() > 0; });
    cluster->server(0).kill();
    const std::uint64_t before = answered();
    ASSERT_TRUE(cluster->server(0).start());
    eventually([&] { return answered() > before + 1; });
}

TEST_F(NodePulsesTest, EndsWhileANodeIsSilent) {
    eventually([&] { return answered() > 0; });
    cluster->server(0).freeze();
    pulses.end();
    cluster->server(0).thaw();
    EXPECT_GE(answered(), 1U);
}

}  // namespace
}  // namespace aside::lab::trials
