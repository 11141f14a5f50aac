// A tier that opens connections late: what it opens before the first answer, and what follows it.
#include <gtest/gtest.h>

#include "redis/tier_fixture.h"

namespace aside::redis {
namespace {

const RemoteKey kKey{ValueKind::object, "gb/ENG"};

struct LazyTier : TierBed {
    explicit LazyTier(std::size_t primaries = 3, std::uint64_t seed = 1)
        : TierBed(primaries, seed) {
        options.dialling = Dialling::lazy;
    }
    std::string read(RemoteKey key, unsigned on = 0) {
        struct Read {
            static runtime::Task<std::string> run(TierBed& bed, RemoteKey key, unsigned on) {
                const RemoteAnswer& answer =
                    co_await read_remote(*bed.tier, bed.worker(on), key, bed.world.now() + 1s);
                if (answer.state == RemoteState::hit) co_return "hit";
                if (answer.state == RemoteState::miss) co_return "miss";
                co_return "unknown " + std::string(name_of(answer.reason));
            }
        };
        return world.run(Read::run(*this, key, on), on);
    }
    std::uint64_t dials() { return registry.counter("aside_l2_dials_total", "").value(); }
    std::size_t sessions_that_said(const std::string& command) {
        std::size_t count = 0;
        for (const auto& node : cluster.nodes) {
            for (const auto& session : node->server.sessions) {
                count += std::ranges::any_of(session->commands, [&](const auto& words) {
                    return words[0] == command || (words.size() > 1 && words[1] == command);
                });
            }
        }
        return count;
    }
};

TEST(TierLazy, OneSeedIsAskedAndNothingElseIsOpened) {
    LazyTier bed;
    bed.start();
    bed.world.run_for(10s);
    EXPECT_EQ(bed.dials(), 1U);
    EXPECT_EQ(bed.gauge("aside_l2_covered_slots"), kSlots);
}

TEST(TierLazy, TheFirstReadIsAnsweredAndOpensItsPrimarysConnectionAlone) {
    LazyTier bed;
    bed.start();
    EXPECT_EQ(bed.read(kKey), "miss");
    EXPECT_EQ(bed.read(kKey), "miss");
    bed.world.run_for(5s);
    EXPECT_EQ(bed.dials(), 2U);
    EXPECT_EQ(bed.sessions_that_said("TRACKING"), 0U);
    EXPECT_EQ(bed.sessions_that_said("GET"), 1U);
}

TEST(TierLazy, ReadsOfAllSlotsOpenOneForEachPrimary) {
    LazyTier bed;
    bed.start();
    for (int i = 0; i < 60; ++i) {
        const std::string key = "k" + std::to_string(i);
        EXPECT_EQ(bed.read({ValueKind::object, key}), "miss");
    }
    EXPECT_EQ(bed.dials(), 1U + 3);
}

// Who cannot have a lease loads without, and what it loads is owed.
TEST(TierLazy, LeasesAndFillsAreTurnedAwayAtOnceAndOpenNothing) {
    LazyTier bed;
    bed.start();
    EXPECT_EQ(bed.read(kKey), "miss");
    const SteadyTime asked = bed.world.now();
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::unavailable);
    EXPECT_EQ(bed.fill("a", "{}", 0), FillState::dropped);
    EXPECT_EQ(bed.world.now(), asked);
    EXPECT_EQ(bed.dials(), 2U);
}

TEST(TierLazy, AnInvalidationOpensWhatItNeeds) {
    LazyTier bed;
    bed.start();
    EXPECT_EQ(bed.read(kKey), "miss");
    EXPECT_TRUE(bed.invalidate(kKey));
    EXPECT_EQ(bed.dials(), 3U);
}

TEST(TierLazy, AfterTheFirstAnswerTheRestFollowsAtRandomMoments) {
    std::set<std::int64_t> tracked_at;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        LazyTier bed(3, seed);
        bed.start();
        EXPECT_EQ(bed.read(kKey), "miss");
        const SteadyTime answered = bed.world.now();
        bed.tier->first_answer_given();
        bed.tier->first_answer_given();
        EXPECT_EQ(bed.dials(), 2U) << "nothing at once";
        ASSERT_TRUE(bed.world.run_until([&] { return bed.ready(); }, 1100ms));
        tracked_at.insert((bed.world.now() - answered) / 50ms);
        bed.world.run_for(1100ms);
        // Reads of two workers, fills and control to each, and the seed.
        EXPECT_EQ(bed.dials(), 1U + 3 * 4);
        EXPECT_FALSE(bed.events.writable.empty()) << "what is owed may be filled";
        EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::won);
    }
    EXPECT_GE(tracked_at.size(), 6U);
}

TEST(TierLazy, ALeaseThatIsNeededAfterItDoesNotWaitForItsMoment) {
    LazyTier bed;
    bed.start();
    EXPECT_EQ(bed.read(kKey), "miss");
    bed.tier->first_answer_given();
    bed.world.run_for(0ms);
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::won);
}

TEST(TierLazy, ASeedThatRefusesOrHangsIsFollowedByTheNext) {
    for (const bool hangs : {false, true}) {
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            LazyTier bed(3, seed);
            bed.options.seeds = {{"nowhere", 1}, {"nowhere", 2}, bed.cluster[0].at};
            bed.world.network().host("nowhere").hang_connect = hangs;
            bed.start();
            const Duration limit = hangs ? 510ms + 50ms : 20ms;
            EXPECT_TRUE(bed.world.run_until(
                [&] { return bed.gauge("aside_l2_covered_slots") == kSlots; }, limit))
                << seed;
            EXPECT_LE(bed.dials(), 3U);
        }
    }
}

TEST(TierLazy, MovedIsFollowedAndTheMapIsAskedOfASeedAgain) {
    LazyTier bed;
    bed.start();
    EXPECT_EQ(bed.read(kKey), "miss");
    const std::size_t owner = bed.cluster.owner(bed.tier->slot_of(kKey));
    for (auto& range : bed.cluster.ranges) range.primary = (owner + 1) % 3;
    ++bed.cluster.epoch;
    EXPECT_EQ(bed.read(kKey), "miss");
    bed.world.run_for(2s);
    EXPECT_LE(bed.dials(), 5U);
    EXPECT_EQ(bed.sessions_that_said("TRACKING"), 0U);
    EXPECT_EQ(bed.read(kKey), "miss");
}

TEST(TierLazy, WithoutServersReadsAreUnknownAndDialsFew) {
    LazyTier bed(0);
    bed.options.seeds = {{"nowhere", 1}};
    bed.start();
    for (int i = 0; i < 30; ++i) {
        EXPECT_EQ(bed.read(kKey), "unknown no_route");
        bed.world.run_for(1s);
    }
    EXPECT_LE(bed.dials(), 40U);
}

}  // namespace
}  // namespace aside::redis
