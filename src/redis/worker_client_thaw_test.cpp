// Reads right after a time in which their process stood still: connections that are fine, that
// died without a word, that were closed meanwhile.
#include "redis/worker_client_fixture.h"

namespace aside::redis {
namespace {

using Clock = runtime::SimProcess::SteadyClock;

struct ThawBed : ReadBed {
    explicit ThawBed(TierOptions given = {}) : ReadBed(std::move(given), true, 1, true) {
        hold({&p, &r}, "k");
        EXPECT_EQ(says("k"), "hit");
        world.run_for(2s);  // connections to all copies
        EXPECT_EQ(p.sessions(), 1U);
        EXPECT_EQ(r.sessions(), 1U);
    }
    // Gives what a read says that begins right after the thaw.
    TestRead& thaw(Duration span, Clock clock = Clock::ran_on, const std::string& key = "k") {
        const SteadyTime since = process.now();
        freeze_for(world, process, span, clock, [this] {
            if (meanwhile) meanwhile();
            world.run_for(1ms);
        });
        thawed_at = world.now();
        on_client([&] { client->thawed(since); });
        return start(key);
    }
    Duration since_thaw() const { return world.now() - thawed_at; }

    std::function<void()> meanwhile;
    SteadyTime thawed_at{};
};

class ThawOf : public testing::TestWithParam<std::pair<Duration, Clock>> {};

INSTANTIATE_TEST_SUITE_P(Spans, ThawOf,
                         testing::Values(std::pair(Duration(10ms), Clock::ran_on),
                                         std::pair(Duration(5s), Clock::ran_on),
                                         std::pair(Duration(1h), Clock::ran_on),
                                         std::pair(Duration(5s), Clock::stood_still),
                                         std::pair(Duration(1h), Clock::stood_still)));

TEST_P(ThawOf, AFineConnectionAnswersInOneRoundTripAndStays) {
    ThawBed bed;
    TestRead& read = bed.thaw(GetParam().first, GetParam().second);
    EXPECT_EQ(bed.finish(read).says(), "hit");
    EXPECT_LE(bed.since_thaw(), 1ms);
    bed.world.run_for(1s);
    EXPECT_EQ(bed.says("k"), "hit");
    EXPECT_EQ(bed.p.sessions(), 1U);
    EXPECT_EQ(bed.r.sessions(), 1U);
    const NodeId p = bed.id(bed.p);
    EXPECT_EQ(bed.client->node_facts(p).health, Health::good);
    EXPECT_FALSE(bed.state.slow.strained(p));
    EXPECT_TRUE(bed.state.trust.trusted(p));
    EXPECT_LE(bed.client->node_facts(p).p99, 10ms);
}

// The proof is in front of it.
TEST_P(ThawOf, AMissOverAFineConnectionIsAMiss) {
    ThawBed bed;
    EXPECT_EQ(bed.finish(bed.thaw(GetParam().first, GetParam().second, "none")).says(), "miss");
}

// It was said before: since then the key may have been written, and the node have lost its slots.
TEST_P(ThawOf, ANilThatWasOnItsWayBeforeIsNoMiss) {
    ThawBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.world.run_for(6s);
    TestRead& old = bed.start("none", 3h);
    bed.world.run_for(0ms);  // it is sent
    bed.finish(bed.thaw(GetParam().first, GetParam().second));
    EXPECT_EQ(bed.finish(old).says(), "unknown untrusted_nil");
}

TEST_P(ThawOf, AConnectionThatDiedWithoutAWordIsRacedAndTheReadIsAHitWithinItsBudget) {
    ThawBed bed;
    bed.meanwhile = [&] { bed.world.network().lose_silently("client"); };
    TestRead& read = bed.thaw(GetParam().first, GetParam().second);
    EXPECT_EQ(bed.finish(read).says(), "hit");
    EXPECT_EQ(read.node, "node-p:7000");
    EXPECT_GE(bed.since_thaw(), 10ms);  // the probe's time
    EXPECT_LE(bed.since_thaw(), 25ms);
    EXPECT_EQ(bed.p.sessions(), 2U);
    bed.world.run_for(Link::kRestMax + 200ms);  // the replica's is replaced, though nobody waits
    EXPECT_EQ(bed.r.sessions(), 2U);
    EXPECT_EQ(bed.client->node_facts(bed.id(bed.p)).health, Health::good);
    EXPECT_EQ(bed.client->node_facts(bed.id(bed.r)).health, Health::good);
    EXPECT_EQ(bed.says("k"), "hit");
    EXPECT_EQ(bed.p.sessions(), 2U);
}

TEST_P(ThawOf, ANilOverTheConnectionThatReplacedADeadOneAwaitsAMap) {
    ThawBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.world.run_for(6s);
    bed.meanwhile = [&] { bed.world.network().lose_silently("client"); };
    TestRead& read = bed.thaw(GetParam().first, GetParam().second, "none");
    EXPECT_EQ(bed.finish(read).says(), "unknown untrusted_nil");
    EXPECT_TRUE(bed.control.asked(RefreshReason::connection_lost));
    bed.state.trust.trust(bed.id(bed.p));
    EXPECT_EQ(bed.says("none"), "miss");
}

TEST_P(ThawOf, AConnectionThatWasClosedMeanwhileIsReplacedAtOnce) {
    ThawBed bed;
    bed.meanwhile = [&] {
        bed.p.server.drop_sessions();
        bed.r.server.drop_sessions();
    };
    TestRead& read = bed.thaw(GetParam().first, GetParam().second);
    EXPECT_EQ(bed.finish(read).says(), "hit");
    EXPECT_LE(bed.since_thaw(), 5ms);
}

TEST_P(ThawOf, ANodeThatDiedMeanwhileLeavesItsReplica) {
    ThawBed bed;
    bed.meanwhile = [&] {
        bed.world.network().lose_silently("client");
        bed.p.server.close();
        bed.closed_servers.insert(&bed.p);
    };
    TestRead& read = bed.thaw(GetParam().first, GetParam().second);
    EXPECT_EQ(bed.finish(read).says(), "hit");
    EXPECT_EQ(read.node, "node-r:7000");
    EXPECT_LE(bed.since_thaw(), 50ms);
}

TEST_P(ThawOf, ANodeWhoseDialsHangTooLeavesItsReplica) {
    ThawBed bed;
    bed.meanwhile = [&] {
        bed.world.network().lose_silently("client");
        bed.world.network().host("node-p").hang_connect = true;
    };
    TestRead& read = bed.thaw(GetParam().first, GetParam().second);
    EXPECT_EQ(bed.finish(read).says(), "hit");
    EXPECT_EQ(read.node, "node-r:7000");
    EXPECT_LE(bed.since_thaw(), 50ms);
    bed.world.network().host("node-p").hang_connect = false;
}

TEST(WorkerClientThaw, ManyReadsRaceOneConnectionAndAllAreHits) {
    ThawBed bed;
    for (int i = 0; i < 100; ++i) bed.hold({&bed.p}, "k" + std::to_string(i));
    bed.meanwhile = [&] { bed.world.network().lose_silently("client"); };
    bed.thaw(1h);
    std::vector<TestRead*> reads;
    for (int i = 0; i < 100; ++i) reads.push_back(&bed.start("k" + std::to_string(i)));
    for (TestRead* read : reads) EXPECT_EQ(bed.finish(*read).says(), "hit");
    EXPECT_LE(bed.since_thaw(), 25ms);
    EXPECT_EQ(bed.p.sessions(), 2U);
}

// One that comes when the probe is late already does not wait for it.
TEST(WorkerClientThaw, ALaterReadBeginsTheRaceIfNobodyHas) {
    ThawBed bed;
    bed.install_and_tell(&bed.p, {});
    bed.meanwhile = [&] { bed.world.network().lose_silently("client"); };
    bed.finish(bed.thaw(1h, Clock::ran_on, "k"));
    // Once more, and now nobody reads at first.
    const SteadyTime since = bed.process.now();
    bed.process.freeze();
    bed.world.run_for(1h);
    bed.world.network().lose_silently("client");
    bed.process.thaw(Clock::ran_on);
    bed.on_client([&] { bed.client->thawed(since); });
    bed.world.run_for(30ms);
    const std::size_t before = bed.p.sessions();
    const SteadyTime asked = bed.world.now();
    EXPECT_EQ(bed.says("k"), "hit");
    EXPECT_LE(bed.world.now() - asked, 5ms);
    EXPECT_EQ(bed.p.sessions(), before + 1);
}

// The bound on a node's connections leaves none beside the suspected one.
TEST(WorkerClientThaw, WithoutRoomForTwoTheSuspectedOneMakesRoom) {
    TierOptions options;
    options.connections_per_node = 3;  // one worker's essential ones
    ThawBed bed(options);
    bed.meanwhile = [&] { bed.world.network().lose_silently("client"); };
    TestRead& read = bed.thaw(1h);
    EXPECT_EQ(bed.finish(read).says(), "hit");
    EXPECT_LE(bed.since_thaw(), 40ms);
}

TEST(WorkerClientThaw, AProofThatIsMerelySlowEndsTheRace) {
    ThawBed bed;
    bed.p.delay = 12ms;
    TestRead& read = bed.thaw(5s);
    EXPECT_EQ(bed.finish(read).says(), "hit");
    bed.p.delay = {};
    bed.world.run_for(2s);
    EXPECT_EQ(bed.client->node_facts(bed.id(bed.p)).link, LinkState::up);
    std::size_t open = 0;
    for (const auto& session : bed.p.server.sessions) open += session->ended ? 0 : 1;
    EXPECT_EQ(open, 1U);
}

// Reads that were under way when the process stood still.
TEST(WorkerClientThaw, ReadsThatWereUnderWayAreAnsweredAndNothingIsSlow) {
    for (const bool died : {false, true}) {
        ThawBed bed;
        TestRead& read = bed.start("k", 3h);
        bed.meanwhile = [&] {
            if (died) bed.world.network().lose_silently("client");
        };
        bed.finish(bed.thaw(1h));
        EXPECT_EQ(bed.finish(read).says(), "hit");
        bed.world.run_for(1s);
        EXPECT_FALSE(bed.state.slow.strained(bed.id(bed.p)));
        EXPECT_LE(bed.client->node_facts(bed.id(bed.p)).p99, 50ms);
    }
}

// Found by `aside drill lambda-failover`.
TEST(WorkerClientThaw, AReadWaitsForTheDialThatReplacesOneThatAFreezeSpoilt) {
    ReadBed bed({}, true, 1, true);
    bed.hold({&bed.p}, "k");
    bed.install_and_tell(&bed.p, {});
    TestRead& before = bed.start("k", 1h);
    ASSERT_TRUE(bed.world.run_until([&] { return bed.p.sessions() == 1; }, 1s));
    const SteadyTime since = bed.process.now();
    freeze_for(bed.world, bed.process, 5s, Clock::ran_on, [&] {
        bed.p.server.drop_sessions();
        bed.world.run_for(1ms);
    });
    bed.on_client([&] { bed.client->thawed(since); });
    EXPECT_EQ(bed.says("k"), "hit");
    bed.finish(before);
    EXPECT_EQ(bed.p.sessions(), 2U);
}

// Nobody tells it: each link notices by itself.
TEST(WorkerClientThaw, AProcessThatIsNotToldNoticesByItself) {
    ThawBed bed;
    bed.process.freeze();
    bed.world.run_for(1h);
    bed.world.network().lose_silently("client");
    bed.process.thaw(Clock::ran_on);
    bed.world.run_for(1ms);
    EXPECT_TRUE(bed.control.asked(RefreshReason::thawed));
    EXPECT_EQ(bed.says("k"), "hit");
    EXPECT_EQ(bed.client->node_facts(bed.id(bed.p)).health, Health::good);
}

// --- before the first answer

struct LazyBed : ReadBed {
    static TierOptions lazy() {
        TierOptions options;
        options.dialling = Dialling::lazy;
        return options;
    }
    LazyBed() : ReadBed(lazy()) { hold({&p, &r}, "k"); }
};

TEST(WorkerClientLazy, OnlyThePrimaryThatIsReadIsDialledUntilTheFirstAnswer) {
    LazyBed bed;
    bed.world.run_for(5s);
    EXPECT_EQ(bed.p.sessions(), 0U);
    EXPECT_EQ(bed.says("k"), "hit");
    bed.world.run_for(5s);
    EXPECT_EQ(bed.p.sessions(), 1U);
    EXPECT_EQ(bed.r.sessions(), 0U);
    EXPECT_TRUE(bed.state.first_answer_given());
    EXPECT_FALSE(bed.state.first_answer_given());
    bed.on_client([&] { bed.client->stand_by_at(bed.world.now() + 300ms); });
    bed.world.run_for(299ms);
    EXPECT_EQ(bed.r.sessions(), 0U);
    bed.world.run_for(10ms);
    EXPECT_EQ(bed.r.sessions(), 1U);
}

TEST(WorkerClientLazy, ALateAnswerIsNoReasonToDialAnother) {
    LazyBed bed;
    bed.says("k");
    bed.p.delay = 45ms;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(bed.says("k"), "hit");
    EXPECT_EQ(bed.r.sessions(), 0U);
}

TEST(WorkerClientLazy, APrimaryThatCannotBeReachedIs) {
    LazyBed bed;
    bed.kill(bed.p);
    EXPECT_EQ(bed.says("k"), "hit");
    EXPECT_EQ(bed.r.sessions(), 1U);
}

}  // namespace
}  // namespace aside::redis
