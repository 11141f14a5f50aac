#include "redis/worker_client.h"

#include <gtest/gtest.h>

#include "redis/worker_client_fixture.h"

namespace aside::redis {
namespace {

TEST(WorkerClient, AHitAndAMissOfThePrimary) {
    ReadBed bed;
    bed.hold({&bed.p}, "here", R"({"a":1})");
    const TestRead& hit = bed.read("here");
    EXPECT_EQ(hit.says(), "hit");
    EXPECT_EQ(hit.body, R"({"a":1})");
    EXPECT_EQ(hit.node, "node-p:7000");
    EXPECT_EQ(hit.answer.slot, bed.state.names.slot(hit.key));
    EXPECT_FALSE(hit.answer.from_replica);
    EXPECT_FALSE(hit.answer.slot_moving);
    const TestRead& miss = bed.read("gone");
    EXPECT_EQ(miss.says(), "miss");
    EXPECT_FALSE(miss.answer.shard_cold);
    EXPECT_EQ(bed.p.sessions(), 1U);
    EXPECT_EQ(bed.r.sessions(), 0U);  // nobody asked for it
    const ReadNodeFacts facts = bed.client->node_facts(bed.id(bed.p));
    EXPECT_TRUE(facts.known);
    EXPECT_EQ(facts.link, LinkState::up);
}

TEST(WorkerClient, ReadsOfOneTurnLeaveInOneWrite) {
    ReadBed bed;
    bed.says("warm");
    const std::size_t before = bed.p.server.last().reads;
    std::deque<TestRead> reads;
    bed.on_client([&] {
        for (int i = 0; i < 100; ++i) {
            reads.emplace_back(RemoteKey{ValueKind::object, "k"}, kNever);
            bed.client->start_read(reads.back());
        }
    });
    EXPECT_TRUE(bed.world.run_until([&] { return reads.back().ends == 1; }, 1s));
    EXPECT_EQ(bed.p.server.last().reads, before + 1);
    for (const TestRead& read : reads) EXPECT_EQ(read.says(), "miss");
}

TEST(WorkerClient, AReadMayBeginAnother) {
    ReadBed bed;
    TestRead second({ValueKind::object, "b"}, kNever);
    TestRead& first = bed.start("a");
    first.then = [&] {
        bed.client->start_read(second);
        EXPECT_EQ(second.ends, 0);
    };
    bed.finish(first);
    bed.finish(second);
    EXPECT_EQ(second.says(), "miss");
}

TEST(WorkerClient, TheFirstReadsWaitForTheMapAndTheFirstDial) {
    ReadBed bed({}, false);
    std::vector<TestRead*> reads;
    for (int i = 0; i < 10; ++i) reads.push_back(&bed.start("k" + std::to_string(i)));
    bed.world.run_for(10ms);
    bed.install_and_tell(&bed.p, {});
    for (TestRead* read : reads) EXPECT_EQ(bed.finish(*read).says(), "miss");
    EXPECT_EQ(bed.p.sessions(), 1U);
}

TEST(WorkerClient, NoMoreThanABoundWaitForTheFirstDial) {
    ReadBed bed({}, false);
    std::vector<TestRead*> reads;
    for (std::uint32_t i = 0; i <= ReadNode::kWaitingMax; ++i) reads.push_back(&bed.start("k"));
    bed.install_and_tell(&bed.p, {});
    for (TestRead* read : reads) bed.finish(*read);
    EXPECT_EQ(reads.back()->says(), "unknown queue_full");
    reads.pop_back();
    for (const TestRead* read : reads) EXPECT_EQ(read->says(), "miss");
}

TEST(WorkerClient, WithoutAMapReadsAreUnknownAndSoonAtOnce) {
    ReadBed bed({}, false);
    const SteadyTime start = bed.world.now();
    EXPECT_EQ(bed.says("k"), "unknown no_route");
    EXPECT_GE(bed.world.now() - start, 49ms);
    EXPECT_LT(bed.world.now() - start, 55ms);
    bed.world.run_for(2s);
    const SteadyTime later = bed.world.now();
    EXPECT_EQ(bed.says("k"), "unknown no_route");
    EXPECT_LT(bed.world.now() - later, 1ms);
}

TEST(WorkerClient, NobodyListens) {
    ReadBed bed;
    bed.kill(bed.p);
    bed.kill(bed.r);
    EXPECT_EQ(bed.says("k"), "unknown not_connected");
    EXPECT_TRUE(bed.control.asked(RefreshReason::connection_lost));
    EXPECT_FALSE(bed.state.trust.trusted(bed.id(bed.p)));
}

TEST(WorkerClient, AFailedPrimarysValuesComeFromItsReplica) {
    ReadBed bed;
    bed.hold({&bed.p, &bed.r}, "here");
    bed.says("here");
    bed.kill(bed.p);
    bed.world.run_for(1ms);
    const TestRead& hit = bed.read("here");
    EXPECT_EQ(hit.says(), "hit");
    EXPECT_TRUE(hit.answer.from_replica);
    EXPECT_EQ(hit.node, "node-r:7000");
    EXPECT_EQ(bed.says("gone"), "unknown not_connected");
    const auto& commands = bed.r.server.last().commands;
    EXPECT_EQ(commands[1].front(), "READONLY");
}

TEST(WorkerClient, AllUnderWayEndOnceWhenTheConnectionIsLost) {
    ReadBed bed;
    bed.hold({&bed.p, &bed.r}, "here");
    bed.says("here");
    bed.p.silent = true;
    std::vector<TestRead*> reads;
    for (int i = 0; i < 500; ++i) reads.push_back(&bed.start("here"));
    bed.world.run_for(1ms);
    const SteadyTime cut = bed.world.now();
    bed.kill(bed.p);
    for (TestRead* read : reads) EXPECT_EQ(bed.finish(*read).says(), "hit");
    EXPECT_LT(bed.world.now() - cut, 50ms);
}

TEST(WorkerClient, WhenServersAreBackNobodyWaitsOutItsBackoff) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.says("k");
    bed.kill(bed.p);
    bed.world.run_for(60s);
    EXPECT_EQ(bed.says("k"), "unknown not_connected");
    bed.p.server.open();
    bed.closed_servers.clear();
    bed.on_client([&] { bed.client->dial_anew(); });
    bed.world.run_for(300ms);
    bed.state.trust.trust(bed.id(bed.p));
    EXPECT_EQ(bed.says("k"), "miss");
}

// Found by `aside drill cold-cache-replaced`: a process that reached a restarted node 200 ms after
// another loaded what that one had stored.
TEST(WorkerClient, ReadsFindANodeThatIsBackWithinATwentiethOfASecond) {
    ReadBed bed;
    bed.hold({&bed.p}, "here");
    bed.install_and_tell(&bed.p, {});
    bed.says("here");
    bed.kill(bed.p);
    for (int i = 0; i < 1000; ++i) {
        bed.says("here");
        bed.world.run_for(10ms);
    }
    bed.p.server.open();
    bed.closed_servers.clear();
    const SteadyTime back = bed.world.now();
    while (bed.says("here") != "hit" && bed.world.now() - back < 1s) bed.world.run_for(1ms);
    EXPECT_LE(bed.world.now() - back, 60ms);
    EXPECT_LE(bed.state.dials.dials(), 250U);
}

TEST(WorkerClient, LostWithoutACopy) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.says("k");
    bed.p.silent = true;
    TestRead& read = bed.start("k");
    bed.world.run_for(1ms);
    bed.p.server.drop_sessions();
    EXPECT_EQ(bed.finish(read).says(), "unknown connection_lost");
}

// Found by `aside drill reconnects`: every client's connection killed, the node well.
TEST(WorkerClient, AReadWaitsForTheConnectionThatReplacesAGoodOne) {
    ReadBed bed;
    bed.hold({&bed.p}, "here");
    bed.says("here");
    bed.world.run_for(1s);
    bed.p.silent = true;
    TestRead& under_way = bed.start("here");
    bed.world.run_for(1ms);
    bed.p.silent = false;
    bed.p.server.drop_sessions();
    const SteadyTime dropped = bed.world.now();
    EXPECT_EQ(bed.finish(under_way).says(), "hit");
    bed.p.server.drop_sessions();  // of a connection that is young: backs off
    bed.world.run_for(1ms);
    EXPECT_EQ(bed.says("here"), "unknown not_connected");
    EXPECT_LT(bed.world.now() - dropped, 50ms);
}

TEST(WorkerClient, ANodeThatWasLostIsNotTrustedUntilTheMapSaysSo) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.says("k");
    bed.p.server.drop_sessions();
    bed.world.run_for(500ms);  // it is dialled again
    EXPECT_EQ(bed.says("k"), "unknown untrusted_nil");
    bed.hold({&bed.p}, "here");
    EXPECT_EQ(bed.says("here"), "hit");
    bed.state.trust.trust(bed.id(bed.p));
    EXPECT_EQ(bed.says("k"), "miss");
}

TEST(WorkerClient, SilenceIsAnsweredByACopyWithinTheBudget) {
    ReadBed bed;
    bed.hold({&bed.p, &bed.r}, "here");
    bed.says("here");
    bed.p.silent = true;
    for (int i = 0; i < 5; ++i) {
        const SteadyTime start = bed.world.now();
        EXPECT_EQ(bed.says("here"), "hit");
        EXPECT_LT(bed.world.now() - start, 40ms);
    }
    EXPECT_EQ(bed.says("gone"), "unknown timed_out");
    bed.world.run_for(400ms);
    EXPECT_FALSE(bed.state.trust.trusted(bed.id(bed.p)));  // suspect by now
    const SteadyTime start = bed.world.now();
    EXPECT_EQ(bed.says("here"), "hit");
    EXPECT_LT(bed.world.now() - start, 2ms);
}

TEST(WorkerClient, TheBudgetIsHalfOfWhatIsLeft) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.says("k");
    bed.p.silent = true;
    SteadyTime start = bed.world.now();
    EXPECT_EQ(bed.read("k", 30ms).says(), "unknown timed_out");
    EXPECT_LT(bed.world.now() - start, 20ms);
    start = bed.world.now();
    EXPECT_EQ(bed.read("k", 3s).says(), "unknown timed_out");
    EXPECT_GE(bed.world.now() - start, 50ms);
    EXPECT_LT(bed.world.now() - start, 55ms);
    EXPECT_EQ(bed.read("k", -1s).says(), "unknown timed_out");
    EXPECT_TRUE(bed.control.asked(RefreshReason::probe_failed));  // three in a second
}

TEST(WorkerClient, HedgesAreFew) {
    TierOptions options;
    options.hedge_share = 0.05;
    ReadBed bed(options);
    bed.hold({&bed.p, &bed.r}, "here");
    bed.says("here");
    for (int i = 0; i < 600; ++i) bed.says("here");  // the latency is known, and small
    EXPECT_EQ(bed.state.metrics.reads_hedged.value(), 0U);
    bed.world.network().faults.latency = 4ms;  // everywhere
    for (int i = 0; i < 20; ++i) bed.says("here");
    EXPECT_GT(bed.state.metrics.reads_hedged.value(), 0U);
    EXPECT_LE(bed.state.metrics.reads_hedged.value(), 12U);
}

TEST(WorkerClient, LateRepliesAreNotTakenForOthers) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.hold({&bed.p}, "a", "of a");
    bed.hold({&bed.p}, "b", "of b");
    bed.says("a");
    std::string kept;
    bed.p.next = [&](ServerSession&, const ScriptedServer::Words& words) {
        kept = ScriptedServer::bulk(bed.p.held[words[1]]);
        return std::optional<std::string>("");
    };
    EXPECT_EQ(bed.says("a"), "unknown timed_out");
    bed.p.next = [&](ServerSession&, const ScriptedServer::Words& words) {
        return std::optional(kept + ScriptedServer::bulk(bed.p.held[words[1]]));
    };
    EXPECT_EQ(bed.read("b").body, "of b");
    EXPECT_EQ(bed.state.metrics.mismatches.value(), 0U);
}

TEST(WorkerClient, AnothersValueIsAMismatchAndEndsTheConnection) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.hold({&bed.p}, "mine");
    bed.says("mine");
    std::string name;
    bed.state.names.data_name({ValueKind::object, "yours"}, name);
    bed.p.held[name] = bed.p.held.begin()->second;
    TestRead& wrong = bed.start("yours");
    TestRead& behind = bed.start("nothing");  // a nil behind it is not believed
    EXPECT_EQ(bed.finish(wrong).says(), "unknown mismatch");
    EXPECT_NE(bed.finish(behind).says(), "miss");
    EXPECT_EQ(bed.state.metrics.mismatches.value(), 1U);
    bed.world.run_for(300ms);
    EXPECT_EQ(bed.p.sessions(), 2U);
}

// Read over and over, a spoilt value must not keep the node's connections down.
TEST(WorkerClient, AValueThatNeverVerifiesBreaksOffOnceASecond) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.hold({&bed.p}, "spoilt");
    bed.hold({&bed.p}, "good");
    std::string name;
    bed.state.names.data_name({ValueKind::object, "spoilt"}, name);
    bed.p.held[name] = "{}";
    bed.says("good");
    int mismatches = 0;
    const SteadyTime end = bed.world.now() + 10s;
    while (bed.world.now() < end) {
        if (bed.says("spoilt") == "unknown mismatch") {
            ++mismatches;
            EXPECT_NE(bed.says("gone"), "miss");  // the reply may be another question's
        }
        bed.world.run_for(10ms);
    }
    EXPECT_LE(bed.p.sessions(), 12U);
    EXPECT_GT(mismatches, 500);
    EXPECT_EQ(bed.state.metrics.mismatches.value(), static_cast<std::uint64_t>(mismatches));
    // A value that verifies shows that replies are in step.
    bed.world.run_for(500ms);
    bed.state.trust.trust(bed.id(bed.p));
    EXPECT_EQ(bed.says("spoilt"), "unknown mismatch");
    bed.world.run_for(500ms);
    EXPECT_EQ(bed.says("spoilt"), "unknown mismatch");
    bed.state.trust.trust(bed.id(bed.p));
    EXPECT_EQ(bed.says("gone"), "unknown untrusted_nil");
    EXPECT_EQ(bed.says("good"), "hit");
    EXPECT_EQ(bed.says("gone"), "miss");
}

TEST(WorkerClient, ManyReadsOfOneConnectionStayWithinItsBound) {
    TierOptions options;
    options.pipeline.requests = 10;
    ReadBed bed(options);
    bed.install_and_tell(&bed.p, {});
    bed.says("k");
    bed.p.silent = true;
    std::vector<TestRead*> reads;
    for (int i = 0; i < 11; ++i) reads.push_back(&bed.start("k"));
    EXPECT_EQ(bed.finish(*reads.back()).says(), "unknown queue_full");
    bed.world.run_for(60ms);
    EXPECT_EQ(reads.front()->says(), "unknown timed_out");
}

TEST(WorkerClient, RawValuesComeWithTheirAge) {
    TierOptions options;
    options.format = Format::raw;
    options.raw_ttl = 1h;
    options.raw_fresh = 60s;
    ReadBed bed(options);
    bed.hold({&bed.p}, "here", R"({"a":1})");
    bed.p.left_ms = std::chrono::milliseconds(59min).count();
    const TestRead& hit = bed.read("here");
    EXPECT_EQ(hit.body, R"({"a":1})");
    const Duration age = bed.world.wall_now() - hit.answer.origin_time;
    EXPECT_GE(age, 60s);
    EXPECT_LT(age, 61s);
    EXPECT_EQ(bed.says("gone"), "miss");
}

TEST(WorkerClient, NearCopiesAreAskedFirst) {
    TierOptions options;
    options.zone = "a";
    ReadBed bed(options, false);
    bed.zones = {{"node-p", "b"}, {"node-r", "a"}};
    bed.install_and_tell(&bed.p, {&bed.r});
    bed.hold({&bed.p, &bed.r}, "both");
    bed.hold({&bed.p}, "new");
    EXPECT_TRUE(bed.read("both").answer.from_replica);
    EXPECT_FALSE(bed.read("new").answer.from_replica);
    EXPECT_EQ(bed.says("gone"), "miss");
    EXPECT_EQ(bed.r.gets, 3);
    EXPECT_EQ(bed.p.gets, 2);
}

TEST(WorkerClient, AnEmptyShardIsCold) {
    ReadBed bed;
    bed.hold({&bed.p}, "here");
    for (int i = 0; i < 20'000; ++i) bed.says("here");
    bed.p.held.clear();
    EXPECT_FALSE(bed.read("here").answer.shard_cold);
    for (int i = 0; i < 5'000; ++i) bed.says("here");
    EXPECT_TRUE(bed.read("here").answer.shard_cold);
}

TEST(WorkerClient, NilsOfAnUntrustedPrimaryShowThatItsShardIsCold) {
    ReadBed bed;
    bed.hold({&bed.p}, "here");
    for (int i = 0; i < 20'000; ++i) bed.says("here");
    bed.p.held.clear();
    bed.state.trust.distrust(bed.id(bed.p));
    TestRead& first = bed.read("here");
    EXPECT_EQ(first.says(), "unknown untrusted_nil");
    EXPECT_FALSE(first.answer.shard_cold);
    for (int i = 0; i < 5'000; ++i) bed.says("here");
    EXPECT_TRUE(bed.read("here").answer.shard_cold);
    // What is unknown for another reason says nothing of what the shard holds.
    bed.p.silent = bed.r.silent = true;
    EXPECT_FALSE(bed.read("here").answer.shard_cold);
}

// A replica may lag, or be blind to a slot that moves.
TEST(WorkerClient, NilsOfAReplicaSayNothingOfItsShard) {
    TierOptions options;
    options.zone = "a";
    ReadBed bed(options, false);
    bed.zones = {{"node-p", "b"}, {"node-r", "a"}};
    bed.install_and_tell(&bed.p, {&bed.r});
    bed.hold({&bed.p, &bed.r}, "here");
    for (int i = 0; i < 20'000; ++i) bed.says("here");
    bed.r.held.clear();
    for (int i = 0; i < 5'000; ++i) EXPECT_EQ(bed.says("here"), "hit");
    EXPECT_EQ(bed.state.cold.cold_count(), 0U);
}

TEST(WorkerClient, ClosingEndsEverything) {
    ReadBed bed({}, false);
    TestRead& mapless = bed.start("k");
    bed.install_and_tell(&bed.p, {&bed.r});
    bed.finish(mapless);
    bed.p.silent = true;
    TestRead& under_way = bed.start("k");
    bed.world.run_for(1ms);
    bed.on_client([&] { bed.client->close(); });
    EXPECT_NE(bed.finish(under_way).says(), "miss");
    EXPECT_EQ(bed.says("k"), "unknown no_route");
}

}  // namespace
}  // namespace aside::redis
