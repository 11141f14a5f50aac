// A node that dies, hangs, refuses, lies or is full, and what its link does about it.
#include <array>

#include "redis/link/scripted_server_fixture.h"

namespace aside::redis {
namespace {

std::vector<Duration> gaps(const std::vector<SteadyTime>& times) {
    std::vector<Duration> result;
    for (std::size_t i = 1; i < times.size(); ++i) result.push_back(times[i] - times[i - 1]);
    return result;
}

std::string say_nothing(ServerSession&, const ScriptedServer::Words&) {
    return "";
}

TEST(LinkFailure, AResetFailsEachRequestOnce) {
    LinkBed bed;
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) {
        return words[0] == "GET" ? "" : ScriptedServer::usual(words);
    };
    bed.open_up();
    for (int i = 0; i < 500; ++i) bed.get("k");
    bed.world.run_for(2ms);
    bed.owner.when_down = [&] {
        for (auto& request : bed.requests) EXPECT_EQ(request.failure, Errc::connection_lost);
    };
    bed.world.network().reset_all();
    bed.world.run_for(1ms);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::connection_lost);
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, 1s));
    EXPECT_EQ(bed.owner.health.size(), 0U);
}

TEST(LinkFailure, AnEndOfStreamIsALostConnection) {
    LinkBed bed;
    bed.open_up();
    bed.server.last().stream->close();
    bed.world.run_for(1ms);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::connection_lost);
}

TEST(LinkFailure, AHungNodeIsSuspectThenClosedAndNotStormed) {
    LinkBed bed;
    bed.open_up();
    bed.world.run_for(2s);
    const SteadyTime hung_at = bed.world.now();
    bed.server.answer = say_nothing;
    bed.get("k");
    bed.world.run_for(299ms);
    EXPECT_EQ(bed.link->health().health(), Health::good);
    bed.world.run_for(12ms);
    EXPECT_EQ(bed.link->health().health(), Health::suspect);
    bed.world.run_for(1s);
    ASSERT_EQ(bed.owner.health.size(), 2U);
    EXPECT_EQ(bed.owner.health[0].first, Health::suspect);
    EXPECT_EQ(bed.owner.health[1].first, Health::open);
    EXPECT_LE(bed.owner.health[1].second - hung_at, 1020ms);
    EXPECT_EQ(bed.requests.back().failure, Errc::connection_lost);

    // It accepts and never answers: each trial waits for the handshake, then for the backoff.
    bed.world.run_for(58s);
    EXPECT_LE(bed.server.sessions.size(), 40U);
    EXPECT_GE(bed.server.sessions.size(), 8U);
    std::size_t open = 0;
    for (const auto& session : bed.server.sessions) open += session->ended ? 0 : 1;
    EXPECT_LE(open, 1U);

    bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) {
        return ScriptedServer::usual(words);
    };
    const std::size_t before = bed.server.sessions.size();
    EXPECT_TRUE(bed.world.run_until(
        [&] { return bed.link->health().health() == Health::good && bed.link->up(); }, 15s));
    EXPECT_LE(bed.server.sessions.size(), before + 1);
    EXPECT_EQ(bed.owner.health[2].first, Health::half_open);
}

TEST(LinkFailure, AHandshakeThatIsNotAnsweredEnds) {
    LinkBed bed;
    bed.server.answer = say_nothing;
    bed.open();
    bed.world.run_for(990ms);
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    bed.world.run_for(30ms);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::timed_out);
    EXPECT_EQ(bed.owner.ups, 0);
}

TEST(LinkFailure, ABlackHoleTimesOut) {
    LinkBed bed;
    bed.world.network().cut_off("node-1");
    bed.open();
    bed.world.run_for(240ms);
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    bed.world.run_for(20ms);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::timed_out);
    bed.world.network().heal("node-1");
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, 5s));
}

TEST(LinkFailure, ARefusedPortIsDialledWithFullJitter) {
    std::array<int, 4> quarters{};
    int dials = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        LinkBed bed(seed);
        bed.server.close();
        bed.open();
        bed.world.run_for(100s);
        const auto waits = gaps(bed.owner.down_at);
        for (std::size_t i = 0; i < waits.size(); ++i) {
            const Duration bound =
                std::min<Duration>(100ms * (1LL << std::min<std::size_t>(i, 20)), Duration(10s));
            ASSERT_LT(waits[i], bound + 1ms) << i;
            if (bound == 10s) ++quarters[static_cast<std::size_t>(waits[i] / 2501ms)];
        }
        dials += static_cast<int>(waits.size());
    }
    const int all = quarters[0] + quarters[1] + quarters[2] + quarters[3];
    ASSERT_GT(all, 1000);
    for (const int quarter : quarters) EXPECT_NEAR(quarter, 0.25 * all, 0.08 * all);
    EXPECT_LE(dials, 100 * 40);
}

// Reads ask for it each millisecond for 20 s, and then it is back.
TEST(LinkFailure, WhereNobodyListensALinkIsSoughtByReadsWithoutItsBackoff) {
    LinkBed bed;
    bed.server.close();
    bed.open();
    bed.world.run_for(10s);
    EXPECT_LE(bed.owner.downs.size(), 20U);
    bed.owner.down_at.clear();
    for (int i = 0; i < 20'000; ++i) {
        const bool sought = bed.link->seek();
        EXPECT_EQ(sought, bed.link->redialling());
        bed.world.run_for(1ms);
    }
    const auto waits = gaps(bed.owner.down_at);
    EXPECT_GE(waits.size(), 350U);
    EXPECT_LE(waits.size(), 450U);
    bed.server.open();
    for (int i = 0; i < 60; ++i) {
        (void)bed.link->seek();
        bed.world.run_for(1ms);
    }
    EXPECT_TRUE(bed.link->up());
    EXPECT_FALSE(bed.link->seek());
}

TEST(LinkFailure, WhoIsSoughtInVainLosesNoTurn) {
    LinkBed bed;
    bed.server.close();
    bed.dials.charge(15);  // from here on others take what is refilled
    bed.open();
    for (int i = 0; i < 20'000; ++i) {
        if (i % 100 == 0) bed.dials.charge(1);
        EXPECT_EQ(bed.link->seek(), bed.link->redialling());
        bed.world.run_for(1ms);
    }
    EXPECT_GE(bed.owner.downs.size(), 6U);
    EXPECT_LE(bed.owner.downs.size(), 20U);
}

TEST(LinkFailure, WhereNothingIsHeardALinkIsNotSought) {
    LinkBed bed;
    bed.world.network().cut_off("node-1");
    bed.open();
    EXPECT_TRUE(bed.world.run_until([&] { return bed.owner.downs.size() == 3; }, 60s));
    EXPECT_FALSE(bed.link->seek());
}

TEST(LinkFailure, GarbageClosesAndBacksOff) {
    LinkBed bed;
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) -> std::string {
        return words[0] == "GET" ? "\x16\x03\x01garbage\r\n" : ScriptedServer::usual(words);
    };
    bed.open_up();
    auto& get = bed.get("k");
    bed.world.run_for(1ms);
    EXPECT_EQ(get.failure, Errc::protocol);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::protocol);
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, 1s));
}

TEST(LinkFailure, AServerThatLiesAtOnceIsNotStormed) {
    LinkBed bed;
    bed.server.greeting = "SSH-2.0-OpenSSH_9.2\r\n";
    bed.open();
    bed.world.run_for(60s);
    EXPECT_EQ(bed.owner.ups, 0);
    EXPECT_LE(bed.server.sessions.size(), 40U);
}

TEST(LinkFailure, AFullServerIsDialledSeldom) {
    LinkBed bed;
    bed.server.greeting = "-ERR max number of clients reached\r\n";
    bed.open();
    bed.world.run_for(60s);
    EXPECT_GE(bed.server.sessions.size(), 20U);
    EXPECT_LE(bed.server.sessions.size(), 60U);
    for (const auto& why : bed.owner.downs) EXPECT_EQ(why.code, Errc::overloaded) << why.detail;
    for (const Duration gap : gaps(bed.owner.down_at)) EXPECT_GE(gap, 1s);
    bed.server.greeting.clear();
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, 3100ms));
}

TEST(LinkFailure, AStallOfOurOwnLoopIsNotTheNodes) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        LinkBed bed(seed);
        bed.open_up();
        auto& get = bed.get("k", 50ms);
        bed.world.run_until([&] { return bed.server.last().commands.size() > 1; }, 1s);
        bed.world.stall(5s);
        bed.world.run_for(30ms);
        EXPECT_EQ(get.reply, "$value of k") << bed.world.describe();
        EXPECT_EQ(bed.owner.health.size(), 0U);
        EXPECT_TRUE(bed.link->up());
    }
}

TEST(LinkFailure, AStuckFillIsNoSilenceOfTheNode) {
    LinkBed bed(1, LinkPurpose::fill);
    bed.open_up();
    bed.server.answer = say_nothing;
    auto& fill = bed.get("fill", 250ms);
    bed.world.run_for(2s);
    EXPECT_EQ(fill.failure, Errc::timed_out);
    EXPECT_TRUE(bed.link->up());
    EXPECT_EQ(bed.owner.health.size(), 0U);
    // But a reply that is two seconds overdue ends the session.
    bed.world.run_for(1s);
    EXPECT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.link->health().health(), Health::good);
}

TEST(LinkFailure, ASessionThatEndsAtOnceIsNotDialledAtOnceForEver) {
    LinkBed bed;
    bed.owner.when_up = [&] { bed.link->break_off(Error{Errc::connection_lost, "MOVED", 0}); };
    bed.open();
    bed.world.run_for(60s);
    EXPECT_LE(bed.owner.ups, 40);
    EXPECT_GE(bed.owner.ups, 10);
}

TEST(LinkFailure, AGoodSessionThatIsLostIsDialledAgainAtOnceButOnce) {
    LinkBed bed;
    Link link(bed.world.worker(0), bed.environment, LinkPurpose::read, bed.at, HandshakeWants{},
              &bed.owner);
    link.want();
    ASSERT_TRUE(bed.world.run_until([&] { return link.up(); }, 1s));
    bed.world.run_for(300ms);
    bed.world.network().reset_all();
    ASSERT_TRUE(bed.world.run_until([&] { return !link.up(); }, 1s));
    EXPECT_TRUE(link.redialling());
    const SteadyTime lost = bed.world.now();
    ASSERT_TRUE(bed.world.run_until([&] { return link.up(); }, 1s));
    EXPECT_FALSE(link.redialling());
    EXPECT_LT(bed.world.now() - lost, 10ms);
    // One that lived for a moment only is not.
    bed.world.run_for(100ms);
    bed.world.network().reset_all();
    ASSERT_TRUE(bed.world.run_until([&] { return !link.up(); }, 1s));
    EXPECT_FALSE(link.redialling());
    link.close();
    bed.world.run_for(1s);
}

TEST(LinkFailure, TwoHundredLinksShareOneDialBudget) {
    LinkBed bed;
    std::vector<std::unique_ptr<Link>> links;
    for (int i = 0; i < 200; ++i) {
        links.push_back(std::make_unique<Link>(bed.world.worker(0), bed.environment,
                                               LinkPurpose::read, bed.at, HandshakeWants{},
                                               &bed.owner));
        links.back()->want();
    }
    const auto up = [&] {
        return std::ranges::count_if(links, [](const auto& link) { return link->up(); });
    };
    bed.world.run_for(1s);
    EXPECT_GE(up(), 25);
    EXPECT_LE(up(), 30);
    EXPECT_TRUE(bed.world.run_until([&] { return up() == 200; }, 30s));
    // All lose their node at once.
    bed.world.run_for(5s);
    const std::size_t before = bed.server.sessions.size();
    bed.world.network().reset_all();
    bed.world.run_for(1s);
    // The burst, and as much again in debt, for reads wait; which is paid back before others dial.
    EXPECT_LE(bed.server.sessions.size() - before, 40U);
    bed.world.run_for(3s);
    EXPECT_LE(bed.server.sessions.size() - before, 60U);
    EXPECT_TRUE(bed.world.run_until([&] { return up() == 200; }, 30s));
    for (auto& link : links) link->close();
    bed.world.run_for(1s);
    for (auto& link : links) EXPECT_TRUE(link->idle());
}

}  // namespace
}  // namespace aside::redis
