#include "redis/topology/refresh_schedule.h"

#include <set>

#include <gtest/gtest.h>

#include "redis/topology/cluster_reply_fixture.h"
#include "redis/topology/node_numbers.h"

namespace aside::redis {
namespace {

using namespace std::chrono_literals;

struct Scene {
    // Rounds take `length` and end as told; runs until `until`, with triggers every `trigger_every`
    // (0: none).
    std::vector<Duration> run(Duration until, Duration trigger_every = 0s) {
        std::vector<Duration> rounds;
        Duration next_trigger = trigger_every;
        while (at < until) {
            if (schedule.next() <= SteadyTime(at)) {
                last = schedule.begin(*map, SteadyTime(at));
                rounds.push_back(at);
                EXPECT_EQ(schedule.next(), kNever);
                ends = at + length;
            }
            if (ends && *ends <= at) {
                ends.reset();
                schedule.end(answers, changed, SteadyTime(at));
            }
            if (trigger_every > 0s && at >= next_trigger) {
                schedule.trigger(RefreshReason::moved, SteadyTime(at));
                next_trigger = at + trigger_every;
            }
            at += 1ms;
        }
        return rounds;
    }

    Random random{3};
    NodeNumbers numbers;
    std::shared_ptr<const SlotMap> map = SlotMap::from_view(three_shards(), numbers, 1);
    Duration at = 0s;
    RefreshSchedule schedule{{}, random, SteadyTime(0s)};
    Duration length = 5ms;
    std::uint32_t answers = 3;
    bool changed = false;
    std::optional<Duration> ends;
    RefreshSchedule::Round last;
};

TEST(RefreshSchedule, BeginsAtOnce) {
    Scene scene;
    EXPECT_EQ(scene.schedule.next(), SteadyTime(0s));
    EXPECT_EQ(scene.schedule.reason(), RefreshReason::start);
    EXPECT_EQ(name_of(scene.schedule.reason()), "start");
}

TEST(RefreshSchedule, IdleAsksAtMostThreeTimesAMinute) {
    Scene scene;
    const auto rounds = scene.run(30min);
    for (std::size_t i = 1; i < rounds.size(); ++i) {
        const Duration between = rounds[i] - rounds[i - 1];
        ASSERT_GE(between, 24s);
        ASSERT_LE(between, 36s + 10ms);
    }
    for (std::size_t i = 3; i < rounds.size(); ++i) ASSERT_GT(rounds[i] - rounds[i - 3], 1min);
    EXPECT_EQ(scene.schedule.reason(), RefreshReason::periodic);
    EXPECT_GE(rounds.size(), 50U);
}

TEST(RefreshSchedule, AThousandTriggersAreOneRound) {
    Scene scene;
    scene.run(10s);
    for (int i = 0; i < 1000; ++i) {
        scene.schedule.trigger(RefreshReason::moved, SteadyTime(10s + i * 10us));
    }
    EXPECT_LE(scene.schedule.next(), SteadyTime(10s + 100ms));
    EXPECT_EQ(scene.schedule.reason(), RefreshReason::moved);
    const auto rounds = scene.run(20s);
    EXPECT_EQ(rounds.size(), 1U);
}

TEST(RefreshSchedule, ATriggerDuringARoundIsAnotherRoundASecondLater) {
    Scene scene;
    scene.run(10s);
    scene.schedule.trigger(RefreshReason::moved, SteadyTime(10s));
    scene.length = 400ms;
    const auto first = scene.run(10s + 200ms);
    ASSERT_EQ(first.size(), 1U);
    scene.schedule.trigger(RefreshReason::read_only, SteadyTime(scene.at));
    scene.schedule.trigger(RefreshReason::moved, SteadyTime(scene.at));
    const auto second = scene.run(20s);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_GE(second[0] - first[0], 1s);
    EXPECT_LE(second[0] - first[0], 1500ms);
}

TEST(RefreshSchedule, RoundsGrowApartWhileNothingChanges) {
    Scene scene;
    const auto rounds = scene.run(60s, 7ms);
    for (std::size_t i = 1; i < rounds.size(); ++i) {
        const Duration between = rounds[i] - rounds[i - 1];
        EXPECT_GE(between, 1s) << i;
        EXPECT_LE(between, 5s + 150ms) << i;
        // News is found within a quarter of the time it took to come (and a little).
        EXPECT_LE(between, rounds[i - 1] / 4 + 1300ms) << i;
    }
    EXPECT_GE(rounds.back() - rounds[rounds.size() - 2], 5s);

    scene.changed = true;
    scene.run(70s, 7ms);
    const auto after = scene.run(80s, 7ms);
    ASSERT_GE(after.size(), 9U);
    for (std::size_t i = 1; i < after.size(); ++i) {
        EXPECT_GE(after[i] - after[i - 1], 1s);
        EXPECT_LE(after[i] - after[i - 1], 1s + 150ms);
    }
}

TEST(RefreshSchedule, OldTroubleDoesNotSlowNewOne) {
    Scene scene;
    scene.run(60s, 7ms);
    scene.run(100s);
    const auto rounds = scene.run(103s, 7ms);
    ASSERT_GE(rounds.size(), 2U);
    EXPECT_LE(rounds[0], 100s + 1200ms);
    EXPECT_LE(rounds[1] - rounds[0], 1400ms);
}

TEST(RefreshSchedule, FirstDelaysAreSpread) {
    std::set<Duration> delays;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Random random(seed);
        RefreshSchedule schedule({}, random, SteadyTime(0s));
        const SlotMap map;
        schedule.begin(map, SteadyTime(0s));
        schedule.end(1, true, SteadyTime(1ms));
        schedule.trigger(RefreshReason::moved, SteadyTime(10s));
        const Duration delay = schedule.next() - SteadyTime(10s);
        EXPECT_GE(delay, 0s);
        EXPECT_LE(delay, 100ms);
        delays.insert(delay / 10ms * 10ms);
    }
    EXPECT_GE(delays.size(), 8U);
}

TEST(RefreshSchedule, SeedsAndNodesTakeTurnsWhileNobodyAnswers) {
    Scene scene;
    scene.answers = 0;
    std::vector<bool> seeds;
    Duration before = -1s;
    for (int i = 0; i < 6; ++i) {
        const auto rounds = scene.run(scene.at + 1s);
        ASSERT_EQ(rounds.size(), 1U);
        EXPECT_GE(rounds[0] - before, 1s);
        before = rounds[0];
        seeds.push_back(scene.last.seeds);
        EXPECT_EQ(scene.last.nodes.empty(), scene.last.seeds);
    }
    EXPECT_EQ(seeds, (std::vector<bool>{false, true, false, true, false, true}));
    scene.answers = 1;
    scene.run(scene.at + 1s);
    EXPECT_GT(scene.schedule.next() - SteadyTime(scene.at), 20s);
}

TEST(RefreshSchedule, WithoutAMapOnlySeedsAreAsked) {
    Scene scene;
    scene.map = std::make_shared<SlotMap>();
    scene.answers = 0;
    for (int i = 0; i < 5; ++i) {
        scene.run(scene.at + 1s);
        EXPECT_TRUE(scene.last.seeds);
    }
}

TEST(RefreshSchedule, ThreeNodesAreAskedInAsManyZonesAsThereAre) {
    ClusterView view = view_of({});
    for (int i = 0; i < 9; ++i) {
        view.ranges.push_back(range_of(i, i, i));
        view.ranges.back().primary.zone = i < 7 ? "a" : i == 7 ? "b" : "c";
    }
    Scene scene;
    scene.map = SlotMap::from_view(view, scene.numbers, 1);
    std::set<NodeId> asked;
    for (int i = 0; i < 50; ++i) {
        const auto round = scene.schedule.begin(*scene.map, SteadyTime(scene.at));
        scene.schedule.end(3, false, SteadyTime(scene.at));
        ASSERT_EQ(round.nodes.size(), 3U);
        std::set<std::string> zones;
        for (const NodeId id : round.nodes) zones.insert(scene.map->node(id)->address.zone);
        EXPECT_EQ(zones.size(), 3U);
        asked.insert(round.nodes.begin(), round.nodes.end());
    }
    EXPECT_EQ(asked.size(), 9U) << "everyone in turn";
}

TEST(RefreshSchedule, AllNodesAreAskedWhenThereAreFew) {
    Scene scene;
    scene.map = SlotMap::from_view(view_of({range_of(0, 16383, 1, {2})}), scene.numbers, 1);
    EXPECT_EQ(scene.schedule.begin(*scene.map, SteadyTime(0s)).nodes.size(), 2U);
}

TEST(RefreshSchedule, NodesWithoutZonesAreAskedThreeAtATime) {
    Scene scene;
    const auto round = scene.schedule.begin(*scene.map, SteadyTime(0s));
    EXPECT_EQ(std::set<NodeId>(round.nodes.begin(), round.nodes.end()).size(), 3U);
}

}  // namespace
}  // namespace aside::redis
