#include "redis/fill_lane.h"

#include <gtest/gtest.h>

#include "redis/tier_fixture.h"

namespace aside::redis {
namespace {

const RemoteKey kKey{ValueKind::object, "gb/ENG"};

std::string key_text() {
    return std::string(kKey.bytes);
}

RemoteState read_state(TierBed& bed, RemoteKey key) {
    struct Read {
        static runtime::Task<RemoteState> run(TierBed& bed, RemoteKey key) {
            const RemoteAnswer& answer =
                co_await read_remote(*bed.tier, bed.worker(), key, bed.world.now() + 1s);
            co_return answer.state;
        }
    };
    return bed.world.run(Read::run(bed, key));
}

TEST(FillLaneTest, ALeaseIsWonOnceAndFilledOnce) {
    TierBed bed;
    bed.start_up();
    const LeaseAnswer won = bed.take_lease(kKey);
    ASSERT_EQ(won.state, LeaseState::won);
    EXPECT_NE(won.token, 0U);
    EXPECT_EQ(won.remaining, bed.options.lease_ttl);
    EXPECT_FALSE(won.recently_invalidated);

    const LeaseAnswer held = bed.take_lease(kKey, 1);
    ASSERT_EQ(held.state, LeaseState::held);
    EXPECT_GT(held.remaining, 1900ms);
    EXPECT_LE(held.remaining, 2s);

    EXPECT_EQ(bed.fill(key_text(), "{}", won.token), FillState::stored);
    EXPECT_TRUE(bed.owner(kKey).holds(bed.data_name(kKey)));
    EXPECT_FALSE(bed.owner(kKey).holds(bed.lease_name(kKey)));
    EXPECT_EQ(bed.fill(key_text(), "{}", won.token), FillState::refused);
    EXPECT_EQ(bed.take_lease(kKey, 1).state, LeaseState::won);
}

TEST(FillLaneTest, OneConnectionANodeCarriesTheFillsOfAllWorkers) {
    TierBed bed(1);
    bed.start_up();
    for (int i = 0; i < 20; ++i) {
        const std::string key = "key-" + std::to_string(i);
        const auto worker = static_cast<unsigned>(i % 2);
        const LeaseAnswer lease = bed.take_lease({ValueKind::object, key}, worker);
        ASSERT_EQ(lease.state, LeaseState::won);
        EXPECT_EQ(bed.fill(key, "{}", lease.token, worker), FillState::stored);
    }
    std::size_t with_scripts = 0;
    for (const auto& session : bed.cluster[0].server.sessions) {
        with_scripts += std::ranges::any_of(
            session->commands, [](const auto& words) { return words[0].starts_with("EVAL"); });
    }
    EXPECT_EQ(with_scripts, 1U);
}

TEST(FillLaneTest, ALeaseIsRenewedAndGivenBack) {
    TierBed bed;
    bed.start_up();
    const LeaseAnswer lease = bed.take_lease(kKey);
    bed.world.run_for(1500ms);
    EXPECT_TRUE(bed.world.run(bed.tier->renew_lease(bed.worker(), kKey, lease.token)));
    bed.world.run_for(1500ms);
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::held);
    EXPECT_FALSE(bed.world.run(bed.tier->renew_lease(bed.worker(), kKey, lease.token + 1)));
    bed.tier->release_lease(bed.worker(), kKey, lease.token);
    bed.world.run_for(10ms);
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::won);
}

TEST(FillLaneTest, ALeaseThatLapsedCannotFill) {
    TierBed bed;
    bed.start_up();
    const LeaseAnswer lease = bed.take_lease(kKey);
    bed.world.run_for(2100ms);
    EXPECT_EQ(bed.fill(key_text(), "old", lease.token), FillState::refused);
    EXPECT_FALSE(bed.owner(kKey).holds(bed.data_name(kKey)));
}

TEST(FillLaneTest, AnInvalidationRevokesTheLeaseAndIsHeardByAll) {
    TierBed bed;
    bed.start_up();
    const LeaseAnswer lease = bed.take_lease(kKey);
    EXPECT_TRUE(bed.invalidate(kKey));
    EXPECT_EQ(bed.fill(key_text(), "old", lease.token), FillState::refused);
    bed.world.run_for(10ms);
    EXPECT_EQ(bed.events.invalidated, std::vector<std::string>{key_text()});
    const LeaseAnswer next = bed.take_lease(kKey);
    ASSERT_EQ(next.state, LeaseState::won);
    EXPECT_TRUE(next.recently_invalidated);
}

TEST(FillLaneTest, WithoutALeaseNothingIsReplaced) {
    TierBed bed;
    bed.start_up();
    EXPECT_EQ(bed.fill(key_text(), "first", 0), FillState::stored);
    EXPECT_EQ(bed.fill(key_text(), "second", 0), FillState::refused);
}

TEST(FillLaneTest, AnUnknownScriptIsSentWholeOnceAndByItsHashFromThere) {
    TierBed bed(1);
    bed.start_up();
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::won);
    EXPECT_EQ(bed.cluster[0].counts["EVAL"], 1U);
    EXPECT_EQ(bed.take_lease({ValueKind::object, "another"}).state, LeaseState::won);
    EXPECT_EQ(bed.cluster[0].counts["EVAL"], 1U);
    bed.cluster[0].scripts_known.clear();  // as a promoted node
    EXPECT_EQ(bed.take_lease({ValueKind::object, "third"}).state, LeaseState::won);
    EXPECT_EQ(bed.cluster[0].counts["EVAL"], 2U);
}

TEST(FillLaneTest, ALeaseThatIsLateIsUnavailableAndGivenBackWhenItComes) {
    TierBed bed(1);
    bed.start_up();
    ASSERT_EQ(bed.take_lease({ValueKind::object, "warm"}).state, LeaseState::won);
    bed.cluster[0].slow["EVALSHA"] = 120ms;
    const SteadyTime asked = bed.world.now();
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::unavailable);
    EXPECT_GE(bed.world.now() - asked, 50ms);
    EXPECT_LT(bed.world.now() - asked, 60ms);
    EXPECT_TRUE(bed.cluster[0].holds(bed.lease_name(kKey)));
    bed.cluster[0].slow.clear();
    bed.world.run_for(200ms);
    EXPECT_FALSE(bed.cluster[0].holds(bed.lease_name(kKey)));
}

TEST(FillLaneTest, OutOfMemoryPausesFillsAndLeasesButNotReadsOrInvalidations) {
    TierBed bed(1);
    bed.start_up();
    ASSERT_EQ(bed.fill(key_text(), "{}", 0), FillState::stored);
    bed.events.writable.clear();
    ScriptedNode& node = bed.cluster[0];
    node.once["SET"] = "OOM command not allowed when used memory > 'maxmemory'.";
    EXPECT_EQ(bed.fill("b", "{}", 0), FillState::paused);
    const unsigned sets = node.counts["SET"];
    EXPECT_EQ(bed.fill("c", "{}", 0), FillState::paused);
    EXPECT_EQ(bed.take_lease({ValueKind::object, "d"}, 1).state, LeaseState::unavailable);
    EXPECT_EQ(node.counts["SET"], sets);
    EXPECT_EQ(read_state(bed, kKey), RemoteState::hit);
    EXPECT_TRUE(bed.invalidate(kKey));
    EXPECT_TRUE(bed.events.writable.empty());
    bed.world.run_for(1100ms);
    EXPECT_FALSE(bed.events.writable.empty());
    EXPECT_EQ(bed.fill("e", "{}", 0), FillState::stored);
    EXPECT_NE(bed.registry.render().find("aside_l2_alarms_total{reason=\"out_of_memory\"} 1"),
              std::string::npos);
}

TEST(FillLaneTest, ANodeThatCannotWriteGetsNoFillsForAWhile) {
    for (const char* const said :
         {"MISCONF Errors writing to the RDB file", "NOREPLICAS Not enough good replicas to write.",
          "LOADING Redis is loading the dataset in memory"}) {
        TierBed bed(1);
        bed.start_up();
        bed.cluster[0].once["SET"] = said;
        EXPECT_EQ(bed.fill("a", "{}", 0), FillState::paused) << said;
        bed.world.run_for(900ms);
        EXPECT_EQ(bed.fill("b", "{}", 0), FillState::paused) << said;
        EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::unavailable) << said;
        bed.world.run_for(200ms);
        EXPECT_EQ(bed.fill("c", "{}", 0), FillState::stored) << said;
        EXPECT_EQ(bed.cluster[0].counts["SET"], 2U) << said;
    }
}

TEST(FillLaneTest, AServerThatPausesWritesLosesNeitherItsReadsNorItsTrust) {
    TierBed bed(1);
    bed.start_up();
    ASSERT_EQ(bed.fill(key_text(), "{}", 0), FillState::stored);
    ScriptedNode& node = bed.cluster[0];
    node.writes_paused = true;
    const SteadyTime asked = bed.world.now();
    EXPECT_EQ(bed.fill("b", "{}", 0), FillState::dropped);
    EXPECT_LT(bed.world.now() - asked, 260ms);
    EXPECT_EQ(bed.take_lease({ValueKind::object, "c"}).state, LeaseState::unavailable);
    for (int i = 0; i < 80; ++i) {  // eight seconds of it
        bed.world.run_for(100ms);
        ASSERT_EQ(read_state(bed, kKey), RemoteState::hit) << bed.tier->status_json();
        (void)bed.fill("f-" + std::to_string(i), "{}", 0);
        ASSERT_EQ(bed.gauge("aside_l2_unheard_slots"), 0);
    }
    EXPECT_EQ(read_state(bed, {ValueKind::object, "not there"}), RemoteState::miss);
    node.resume_writes();
    bed.world.run_for(500ms);
    EXPECT_EQ(bed.fill("z", "{}", 0), FillState::stored);
}

TEST(FillLaneTest, AStuckLinkTellsWhenItTakesFillsAgain) {
    TierBed bed(1);
    bed.start_up();
    ASSERT_EQ(bed.fill(key_text(), "{}", 0), FillState::stored);
    bed.cluster[0].writes_paused = true;
    EXPECT_EQ(bed.take_lease({ValueKind::object, "c"}).state, LeaseState::unavailable);
    EXPECT_EQ(bed.fill("d", "{}", 0), FillState::paused);  // at once, nothing is sent
    bed.events.writable.clear();
    bed.world.run_for(500ms);
    EXPECT_TRUE(bed.events.writable.empty());
    bed.cluster[0].resume_writes();
    bed.world.run_for(200ms);
    EXPECT_FALSE(bed.events.writable.empty());
}

TEST(FillLaneTest, WhatWasSentAndNotAnsweredIsNeverSentAgain) {
    TierBed bed(1);
    bed.start_up();
    ScriptedNode& node = bed.cluster[0];
    ASSERT_EQ(bed.fill(key_text(), "{}", 0), FillState::stored);
    node.slow["SET"] = 100ms;
    std::optional<FillState> state;
    struct Fill {
        static runtime::Task<> run(TierBed& bed, std::optional<FillState>& state) {
            RemoteFill fill{.value = TestValue::make("b", "{}"),
                            .lease = 0,
                            .only_if_absent = true,
                            .keep_for = 60s};
            const FillState told = co_await bed.tier->fill(bed.worker(), std::move(fill));
            state = told;
        }
    };
    bed.world.spawn(0, Fill::run(bed, state));
    bed.world.run_for(50ms);
    node.server.drop_sessions();
    node.slow.clear();
    bed.world.run_for(2s);
    EXPECT_EQ(state, FillState::dropped);
    EXPECT_EQ(node.counts["SET"], 2U);
}

TEST(FillLaneTest, ARedirectIsFollowedOnceAndPatchesTheMap) {
    TierBed bed(2);
    bed.start_up();
    // All slots move to node 1 and nobody has said so yet.
    bed.cluster.ranges = {{0, kSlots - 1, 1, {}}};
    bed.cluster.epoch = 6;
    bed.cluster[0].errors["CLUSTER SLOTS"] = "LOADING Redis is loading";
    bed.cluster[1].errors["CLUSTER SLOTS"] = "LOADING Redis is loading";
    std::string key = "a";
    while (bed.tier->slot_of({ValueKind::object, key}) >= kSlots / 2) key += 'a';
    bed.events.unheard.clear();
    EXPECT_EQ(bed.fill(key, "{}", 0), FillState::stored);
    bed.world.run_for(10ms);
    EXPECT_GE(TestEvents::covering(bed.events.unheard, bed.tier->slot_of({ValueKind::object, key})),
              1U);
    const unsigned at_old = bed.cluster[0].counts["SET"];
    EXPECT_EQ(bed.fill(key, "{}", 0), FillState::refused);
    EXPECT_EQ(bed.cluster[0].counts["SET"], at_old);
}

TEST(FillLaneTest, ARedirectInACircleIsDropped) {
    TierBed bed(2);
    bed.start_up();
    bed.cluster[0].errors["SET"] = "MOVED 1 node-1:7001";
    bed.cluster[1].errors["SET"] = "MOVED 1 node-0:7000";
    EXPECT_EQ(bed.fill(key_text(), "{}", 0), FillState::dropped);
    EXPECT_EQ(bed.cluster[0].counts["SET"] + bed.cluster[1].counts["SET"], 2U);
}

TEST(FillLaneTest, AskIsFollowedWithAskingAndLeavesTheMap) {
    TierBed bed(2);
    bed.start_up();
    const std::uint16_t slot = bed.tier->slot_of(kKey);
    const std::size_t owner = bed.cluster.owner(slot);
    bed.cluster[owner].errors["SET"] =
        "ASK " + std::to_string(slot) + " " + to_string(bed.cluster[1 - owner].at);
    bed.cluster[1 - owner].errors["SET"] = "TRYAGAIN";
    EXPECT_EQ(bed.fill(key_text(), "{}", 0), FillState::dropped);
    EXPECT_EQ(bed.cluster[1 - owner].counts["ASKING"], 1U);
    bed.cluster[owner].errors.clear();
    EXPECT_EQ(bed.fill(key_text(), "{}", 0), FillState::stored);
}

TEST(FillLaneTest, ADemotedNodeIsTriedOnceMoreByAFreshMap) {
    TierBed bed(2);
    bed.start_up();
    bed.world.run_for(2s);  // the first round is long past
    const std::size_t owner = bed.cluster.owner(bed.tier->slot_of(kKey));
    bed.cluster[owner].errors["SET"] = "READONLY You can't write against a read only replica.";
    bed.cluster.ranges = {{0, kSlots - 1, 1 - owner, {owner}}};
    bed.cluster.epoch = 6;
    EXPECT_EQ(bed.fill(key_text(), "{}", 0), FillState::stored);
    EXPECT_EQ(bed.cluster[owner].counts["SET"], 1U);
}

TEST(FillLaneTest, OverTheQueuesBoundsFillsAreDroppedAtOnce) {
    TierBed bed(1);
    bed.options.fill_queue_requests = 8;
    bed.start_up();
    bed.cluster[0].silent = true;
    std::vector<FillState> ended;
    struct Fill {
        static runtime::Task<> run(TierBed& bed, int i, std::vector<FillState>& ended) {
            RemoteFill fill{.value = TestValue::make("k" + std::to_string(i), "{}"),
                            .lease = 0,
                            .only_if_absent = true,
                            .keep_for = 60s};
            const FillState told = co_await bed.tier->fill(bed.worker(), std::move(fill));
            ended.push_back(told);
        }
    };
    for (int i = 0; i < 20; ++i) bed.world.spawn(0, Fill::run(bed, i, ended));
    bed.world.run_for(5ms);
    EXPECT_EQ(ended.size(), 12U);
    bed.world.run_for(300ms);
    EXPECT_EQ(ended.size(), 20U);
    for (const FillState state : ended) EXPECT_EQ(state, FillState::dropped);
}

TEST(FillLaneTest, AnInvalidationIsTriedUntilItsDeadlineAndConfirmed) {
    TierBed bed(1);
    bed.start_up();
    ScriptedNode& node = bed.cluster[0];
    ASSERT_EQ(bed.fill(key_text(), "{}", 0), FillState::stored);
    node.die();
    const SteadyTime asked = bed.world.now();
    const auto failed = bed.invalidate(kKey, 1s);
    ASSERT_FALSE(failed);
    EXPECT_LE(bed.world.now() - asked, 1s);
    EXPECT_GE(bed.world.now() - asked, 700ms);

    std::optional<bool> confirmed;
    struct Invalidate {
        static runtime::Task<> run(TierBed& bed, std::optional<bool>& confirmed) {
            const auto done =
                co_await bed.tier->invalidate(bed.worker(), kKey, bed.world.now() + 20s);
            confirmed = done.has_value();
        }
    };
    bed.world.spawn(0, Invalidate::run(bed, confirmed));
    bed.world.run_for(500ms);
    EXPECT_FALSE(confirmed);
    node.server.open();
    EXPECT_TRUE(bed.world.run_until([&] { return confirmed.has_value(); }, 20s));
    EXPECT_EQ(confirmed, true);
    EXPECT_FALSE(node.holds(bed.data_name(kKey)));
}

TEST(FillLaneTest, ARefusalThatWillNotPassFailsAnInvalidationAtOnce) {
    TierBed bed(1);
    bed.start_up();
    bed.cluster[0].errors["EVALSHA"] = "NOPERM this user has no permissions to run 'evalsha'";
    const SteadyTime asked = bed.world.now();
    const auto failed = bed.invalidate(kKey, 2s);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::denied);
    EXPECT_LT(bed.world.now() - asked, 100ms);
}

TEST(FillLaneTest, WithNoServersFillsEndAtOnceAndNothingHangs) {
    TierBed bed(0);
    bed.options.seeds = {{"nowhere", 7000}};
    bed.start();
    bed.world.run_for(100ms);
    EXPECT_EQ(bed.fill(key_text(), "{}", 0), FillState::dropped);
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::unavailable);
    EXPECT_FALSE(bed.invalidate(kKey, 300ms));
    bed.tier->stop();
    bed.world.run_for(1s);
    EXPECT_EQ(bed.fill(key_text(), "{}", 0), FillState::dropped);
}

// Its replies to reads are what is judged: the fill link says nothing about a node.
TEST(FillLaneTest, ASlowNodeGetsNoFillsButItsLeases) {
    TierBed bed;
    bed.start_up();
    ScriptedNode& node = bed.owner(kKey);
    const auto read_for = [&](Duration span) {
        const SteadyTime end = bed.world.now() + span;
        while (bed.world.now() < end) (void)read_state(bed, kKey);
    };
    read_for(1s);
    node.slow = {{"GET", 40ms}, {"PING", 40ms}};
    read_for(1s);
    const LeaseAnswer lease = bed.take_lease(kKey);
    EXPECT_EQ(lease.state, LeaseState::won);
    EXPECT_EQ(bed.fill(key_text(), "{}", lease.token), FillState::shed);
    EXPECT_EQ(node.counts["SET"], 0U);
    EXPECT_TRUE(bed.tier->status_json().contains("\"pace\":\"slow\"")) << bed.tier->status_json();
    EXPECT_EQ(bed.gauge("aside_l2_slow_nodes"), 1);
    bed.events.writable.clear();
    node.slow.clear();
    read_for(4s);
    EXPECT_GE(TestEvents::covering(bed.events.writable, bed.tier->slot_of(kKey)), 1U);
    EXPECT_EQ(bed.fill(key_text(), "{}", lease.token), FillState::refused);  // it has lapsed
    EXPECT_EQ(bed.fill(key_text(), "{}", 0), FillState::stored);
    EXPECT_EQ(bed.gauge("aside_l2_slow_nodes"), 0);
}

}  // namespace
}  // namespace aside::redis
