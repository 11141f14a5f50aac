#include "redis/link/link.h"

#include "redis/link/scripted_server_fixture.h"

namespace aside::redis {
namespace {

using testing::ElementsAre;

TEST(Link, IsNotDialledUnlessWanted) {
    LinkBed bed;
    bed.link = std::make_unique<Link>(bed.world.worker(0), bed.environment, LinkPurpose::read,
                                      bed.at, HandshakeWants{}, &bed.owner);
    bed.world.run_for(10s);
    EXPECT_EQ(bed.server.sessions.size(), 0U);
    EXPECT_EQ(bed.link->state(), LinkState::idle);
    EXPECT_FALSE(bed.link->up());
    EXPECT_FALSE(bed.link->pipeline().can_start());
}

TEST(Link, ShakesHandsAndCarriesRequests) {
    LinkBed bed;
    bed.open_up({.read_from_replica = true, .track_prefix = "aside:t:"});
    EXPECT_EQ(bed.owner.ups, 1);
    EXPECT_TRUE(bed.link->facts().cluster);
    auto& get = bed.get("a");
    EXPECT_TRUE(bed.world.run_until([&] { return get.ends > 0; }, 1s));
    EXPECT_EQ(get.reply, "$value of a");
    ASSERT_EQ(bed.server.last().commands.size(), 3U);
    EXPECT_THAT(bed.server.last().commands[1],
                ElementsAre("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "aside:t:"));
}

TEST(Link, SendsWhatIsStartedInOneTurnInOneWrite) {
    LinkBed bed;
    bed.world.network().faults.latency_jitter = 0ns;
    bed.open_up();
    const std::size_t reads = bed.server.last().reads;
    for (int i = 0; i < 300; ++i) bed.get("key-" + std::to_string(i));
    EXPECT_TRUE(bed.world.run_until([&] { return bed.requests.back().ends > 0; }, 1s));
    EXPECT_EQ(bed.server.last().reads, reads + 1);
    for (int i = 0; i < 300; ++i)
        EXPECT_EQ(bed.requests[static_cast<std::size_t>(i)].reply,
                  "$value of key-" + std::to_string(i));
}

TEST(Link, CarriesRequestsThroughASocketThatIsFull) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        LinkBed bed(seed);
        bed.open_up();
        bed.world.network().faults.send_buffer_bytes = 4000;
        bed.world.network().faults.short_read = {1, 2};
        bed.world.network().faults.short_write = {1, 2};
        bed.server.answer = [](ServerSession&, const ScriptedServer::Words&) { return ":1\r\n"; };
        for (int i = 0; i < 500; ++i) bed.get(std::string(100, 'k'));
        EXPECT_TRUE(bed.world.run_until([&] { return bed.requests.back().ends > 0; }, 5s))
            << bed.world.describe();
        EXPECT_EQ(bed.requests.back().reply, ":1=1");
    }
}

TEST(Link, CutsRepliesAndPushesAnywhere) {
    const std::string reply =
        ">3\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n_\r\n$5\r\nvalue\r\n>1\r\n+after\r\n";
    for (std::size_t cut = 1; cut < reply.size(); ++cut) {
        LinkBed bed(cut);
        bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) {
            return words[0] == "GET" ? "" : ScriptedServer::usual(words);
        };
        bed.open_up();
        auto& get = bed.get("k");
        bed.world.run_for(1ms);
        bed.server.last().send(reply.substr(0, cut));
        bed.world.run_for(1ms);
        bed.server.last().send(reply.substr(cut));
        bed.world.run_for(1ms);
        EXPECT_EQ(get.reply, "$value");
        EXPECT_THAT(bed.owner.pushes, ElementsAre(">[$invalidate [$k] nil]", ">[+after]"));
    }
}

TEST(Link, TellsThatItIsUpBeforeWhatIsPushedInTheSameBytes) {
    LinkBed bed;
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) -> std::string {
        return words[0] == "CLIENT" ? "+OK\r\n>1\r\n+early\r\n" : ScriptedServer::usual(words);
    };
    bed.open_up({.read_from_replica = false, .track_prefix = "t"});
    bed.world.run_for(1ms);
    EXPECT_THAT(bed.owner.story, ElementsAre("up", "push"));
}

TEST(Link, ATimedOutRequestsLateReplyIsThrownAway) {
    LinkBed bed;
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) {
        return words[0] == "GET" ? "" : ScriptedServer::usual(words);
    };
    bed.open_up();
    auto& late = bed.get("late", 50ms);
    bed.world.run_for(45ms);
    EXPECT_EQ(late.ends, 0);
    bed.world.run_for(20ms);
    EXPECT_EQ(late.failure, Errc::timed_out);
    EXPECT_TRUE(bed.link->up());
    auto& next = bed.get("next", 200ms);
    bed.server.last().send("$4\r\nlate\r\n");
    bed.world.run_for(1ms);
    EXPECT_EQ(next.ends, 0);
    bed.server.last().send("$4\r\nnext\r\n");
    bed.world.run_for(1ms);
    EXPECT_EQ(next.reply, "$next");
}

TEST(Link, TooManyTombstonesInSilenceEndTheSession) {
    LinkBed bed(1, LinkPurpose::fill);
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) {
        return words[0] == "HELLO" ? ScriptedServer::usual(words) : "";
    };
    bed.open_up();
    for (int i = 0; i < 65; ++i) bed.give_up(bed.get("k"));
    auto& innocent = bed.get("innocent");
    bed.world.run_for(990ms);
    EXPECT_TRUE(bed.link->up());
    bed.world.run_for(20ms);
    EXPECT_EQ(innocent.failure, Errc::connection_lost);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::timed_out);
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, 1s));
}

TEST(Link, ALateNodeIsNotAnsweredWithANewConnection) {
    LinkBed bed;
    bed.open_up();
    bed.world.network().faults.latency = 100ms;  // 200 there and back
    for (int i = 0; i < 2000; ++i) {
        bed.get("k", 50ms);
        bed.world.run_for(1ms);
    }
    EXPECT_GT(bed.link->pipeline().tombstones(), 64U);
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    EXPECT_EQ(bed.server.sessions.size(), 1U);
}

TEST(Link, GivesNobodyAnothersReplyWhateverIsCancelled) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        LinkBed bed(seed);
        bed.open_up();
        bed.world.network().faults.short_read = {1, 3};
        bed.world.network().faults.short_write = {1, 3};
        Random random(seed);
        for (int i = 0; i < 2000; ++i) {
            bed.get(std::to_string(i), std::chrono::microseconds(100 + random.below(30000)));
            if (random.chance(1, 10)) {
                auto& victim = bed.requests[random.below(bed.requests.size())];
                if (victim.ends == 0 && bed.request_given_up(victim) == 0) bed.give_up(victim);
            }
            bed.world.run_for(std::chrono::microseconds(random.below(100)));
            ASSERT_LE(bed.link->pipeline().tombstones(), 200U);
        }
        bed.world.run_for(100ms);
        for (std::size_t i = 0; i < bed.requests.size(); ++i) {
            if (bed.requests[i].reply)
                ASSERT_EQ(bed.requests[i].reply, "$value of " + std::to_string(i));
        }
        EXPECT_EQ(bed.owner.downs.size(), 0U);
        EXPECT_EQ(bed.link->pipeline().under_way(), 0U);
    }
}

TEST(Link, RequestsMayDoAnythingWhenTheyEnd) {
    LinkBed bed;
    bed.open_up();
    auto& first = bed.get("a");
    auto& second = bed.get("b");
    auto& third = bed.get("c");
    first.then = [&] {
        bed.give_up(second);
        bed.get("from inside");
    };
    third.then = [&] {
        bed.link->break_off(Error{Errc::corrupt, "a lie", 0});
        EXPECT_FALSE(bed.link->up());
    };
    bed.world.run_for(5ms);
    EXPECT_EQ(first.reply, "$value of a");
    EXPECT_EQ(second.ends, 0);
    EXPECT_EQ(third.reply, "$value of c");
    // It was answered, but by a stream that is not trusted any more.
    EXPECT_EQ(bed.requests.back().failure, Errc::connection_lost);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::corrupt);
}

TEST(Link, ClosesFromInsideAReplyAndFromItsOwnersCalls) {
    LinkBed bed;
    bed.open_up();
    bed.get("a").then = [&] { bed.link->close(); };
    auto& second = bed.get("b");
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->idle(); }, 1s));
    EXPECT_EQ(second.failure, Errc::connection_lost);
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    bed.world.run_for(10s);
    EXPECT_EQ(bed.server.sessions.size(), 1U);

    LinkBed other;
    other.owner.when_up = [&] { other.link->close(); };
    other.open();
    EXPECT_TRUE(other.world.run_until([&] { return other.link->idle(); }, 1s));
}

TEST(Link, ClosesWhereverItIs) {
    // In steps of 20 us through dialling, the handshake and being up; and through backoff.
    for (int step = 0; step < 60; ++step) {
        LinkBed bed(static_cast<std::uint64_t>(step) + 1);
        if (step % 3 == 0) bed.server.close();
        bed.open();
        bed.world.run_for(std::chrono::microseconds(20) * step);
        if (bed.link->up()) bed.get("k");
        bed.link->close();
        bed.link->want();
        EXPECT_TRUE(bed.world.run_until([&] { return bed.link->idle(); }, 1s));
    }
}

TEST(Link, IsNotIdleBeforeTheSocketsLastWordIsSaid) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        LinkBed bed(seed);
        bed.open_up();
        bed.world.network().faults.send_buffer_bytes = 1000;
        bed.world.network().faults.hang = {1, 1};
        for (int i = 0; i < 100; ++i) bed.get("k");
        bed.world.run_for(1ms);
        EXPECT_FALSE(bed.link->pipeline().unsent().empty());
        bed.link->close();
        EXPECT_TRUE(bed.world.run_until([&] { return bed.link->idle(); }, 1s));
        bed.link.reset();  // what came later would find nobody
        bed.world.run_for(1ms);
        bed.world.network().faults.hang = {};
        bed.world.network().reset_all();
    }
}

TEST(Link, PingsWhenIdleAndAnErrorIsAnAnswer) {
    LinkBed bed;
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) -> std::string {
        return words[0] == "PING" ? "-MISCONF Redis is configured to save RDB snapshots\r\n"
                                  : ScriptedServer::usual(words);
    };
    bed.open_up();
    bed.world.run_for(10s);
    EXPECT_TRUE(bed.link->up());
    EXPECT_EQ(bed.server.sessions.size(), 1U);
    EXPECT_EQ(bed.owner.health.size(), 0U);
    const std::size_t pings = bed.server.last().commands.size() - 1;
    EXPECT_GE(pings, 15U);
    EXPECT_LE(pings, 20U);
}

}  // namespace
}  // namespace aside::redis
