// A node that is slow, and not dead.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "redis/worker_client.h"
#include "redis/worker_client_fixture.h"

namespace aside::redis {
namespace {

struct PaceBed : ReadBed {
    PaceBed() : ReadBed() {
        hold({&p, &r}, "here");
        says("here");
        on_client([this] { client->map_changed(); });
        run(3s);
    }
    // Reads begun every 5 ms, whatever becomes of those before. Gives what each took, sorted.
    std::vector<Duration> run(Duration span, const std::string& key = "here") {
        std::vector<Timed> begun;
        const SteadyTime end = world.now() + span;
        while (world.now() < end) {
            begun.push_back({&start(key), world.now(), {}});
            TestRead& read = *begun.back().read;
            const std::size_t i = begun.size() - 1;
            read.then = [this, &begun, i] { begun[i].took = world.now() - begun[i].from; };
            world.run_for(5ms);
        }
        std::vector<Duration> took;
        for (const Timed& one : begun) {
            finish(*one.read).then = {};
            took.push_back(one.took);
        }
        std::ranges::sort(took);
        return took;
    }
    static Duration p99(const std::vector<Duration>& sorted) {
        return sorted[sorted.size() * 99 / 100];
    }
    Pace pace() { return state.slow.pace(id(p)); }
    std::uint64_t hits() const {
        return static_cast<std::uint64_t>(std::ranges::count_if(
            reads, [](const TestRead& read) { return read.says() == "hit"; }));
    }

    struct Timed {
        TestRead* read;
        SteadyTime from;
        Duration took;
    };
};

TEST(WorkerClientPace, ASlowPrimarysReadsGoToItsReplica) {
    PaceBed bed;
    ASSERT_EQ(bed.pace(), Pace::quick);
    bed.p.delay = 200ms;
    const std::vector<Duration> first = bed.run(500ms);
    EXPECT_LT(first.back(), 40ms);  // the second copy is asked after 25 ms
    EXPECT_EQ(bed.pace(), Pace::slow);
    EXPECT_EQ(bed.state.metrics.nodes_slowed.value(), 1U);
    const int asked = bed.p.gets;
    const std::vector<Duration> then = bed.run(5s);
    EXPECT_LT(PaceBed::p99(then), 5ms);
    EXPECT_EQ(bed.p.gets, asked);
    EXPECT_EQ(bed.pace(), Pace::slow);
    EXPECT_EQ(bed.hits(), bed.reads.size());
    EXPECT_EQ(bed.p.sessions(), 1U);
    EXPECT_EQ(bed.client->node_facts(bed.id(bed.p)).health, Health::good);
    EXPECT_TRUE(bed.state.trust.trusted(bed.id(bed.p)));
}

TEST(WorkerClientPace, ANodeThatIsQuickAgainGetsOneTenAndAHundredPercent) {
    PaceBed bed;
    bed.p.delay = 200ms;
    bed.run(1s);
    ASSERT_EQ(bed.pace(), Pace::slow);
    bed.p.delay = {};
    EXPECT_TRUE(bed.world.run_until([&] { return bed.pace() == Pace::trial; }, 2s));
    int asked = bed.p.gets;
    bed.run(450ms);
    EXPECT_LE(bed.p.gets - asked, 8);  // of 90
    bed.run(100ms);
    asked = bed.p.gets;
    bed.run(400ms);
    EXPECT_GE(bed.p.gets - asked, 1);  // of 80
    EXPECT_LE(bed.p.gets - asked, 25);
    bed.run(200ms);
    EXPECT_EQ(bed.pace(), Pace::quick);
    asked = bed.p.gets;
    bed.run(500ms);
    EXPECT_EQ(bed.p.gets - asked, 100);
    EXPECT_FALSE(bed.state.slow.strained(bed.id(bed.p)));
}

TEST(WorkerClientPace, WithoutReadsItComesBackToo) {
    PaceBed bed;
    bed.p.delay = 200ms;
    bed.run(1s);
    ASSERT_EQ(bed.pace(), Pace::slow);
    bed.p.delay = {};
    EXPECT_TRUE(bed.world.run_until([&] { return bed.pace() == Pace::quick; }, 5s));
}

TEST(WorkerClientPace, TheReplicasNilIsNotBelieved) {
    PaceBed bed;
    bed.hold({&bed.p}, "new");
    bed.p.delay = 30ms;
    bed.run(1s);
    ASSERT_EQ(bed.pace(), Pace::slow);
    EXPECT_EQ(bed.says("new"), "hit");  // within the budget
    EXPECT_EQ(bed.says("gone"), "miss");
    bed.p.delay = 200ms;
    EXPECT_EQ(bed.says("new"), "unknown timed_out");
    EXPECT_EQ(bed.says("gone"), "unknown timed_out");
}

TEST(WorkerClientPace, WhereThereIsNoCopyTheSlowNodeServes) {
    PaceBed bed;
    bed.p.delay = 200ms;
    bed.run(1s);
    ASSERT_EQ(bed.pace(), Pace::slow);
    bed.install_and_tell(&bed.p, {});
    EXPECT_EQ(bed.says("here"), "hit");
}

TEST(WorkerClientPace, ABacklogOfManySecondsKeepsItsConnection) {
    PaceBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.p.delay = 280ms;
    bed.run(3s);
    EXPECT_EQ(bed.p.sessions(), 1U);
}

// Replies of both copies wait in our sockets while we stand still.
TEST(WorkerClientPace, OurOwnStallsAreNobodysSlowness) {
    PaceBed bed;
    for (int i = 0; i < 100; ++i) {
        std::vector<TestRead*> under_way;
        for (int k = 0; k < 10; ++k) under_way.push_back(&bed.start("here"));
        bed.world.stall(80ms);
        bed.world.run_for(5ms);
        for (TestRead* read : under_way) EXPECT_EQ(bed.finish(*read).says(), "hit");
        ASSERT_FALSE(bed.state.slow.strained(bed.id(bed.p))) << i;
        bed.run(50ms);
        ASSERT_FALSE(bed.state.slow.strained(bed.id(bed.p))) << i;
    }
    EXPECT_EQ(bed.pace(), Pace::quick);
    EXPECT_EQ(bed.state.metrics.nodes_slowed.value(), 0U);
}

// 45 ms of a budget of 50 are over when the answer can be heard again.
TEST(WorkerClientPace, AStallIsNotOfTheBudget) {
    PaceBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.p.delay = 45ms;
    TestRead& read = bed.start("here");
    bed.world.run_for(2ms);
    bed.world.stall(60ms);
    EXPECT_EQ(bed.finish(read).says(), "hit");
    bed.p.silent = true;
    const SteadyTime from = bed.world.now();
    TestRead& silent = bed.start("here");
    bed.world.run_for(2ms);
    bed.world.stall(60ms);
    EXPECT_EQ(bed.finish(silent).says(), "unknown timed_out");
    EXPECT_GE(bed.world.now() - from, 100ms);
    EXPECT_LE(bed.world.now() - from, 125ms);
}

}  // namespace
}  // namespace aside::redis
