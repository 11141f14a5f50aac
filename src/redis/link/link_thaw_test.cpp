// Links whose process stands still for a while: their sessions are suspected, and nothing is judged
// by the time that passed.
#include "redis/link/scripted_server_fixture.h"

namespace aside::redis {
namespace {

using Clock = runtime::SimProcess::SteadyClock;

struct FrozenLink : LinkBed {
    explicit FrozenLink(LinkPurpose purpose_of = LinkPurpose::read) : LinkBed(1, purpose_of, true) {
        open_up();
        world.run_for(2s);
        owner.health.clear();
    }
    runtime::SimWorker& client() { return process.worker(0); }

    // Frozen for `span`, and told so at once: the clock has run on, or is put forward.
    void freeze(Duration span, Clock clock = Clock::ran_on) {
        const SteadyTime since = client().now();
        freeze_for(world, process, span, clock);
        thawed_at = world.now();
        link->thawed(since, client().now());
    }
    // It wakes with many others: of 61 ms it runs one, and is told of nothing.
    void run_seldom(int turns) {
        for (int turn = 0; turn < turns; ++turn) {
            process.freeze();
            world.run_for(60ms);
            process.thaw(Clock::ran_on);
            world.run_for(1ms);
        }
    }
    std::size_t pings() const {
        std::size_t count = 0;
        for (const auto& session : server.sessions) {
            for (const auto& words : session->commands) count += words[0] == "PING" ? 1 : 0;
        }
        return count;
    }
    SteadyTime thawed_at{};
};

std::string say_nothing_to_gets(ServerSession&, const ScriptedServer::Words& words) {
    return words[0] == "GET" || words[0] == "PING" ? "" : ScriptedServer::usual(words);
}

class ThawOf : public testing::TestWithParam<std::pair<Duration, Clock>> {};

INSTANTIATE_TEST_SUITE_P(Spans, ThawOf,
                         testing::Values(std::pair(Duration(10ms), Clock::ran_on),
                                         std::pair(Duration(5s), Clock::ran_on),
                                         std::pair(Duration(1h), Clock::ran_on),
                                         std::pair(Duration(10ms), Clock::stood_still),
                                         std::pair(Duration(5s), Clock::stood_still),
                                         std::pair(Duration(1h), Clock::stood_still)));

TEST_P(ThawOf, ASessionThatIsFineIsProvenByOnePingAndStays) {
    FrozenLink bed;
    const std::size_t pings = bed.pings();
    bed.freeze(GetParam().first, GetParam().second);
    EXPECT_TRUE(bed.link->suspected());
    EXPECT_TRUE(bed.link->up());
    ASSERT_TRUE(bed.world.run_until([&] { return !bed.link->suspected(); }, 5ms));
    EXPECT_EQ(bed.owner.proven_at.size(), 1U);
    EXPECT_EQ(bed.pings(), pings + 1);
    bed.world.run_for(400ms);
    EXPECT_EQ(bed.server.sessions.size(), 1U);
    EXPECT_EQ(bed.owner.health.size(), 0U);
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    EXPECT_EQ(bed.owner.unproven_at.size(), 0U);
}

TEST_P(ThawOf, ARequestThatWasUnderWayIsAnsweredAndNothingIsJudgedByIt) {
    FrozenLink bed;
    auto& get = bed.get("k");
    bed.world.run_for(0ms);
    bed.freeze(GetParam().first, GetParam().second);
    bed.world.run_for(5ms);
    EXPECT_EQ(get.reply, "$value of k");
    EXPECT_EQ(bed.owner.health.size(), 0U);
    EXPECT_FALSE(bed.link->suspected());
}

TEST_P(ThawOf, ASessionThatDiedWithoutAWordIsToldOfAndReplacedInABoundedTime) {
    FrozenLink bed;
    bed.world.network().lose_silently("client");
    bed.freeze(GetParam().first, GetParam().second);
    auto& get = bed.get("k");
    bed.world.run_for(9ms);
    EXPECT_EQ(bed.owner.unproven_at.size(), 0U);
    bed.world.run_for(12ms);
    EXPECT_EQ(bed.owner.unproven_at.size(), 1U);  // now another may be raced against it
    bed.world.run_for(Link::kProveWithin - 30ms);
    EXPECT_TRUE(bed.link->suspected());
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    bed.world.run_for(30ms);
    ASSERT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_EQ(bed.owner.downs[0].code, Errc::connection_lost);
    EXPECT_EQ(get.failure, Errc::connection_lost);
    EXPECT_EQ(bed.link->health().health(), Health::good);
    EXPECT_TRUE(bed.link->up());  // again: a read waits for it, so it was dialled at once
    EXPECT_EQ(bed.owner.health.size(), 0U);
    EXPECT_FALSE(bed.link->suspected());
}

TEST_P(ThawOf, WhatWasHeardBeforeTheFreezeProvesNothing) {
    FrozenLink bed;
    bed.server.last().send(">1\r\n+pushed\r\n");  // is on its way
    const SteadyTime since = bed.client().now();
    bed.process.freeze();
    bed.world.run_for(5ms);
    bed.world.network().lose_silently("client");
    bed.world.run_for(GetParam().first);
    bed.process.thaw(GetParam().second);
    bed.link->thawed(since, bed.client().now());
    bed.world.run_for(50ms);
    EXPECT_EQ(bed.owner.pushes.size(), 1U);
    EXPECT_TRUE(bed.link->suspected());
    bed.world.run_for(60ms);
    EXPECT_EQ(bed.owner.downs.size(), 1U);
}

TEST(LinkThaw, AResetInTheGapIsSeenAtOnceAndDialledAgain) {
    FrozenLink bed;
    const SteadyTime since = bed.client().now();
    bed.process.freeze();
    bed.world.run_for(1h);
    bed.server.last().stream->close();
    bed.world.run_for(1s);
    bed.process.thaw(Clock::ran_on);
    bed.link->thawed(since, bed.client().now());
    bed.world.run_for(5ms);
    EXPECT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, 105ms));
    EXPECT_EQ(bed.server.sessions.size(), 2U);
}

// Nobody tells the link; its timers are an hour late.
TEST(LinkThaw, ALinkNoticesByItselfThatItsProcessStoodStill) {
    for (const bool died : {false, true}) {
        FrozenLink bed;
        auto& get = bed.get("k");
        if (died) bed.world.network().lose_silently("client");
        bed.process.freeze();
        bed.world.run_for(1h);
        bed.process.thaw(Clock::ran_on);
        bed.world.run_for(5ms);
        ASSERT_EQ(bed.owner.suspected_at.size(), 1U);
        bed.world.run_for(200ms);
        EXPECT_EQ(bed.owner.health.size(), 0U);
        EXPECT_EQ(bed.owner.downs.size(), died ? 1U : 0U);
        EXPECT_EQ(get.reply.value_or("none"), died ? "none" : "$value of k");
        EXPECT_TRUE(bed.link->up());
    }
}

TEST(LinkThaw, BeingToldOfWhatItNoticedItselfChangesNothing) {
    FrozenLink bed;
    const SteadyTime since = bed.client().now();
    bed.process.freeze();
    bed.world.run_for(1h);
    bed.process.thaw(Clock::ran_on);
    bed.world.run_for(5ms);
    ASSERT_EQ(bed.owner.proven_at.size(), 1U);
    bed.link->thawed(since, bed.client().now());
    EXPECT_FALSE(bed.link->suspected());
}

TEST(LinkThaw, ASecondFreezeBeforeTheProofAsksAgain) {
    FrozenLink bed;
    bed.world.network().lose_silently("client");
    bed.freeze(5s);
    bed.world.run_for(5ms);
    bed.freeze(5s);
    bed.world.run_for(90ms);
    EXPECT_TRUE(bed.link->suspected());  // its time runs from the second
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    bed.world.run_for(20ms);
    EXPECT_EQ(bed.owner.downs.size(), 1U);
}

// Two hundred processes wake at once on two cores: each runs now and then, and so does the server.
TEST(LinkThaw, TimeInWhichTheProcessIsHeldUpAgainDoesNotCountAgainstTheSession) {
    FrozenLink bed;
    bed.server.answer = say_nothing_to_gets;
    bed.freeze(5s);
    bed.run_seldom(4);
    EXPECT_TRUE(bed.link->suspected());
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    bed.server.last().send("+PONG\r\n");
    bed.world.run_for(5ms);
    EXPECT_FALSE(bed.link->suspected());
    EXPECT_EQ(bed.server.sessions.size(), 1U);
}

TEST(LinkThaw, ASessionThatDiedIsGivenUpThoughTheProcessIsHeldUpAgain) {
    FrozenLink bed;
    bed.world.network().lose_silently("client");
    bed.freeze(5s);
    bed.run_seldom(10);
    bed.world.run_for(5ms);
    EXPECT_EQ(bed.owner.downs.size(), 1U);
}

// All connections of many processes may have died alike, and few of them are needed now.
struct RestingLink : FrozenLink {
    RestingLink() {
        owner.awaits = false;
        world.network().lose_silently("client");
        freeze(5s);
        EXPECT_TRUE(world.run_until([&] { return owner.downs.size() == 1; }, 120ms));
    }
};

TEST(LinkThaw, ASessionThatDiedAndThatNobodyWaitsForIsReplacedWithinASecond) {
    RestingLink bed;
    EXPECT_EQ(bed.link->state(), LinkState::idle);
    EXPECT_FALSE(bed.link->redialling());
    ASSERT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, Link::kRestMax + 5ms));
    EXPECT_EQ(bed.server.sessions.size(), 2U);
}

TEST(LinkThaw, WhatRestsIsDialledWhenItIsWanted) {
    RestingLink bed;
    bed.link->dial_now();  // others of its node are up, or nobody answers: no reason to hurry
    EXPECT_EQ(bed.link->state(), LinkState::idle);
    bed.link->want();
    EXPECT_EQ(bed.link->state(), LinkState::dialling);
    EXPECT_TRUE(bed.link->redialling());
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, 5ms));
    bed.world.run_for(2s);
    EXPECT_EQ(bed.server.sessions.size(), 2U);
}

TEST(LinkThaw, OneThatRestsIsWantedWhileItIsToldToBeDown) {
    FrozenLink bed;
    bed.owner.awaits = false;
    bed.owner.when_down = [&] { bed.link->want(); };
    bed.world.network().lose_silently("client");
    bed.freeze(5s);
    EXPECT_TRUE(bed.world.run_until([&] { return bed.owner.ups == 2; }, 115ms));
}

TEST(LinkThaw, WhatRestsCanBeClosed) {
    RestingLink bed;
    bed.link->close();
    bed.link->want();
    bed.world.run_for(2s);
    EXPECT_TRUE(bed.link->idle());
    EXPECT_EQ(bed.server.sessions.size(), 1U);
}

// Requests that their callers had given up are not overdue by the time that passed.
TEST(LinkThaw, WhatIsStillToBeThrownAwayIsNoReasonToClose) {
    FrozenLink bed;
    bed.server.answer = say_nothing_to_gets;
    for (int i = 0; i < 100; ++i) bed.give_up(bed.get("k"));
    bed.world.run_for(1ms);
    bed.freeze(5s);
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) {
        return ScriptedServer::usual(words);
    };
    std::string late;
    for (int i = 0; i < 100; ++i) late += "_\r\n";
    bed.server.last().send(late + "+PONG\r\n");
    bed.world.run_for(50ms);
    EXPECT_EQ(bed.owner.downs.size(), 0U);
    EXPECT_FALSE(bed.link->suspected());
}

TEST(LinkThaw, AFillLinkIsSuspectedToo) {
    FrozenLink bed(LinkPurpose::fill);
    bed.world.network().lose_silently("client");
    bed.freeze(5s);
    bed.world.run_for(110ms);
    EXPECT_EQ(bed.owner.downs.size(), 1U);
    EXPECT_TRUE(bed.world.run_until([&] { return bed.link->up(); }, 105ms));
}

TEST(LinkThaw, AHandshakeThatStoodStillGetsALittleMoreTimeAndNoMore) {
    for (const bool answers : {true, false}) {
        LinkBed bed(1, LinkPurpose::read, true);
        bed.server.answer = [](ServerSession&, const ScriptedServer::Words&) { return ""; };
        bed.open();
        ASSERT_TRUE(bed.world.run_until([&] { return bed.server.sessions.size() == 1; }, 1s));
        bed.world.run_for(1ms);
        const SteadyTime since = bed.process.worker(0).now();
        bed.process.freeze();
        bed.world.run_for(5s);
        bed.process.thaw(Clock::ran_on);
        bed.link->thawed(since, bed.process.worker(0).now());
        bed.world.run_for(50ms);
        EXPECT_EQ(bed.owner.downs.size(), 0U);
        if (answers) bed.server.last().send(kHelloReply);
        bed.world.run_for(70ms);
        EXPECT_EQ(bed.owner.ups, answers ? 1 : 0);
        EXPECT_EQ(bed.owner.downs.size(), answers ? 0U : 1U);
    }
}

// Two hundred processes that wake together run seldom; what dies of that is no sign of its node.
TEST(LinkThaw, AHandshakeThatDiedOfAFreezeIsMadeAgainAtOnceWhereAReadWaits) {
    for (const bool closed : {true, false}) {  // before it was greeted; or it never answers
        LinkBed bed(1, LinkPurpose::read, true);
        bed.server.answer = [](ServerSession&, const ScriptedServer::Words&) { return ""; };
        bed.open();
        ASSERT_TRUE(bed.world.run_until([&] { return bed.server.sessions.size() == 1; }, 1s));
        if (!closed) bed.world.run_for(1ms);
        const SteadyTime since = bed.process.worker(0).now();
        bed.process.freeze();
        bed.world.run_for(5s);
        bed.server.answer = [](ServerSession&, const ScriptedServer::Words& words) {
            return ScriptedServer::usual(words);
        };
        if (closed) bed.server.drop_sessions();
        bed.process.thaw(Clock::ran_on);
        bed.link->thawed(since, bed.process.worker(0).now());
        bed.world.run_for(closed ? 5ms : 125ms);
        EXPECT_EQ(bed.owner.downs.size(), 1U);
        EXPECT_TRUE(bed.link->up()) << closed;
    }
}

TEST(LinkThaw, WhatIsDialledAfterItsRestIsWorthWaitingFor) {
    RestingLink bed;
    bed.server.answer = [](ServerSession&, const ScriptedServer::Words&) { return ""; };
    ASSERT_TRUE(bed.world.run_until([&] { return bed.server.sessions.size() == 2; }, 2s));
    EXPECT_EQ(bed.link->state(), LinkState::dialling);
    EXPECT_TRUE(bed.link->redialling());
    bed.server.last().stream->close();
    bed.world.run_for(1ms);
    EXPECT_FALSE(bed.link->redialling());
}

// The server ends a session that was not renewed in time, by its own clock.
TEST(LinkThaw, CredentialsAreRenewedByTheClockThatWasPutForward) {
    LinkBed bed(1, LinkPurpose::read, true);
    bed.environment.passwords = &bed.passwords;
    bed.passwords.present->renew_by = bed.process.worker(0).now() + 11h;
    bed.open_up();
    bed.world.run_for(1s);
    bed.passwords.present->password = "new";
    bed.passwords.present->renew_by = kNever;
    const SteadyTime since = bed.process.worker(0).now();
    bed.process.freeze();
    bed.world.run_for(12h);
    bed.process.thaw(Clock::stood_still);
    bed.process.put_clock_forward(12h);
    bed.link->thawed(since, bed.process.worker(0).now());
    bed.world.run_for(1s);
    EXPECT_EQ(bed.passwords.asked, 2);
    EXPECT_THAT(bed.server.last().commands,
                testing::Contains(ScriptedServer::Words{"AUTH", "default", "new"}));
}

}  // namespace
}  // namespace aside::redis
