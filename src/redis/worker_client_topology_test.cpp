// Reads while the cluster changes: redirects, roles, nodes that come and go.
#include <gtest/gtest.h>

#include "redis/worker_client.h"
#include "redis/worker_client_fixture.h"

namespace aside::redis {
namespace {

using Words = ScriptedServer::Words;
using Said = std::optional<std::string>;

std::string moved_to(const std::string& to) {
    return "-MOVED 1 " + to + "\r\n";
}

TEST(WorkerClientTopology, MovedIsFollowedAndTold) {
    ReadBed bed;
    bed.hold({&bed.x}, "here");
    bed.p.next = [](ServerSession&, const Words&) { return Said(moved_to("node-x:7000")); };
    const TestRead& hit = bed.read("here");
    EXPECT_EQ(hit.says(), "hit");
    EXPECT_EQ(hit.node, "node-x:7000");
    EXPECT_TRUE(hit.answer.slot_moving);
    ASSERT_EQ(bed.control.moves.size(), 1U);
    EXPECT_EQ(bed.control.moves[0], std::pair(hit.answer.slot, std::string("node-x:7000")));
    EXPECT_EQ(bed.says("gone"), "miss");  // X speaks for the slot: P said so
}

TEST(WorkerClientTopology, AskIsFollowedWithAskingRightBeforeIt) {
    ReadBed bed;
    bed.hold({&bed.x}, "here");
    bed.p.next = [](ServerSession&, const Words&) { return Said("-ASK 1 node-x:7000\r\n"); };
    std::vector<TestRead*> reads;
    for (int i = 0; i < 50; ++i) reads.push_back(&bed.start("here"));
    for (TestRead* read : reads) EXPECT_EQ(bed.finish(*read).says(), "hit");
    EXPECT_TRUE(bed.control.moves.empty());
    const auto& commands = bed.x.server.last().commands;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (commands[i].front() != "GET") continue;
        EXPECT_EQ(commands[i - 1].front(), "ASKING") << i;
    }
}

TEST(WorkerClientTopology, AskingRefusedIsUnknown) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.p.next = [](ServerSession&, const Words&) { return Said("-ASK 1 node-x:7000\r\n"); };
    bed.x.server.answer = [&](ServerSession& session, const Words& words) {
        if (words[0] == "ASKING") return std::string("-NOPERM no\r\n");
        return bed.x.reply(session, words);
    };
    EXPECT_EQ(bed.says("gone"), "unknown denied");
}

TEST(WorkerClientTopology, RedirectsInACircleEnd) {
    ReadBed bed;
    bed.p.next = [](ServerSession&, const Words&) { return Said(moved_to("node-x:7000")); };
    bed.x.next = [](ServerSession&, const Words&) { return Said(moved_to("node-p:7000")); };
    EXPECT_EQ(bed.says("k"), "unknown redirected");
    EXPECT_EQ(bed.p.gets + bed.x.gets, 6);
    EXPECT_EQ(bed.client->node_facts(bed.id(bed.p)).health, Health::good);
}

TEST(WorkerClientTopology, RedirectsToNobodyAreNotDialled) {
    for (const char* to : {"?:7000", ":0", "node-x:70000", "node-x:", "nonsense"}) {
        ReadBed bed;
        bed.install_and_tell(&bed.p, {});
        bed.p.next = [to](ServerSession&, const Words&) { return Said(moved_to(to)); };
        EXPECT_EQ(bed.says("k"), "unknown redirected") << to;
        EXPECT_TRUE(bed.control.asked(RefreshReason::unknown_node)) << to;
        EXPECT_EQ(bed.x.sessions(), 0U);
    }
}

TEST(WorkerClientTopology, MovedToItselfIsServedOverANewConnection) {
    for (const char* to : {"node-p:7000", ":7000"}) {
        ReadBed bed;
        bed.says("k");
        bed.p.next = [&](ServerSession& session, const Words&) {
            const bool old = &session == bed.p.server.sessions[0].get();
            return old ? Said(moved_to(to)) : std::nullopt;
        };
        std::vector<TestRead*> reads;
        for (int i = 0; i < 20; ++i) reads.push_back(&bed.start("k"));
        for (TestRead* read : reads) EXPECT_EQ(bed.finish(*read).says(), "miss");
        bed.world.run_for(3s);
        EXPECT_EQ(bed.p.sessions(), 2U);
        EXPECT_TRUE(bed.p.server.sessions[0]->ended);
        EXPECT_FALSE(bed.p.server.sessions[1]->ended);
    }
}

TEST(WorkerClientTopology, MovedToItselfForEverIsUnknown) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.p.next = [](ServerSession&, const Words&) { return Said(moved_to("node-p:7000")); };
    for (int i = 0; i < 30; ++i) EXPECT_EQ(bed.says("k"), "unknown redirected");
    EXPECT_LE(bed.p.sessions(), 2U);
}

TEST(WorkerClientTopology, APromotedReplicaIsBelievedOnceItsSessionSaysPrimary) {
    ReadBed bed;
    bed.hold({&bed.r}, "here");
    bed.kill(bed.p);
    EXPECT_EQ(bed.says("here"), "hit");
    EXPECT_EQ(bed.says("gone"), "unknown not_connected");
    bed.r.replica = false;
    bed.install_and_tell(&bed.r, {});
    EXPECT_EQ(bed.says("here"), "hit");  // over the old session, without a gap
    bed.world.run_for(10ms);
    EXPECT_EQ(bed.says("gone"), "miss");
    EXPECT_EQ(bed.r.sessions(), 2U);
}

TEST(WorkerClientTopology, ADemotedPrimarysNilIsNotBelieved) {
    ReadBed bed;
    bed.says("k");
    bed.install_and_tell(&bed.r, {&bed.p});
    bed.r.replica = false;
    bed.kill(bed.r);
    bed.world.run_for(10ms);
    EXPECT_NE(bed.says("k"), "miss");
}

TEST(WorkerClientTopology, AReplicaTheMapTakesForAPrimaryIsNotBelieved) {
    ReadBed bed;
    bed.install_and_tell(&bed.r, {});
    for (int i = 0; i < 50; ++i) EXPECT_EQ(bed.says("k"), "unknown untrusted_nil");
    EXPECT_LE(bed.r.sessions(), 3U);
    EXPECT_EQ(bed.state.metrics.untrusted_nils.value(), 50U);
}

TEST(WorkerClientTopology, LoadingIsAnsweredByAReplicaAndTheNodeLeftAlone) {
    ReadBed bed;
    bed.hold({&bed.r}, "here");
    bed.p.next = [](ServerSession&, const Words&) { return Said("-LOADING not yet\r\n"); };
    EXPECT_EQ(bed.says("here"), "hit");
    const int gets = bed.p.gets;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(bed.says("here"), "hit");
    EXPECT_EQ(bed.p.gets, gets);
    bed.p.next = nullptr;
    bed.world.run_for(1s);
    EXPECT_EQ(bed.says("gone"), "miss");
}

TEST(WorkerClientTopology, ClusterDownAsksForTheMap) {
    ReadBed bed;
    bed.hold({&bed.r}, "here");
    bed.p.next = [](ServerSession&, const Words&) {
        return Said("-CLUSTERDOWN The cluster is down\r\n");
    };
    EXPECT_EQ(bed.says("here"), "hit");
    EXPECT_EQ(bed.says("gone"), "unknown cluster_down");
    EXPECT_TRUE(bed.control.asked(RefreshReason::cluster_down));
}

TEST(WorkerClientTopology, ALostSessionsErrorsCloseIt) {
    ReadBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.says("k");
    bed.p.next = [](ServerSession&, const Words&) { return Said("-NOAUTH log in\r\n"); };
    EXPECT_EQ(bed.says("k"), "unknown denied");
    bed.p.next = nullptr;
    bed.world.run_for(2s);
    EXPECT_EQ(bed.p.sessions(), 2U);
    bed.p.next = [](ServerSession&, const Words&) { return Said("-NOPERM not you\r\n"); };
    EXPECT_EQ(bed.says("k"), "unknown denied");
    bed.world.run_for(2s);
    EXPECT_EQ(bed.p.sessions(), 2U);
}

TEST(WorkerClientTopology, AnUnservedSlotAsksForTheMap) {
    ReadBed bed;
    ClusterView view;
    view.ranges.push_back({{0, 0}, bed.address(bed.p), {}});
    bed.state.map.store(SlotMap::from_view(view, bed.state.numbers, 9));
    EXPECT_EQ(bed.says("not in slot 0"), "unknown no_route");
    EXPECT_TRUE(bed.control.asked(RefreshReason::no_route));
}

TEST(WorkerClientTopology, NodesThatLeftTheMapAreClosedAfterTheDrain) {
    ReadBed bed;
    bed.says("k");
    bed.install_and_tell(&bed.x, {});
    EXPECT_EQ(bed.says("k"), "miss");
    bed.world.run_for(4s);
    EXPECT_FALSE(bed.p.server.last().ended);
    bed.world.run_for(2s);
    EXPECT_TRUE(bed.p.server.last().ended);
    EXPECT_FALSE(bed.client->node_facts(bed.id(bed.p)).known);
    bed.install_and_tell(&bed.p, {});  // and are dialled again when they are back
    EXPECT_EQ(bed.says("k"), "miss");
}

TEST(WorkerClientTopology, LargeRepliesDoNotHoldUpOthers) {
    TierOptions options;
    options.large_reply_bytes = 10'000;
    options.envelope.compress_from_bytes = 0;
    options.read_budget_min = 2s;
    ReadBed bed(options);
    bed.install_and_tell(&bed.p, {});
    bed.hold({&bed.p}, "small");
    bed.says("small");
    const std::string large(4'000'000, 'x');
    bed.hold({&bed.p}, "large", large);
    TestRead& first = bed.start("large");
    // It arrives in pieces; meanwhile a second connection is dialled.
    bed.world.run_for(2ms);
    while (first.ends == 0 && bed.p.sessions() < 2) bed.says("small");
    EXPECT_EQ(bed.p.sessions(), 2U);
    EXPECT_EQ(bed.finish(first).body, large);
    // It is kept for the next one, but not for ever.
    bed.world.run_for(29s);
    EXPECT_FALSE(bed.p.server.last().ended);
    bed.world.run_for(3s);
    EXPECT_TRUE(bed.p.server.last().ended);
    EXPECT_FALSE(bed.p.server.sessions[0]->ended);
}

TEST(WorkerClientTopology, WithoutRoomLargeRepliesHoldUpOthers) {
    TierOptions options;
    options.large_reply_bytes = 10'000;
    options.envelope.compress_from_bytes = 0;
    options.read_budget_min = 2s;
    options.connections_per_node = 1;  // no more than are needed
    ReadBed bed(options);
    bed.install_and_tell(&bed.p, {});
    bed.hold({&bed.p}, "small");
    bed.says("small");
    const std::string large(4'000'000, 'x');
    bed.hold({&bed.p}, "large", large);
    TestRead& first = bed.start("large");
    bed.world.run_for(2ms);
    EXPECT_EQ(bed.says("small"), "hit");
    EXPECT_EQ(bed.p.sessions(), 1U);
    EXPECT_EQ(bed.finish(first).body, large);
}

TEST(WorkerClientTopology, WithoutRoomAConnectionIsGivenUpBeforeTheNextIsDialled) {
    TierOptions options;
    options.connections_per_node = 1;
    ReadBed bed(options);
    // What else the process has there.
    std::vector<DoorPlace> others;
    for (int i = 0; i < 3; ++i) {
        const auto door = bed.state.doors.at(bed.r.at);
        ASSERT_TRUE(door->enter(NodeDoor::Part::essential));
        others.emplace_back(door, NodeDoor::Part::essential);
    }
    bed.hold({&bed.r}, "here");
    bed.kill(bed.p);
    EXPECT_EQ(bed.says("here"), "hit");
    bed.r.replica = false;
    bed.install_and_tell(&bed.r, {});
    EXPECT_EQ(bed.says("here"), "hit");
    for (int i = 0; i < 3000; ++i) {
        bed.world.run_for(1ms);
        const auto open =
            std::ranges::count_if(bed.r.server.sessions, [](const auto& s) { return !s->ended; });
        ASSERT_LE(open, 1);
    }
    EXPECT_EQ(bed.says("gone"), "miss");
    EXPECT_EQ(bed.r.sessions(), 2U);
}

}  // namespace
}  // namespace aside::redis
