// The whole tier through a time in which its process stood still: what it believes, asks and dials
// afterwards. Reads of one worker are in worker_client_thaw_test.cpp.
#include <gtest/gtest.h>

#include "redis/tier_fixture.h"

namespace aside::redis {
namespace {

using Clock = runtime::SimProcess::SteadyClock;

const RemoteKey kKey{ValueKind::object, "gb/ENG"};

struct FrozenTier : TierBed {
    explicit FrozenTier(std::size_t primaries = 3) : TierBed(primaries, 1, true) {
        start_up();
        // Each worker has read once.
        for (unsigned i = 0; i < 2; ++i) EXPECT_NE(read(kKey, i), "");
        world.run_for(2s);
        events.unheard.clear();
    }
    // Told by the first worker, as soon as it runs again.
    void freeze(Duration span, Clock clock = Clock::ran_on) {
        since = process.now();
        freeze_for(world, process, span, clock, [this] {
            if (meanwhile) meanwhile();
            world.run_for(1ms);
            dials_before = dials();
        });
        on_worker([&] { tier->thawed(worker(), since); });
    }
    void on_worker(std::function<void()> call) {
        bool done = false;
        worker().post([&] {
            call();
            done = true;
        });
        EXPECT_TRUE(world.run_until([&] { return done; }));
    }
    std::string read(RemoteKey key, unsigned on = 0, Duration patience = 1s) {
        struct Read {
            static runtime::Task<std::string> run(TierBed& bed, RemoteKey key, unsigned on,
                                                  Duration patience) {
                runtime::Worker& worker = bed.worker(on);
                const RemoteAnswer& answer =
                    co_await read_remote(*bed.tier, worker, key, worker.now() + patience);
                if (answer.state == RemoteState::hit) co_return "hit";
                if (answer.state == RemoteState::miss) co_return "miss";
                co_return "unknown " + std::string(name_of(answer.reason));
            }
        };
        return world.run_on(process, Read::run(*this, key, on, patience), on);
    }
    std::uint64_t dials() { return registry.counter("aside_l2_dials_total", "").value(); }
    std::size_t open_sessions() const {
        std::size_t count = 0;
        for (const auto& node : cluster.nodes) {
            for (const auto& session : node->server.sessions) count += session->ended ? 0 : 1;
        }
        return count;
    }
    std::uint64_t new_dials() { return dials() - dials_before; }

    SteadyTime since{};
    std::function<void()> meanwhile;
    std::uint64_t dials_before = 0;
};

class TierThaw : public testing::TestWithParam<std::pair<Duration, Clock>> {};

INSTANTIATE_TEST_SUITE_P(Spans, TierThaw,
                         testing::Values(std::pair(Duration(10ms), Clock::ran_on),
                                         std::pair(Duration(5s), Clock::ran_on),
                                         std::pair(Duration(1h), Clock::ran_on),
                                         std::pair(Duration(5s), Clock::stood_still),
                                         std::pair(Duration(1h), Clock::stood_still)));

TEST_P(TierThaw, WhereAllIsWellNothingIsDialledAndNothingIsUnknown) {
    FrozenTier bed;
    const std::size_t open = bed.open_sessions();
    bed.freeze(GetParam().first, GetParam().second);
    for (unsigned i = 0; i < 2; ++i) EXPECT_EQ(bed.read(kKey, i), "miss");
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::won);
    bed.world.run_for(5s);
    EXPECT_EQ(bed.open_sessions(), open);
    EXPECT_EQ(bed.new_dials(), 0U);
    EXPECT_EQ(bed.gauge("aside_l2_unheard_slots"), 0);
    EXPECT_EQ(bed.gauge("aside_l2_slow_nodes"), 0);
}

// A gap at its beginning, and again at its end, as when the connection was lost.
TEST_P(TierThaw, EverySlotIsUnheardUntilThePushesAreHeardAgain) {
    FrozenTier bed;
    bed.freeze(GetParam().first, GetParam().second);
    const std::uint16_t slot = bed.tier->slot_of(kKey);
    EXPECT_GE(TestEvents::covering(bed.events.unheard, slot), 1U) << "at once";
    EXPECT_EQ(bed.gauge("aside_l2_unheard_slots"), kSlots);
    const std::size_t before = TestEvents::covering(bed.events.unheard, slot);
    ASSERT_TRUE(bed.world.run_until([&] { return bed.ready(); }, 5ms));
    EXPECT_GT(TestEvents::covering(bed.events.unheard, slot), before);
}

TEST_P(TierThaw, PushesThatCameMeanwhileAreHeardFirst) {
    FrozenTier bed;
    bed.meanwhile = [&] {
        bed.owner(kKey).push(">2\r\n$10\r\ninvalidate\r\n*1\r\n" +
                             ScriptedServer::bulk("aside:{" + std::string(kKey.bytes) + "}:x"));
    };
    bed.freeze(GetParam().first, GetParam().second);
    bed.world.run_for(2ms);
    EXPECT_GE(bed.registry.counter("aside_l2_pushes_total", "").value(), 1U);
}

TEST_P(TierThaw, ConnectionsThatDiedWithoutAWordAreAllReplacedWithoutAStorm) {
    FrozenTier bed;
    bed.meanwhile = [&] { bed.world.network().lose_silently("client"); };
    bed.freeze(GetParam().first, GetParam().second);
    const SteadyTime thawed = bed.world.now();
    // The nil awaits a map, as after any lost connection; it is no miss, and nothing false.
    EXPECT_EQ(bed.read(kKey), "unknown untrusted_nil");
    EXPECT_LE(bed.world.now() - thawed, 40ms);
    ASSERT_TRUE(bed.world.run_until([&] { return bed.ready(); }, 500ms));
    // The thaw's own round may have begun before it was known that they are dead; the next comes
    // 1.25 s after it.
    bed.world.run_for(1500ms);
    EXPECT_EQ(bed.read(kKey), "miss");
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::won);
    bed.world.network().find_lost();
    bed.world.run_for(10ms);
    // One for each that died: two workers' reads, fills, control, of three nodes.
    EXPECT_LE(bed.new_dials(), 3U * 4);
    EXPECT_EQ(bed.open_sessions(), 3U * 4);
}

TEST_P(TierThaw, ConnectionsThatWereClosedMeanwhileAreReplaced) {
    FrozenTier bed;
    bed.meanwhile = [&] {
        for (auto& node : bed.cluster.nodes) node->server.drop_sessions();
    };
    bed.freeze(GetParam().first, GetParam().second);
    EXPECT_NE(bed.read(kKey), "hit");
    bed.world.run_for(1500ms);
    EXPECT_EQ(bed.read(kKey), "miss");
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::won);
    EXPECT_LE(bed.new_dials(), 3U * 4 + 3);
}

// Node 0's slots are node 1's now, and it answers MOVED.
TEST_P(TierThaw, SlotsThatMovedMeanwhileAreFollowedAndTheMapIsAskedFor) {
    FrozenTier bed;
    bed.meanwhile = [&] {
        bed.cluster.ranges[0].primary = 1;
        ++bed.cluster.epoch;
    };
    const std::uint64_t changes = bed.registry.counter("aside_l2_map_changes_total", "").value();
    bed.freeze(GetParam().first, GetParam().second);
    for (int i = 0; i < 20; ++i) {
        const std::string key = "k" + std::to_string(i);
        EXPECT_EQ(bed.read({ValueKind::object, key}), "miss") << key;
    }
    bed.world.run_for(2s);
    EXPECT_GT(bed.registry.counter("aside_l2_map_changes_total", "").value(), changes);
}

// A round of questions was under way; nobody failed it.
TEST(TierThawOnce, ARoundThatWasCutShortIsNoOutage) {
    FrozenTier bed;
    for (auto& node : bed.cluster.nodes) node->slow["CLUSTER SLOTS"] = 200ms;
    bed.world.run_until([&] { return bed.cluster[0].counts["CLUSTER SLOTS"] > 1; }, 40s);
    for (auto& node : bed.cluster.nodes) node->slow.clear();
    unsigned asked = 0;
    for (auto& node : bed.cluster.nodes) asked += node->counts["CLUSTER SLOTS"];
    bed.freeze(1h);
    bed.world.run_for(200ms);
    unsigned asked_since = 0;
    for (auto& node : bed.cluster.nodes) asked_since += node->counts["CLUSTER SLOTS"];
    EXPECT_EQ(asked_since, asked + 3);
    EXPECT_EQ(bed.new_dials(), 0U) << "no seed is asked in an emergency";
    EXPECT_EQ(bed.read(kKey), "miss");
}

// Fills and leases that were under way: nothing is held against the node, nothing is sent twice.
TEST(TierThawOnce, WhatWasUnderWayToANodeDoesNotHoldItsFills) {
    for (const bool died : {false, true}) {
        FrozenTier bed;
        LeaseAnswer lease;
        bool ended = false;
        bed.process.spawn(0, [](FrozenTier& in, LeaseAnswer& into, bool& done) -> runtime::Task<> {
            into = co_await in.tier->take_lease(in.worker(), kKey, in.worker().now() + 1s);
            done = true;
        }(bed, lease, ended));
        bed.world.run_for(0ms);
        if (died) bed.world.network().lose_silently("client");
        bed.freeze(5s);
        ASSERT_TRUE(bed.world.run_until([&] { return ended; }, 100ms));
        bed.world.run_for(600ms);
        const RemoteKey other{ValueKind::object, "gb/ENG"};
        EXPECT_NE(bed.take_lease(other).state, LeaseState::unavailable);
        EXPECT_EQ(bed.fill("probe", "{}", 0), FillState::stored);
    }
}

TEST(TierThawOnce, ALeaseThatIsAskedRightAwayWaitsForTheProofAndIsWon) {
    FrozenTier bed;
    bed.freeze(1h);
    const SteadyTime asked = bed.world.now();
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::won);
    EXPECT_LE(bed.world.now() - asked, 2ms);
}

TEST(TierThawOnce, ALeaseOverADeadConnectionIsUnavailableInTime) {
    FrozenTier bed;
    bed.meanwhile = [&] { bed.world.network().lose_silently("client"); };
    bed.freeze(1h);
    const SteadyTime asked = bed.world.now();
    EXPECT_EQ(bed.take_lease(kKey).state, LeaseState::unavailable);
    EXPECT_LE(bed.world.now() - asked, bed.options.lease_timeout + 5ms);
}

// Frozen again and again, told or not, it stays as it was.
TEST(TierThawOnce, AThousandFreezesLeaveNothingBehind) {
    FrozenTier bed;
    const std::size_t open = bed.open_sessions();
    const std::uint64_t dials = bed.dials();
    Random random(7);
    for (int i = 0; i < 1000; ++i) {
        const Duration span = std::chrono::milliseconds(random.below(3000));
        const SteadyTime before = bed.process.now();
        bed.process.freeze();
        bed.world.run_for(span);
        bed.process.thaw(random.chance(1, 2) ? Clock::ran_on : Clock::stood_still);
        const bool told = random.chance(9, 10);
        if (told) bed.on_worker([&] { bed.tier->thawed(bed.worker(), before); });
        const std::string says = bed.read(kKey, i % 2);
        // Who is not told notices by a late timer, when the read has been sent: the proof comes
        // behind its nil.
        if (told || says != "unknown untrusted_nil") EXPECT_EQ(says, "miss") << i;
        bed.world.run_for(std::chrono::milliseconds(random.below(30)));
    }
    bed.world.run_for(5s);
    EXPECT_EQ(bed.open_sessions(), open);
    EXPECT_EQ(bed.dials(), dials);
    EXPECT_EQ(bed.gauge("aside_l2_unheard_slots"), 0);
}

}  // namespace
}  // namespace aside::redis
