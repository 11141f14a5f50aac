// The whole tier on bad networks, from seeds: every call ends, once and in its time, and nothing is
// left behind.
#include <gtest/gtest.h>

#include "redis/tier_fixture.h"

namespace aside::redis {
namespace {

constexpr Duration kPatience = 1s;

struct Tally {
    unsigned begun = 0, ended = 0, filled = 0, hits = 0, late = 0;
};

runtime::Task<> one_call(TierBed& bed, unsigned on, int number, Tally& tally) {
    runtime::Worker& worker = bed.worker(on);
    co_await runtime::sleep_for(worker, Duration(worker.random().below(10'000'000'000)));
    const std::string name = "key-" + std::to_string(number % 40);
    const RemoteKey key{ValueKind::object, name};
    const SteadyTime began = worker.now();
    ++tally.begun;
    const RemoteAnswer& answer =
        co_await read_remote(*bed.tier, worker, key, worker.now() + kPatience);
    const RemoteState state = answer.state;
    if (state == RemoteState::hit) {
        ++tally.hits;
        EXPECT_EQ(answer.body, "body of " + name);
    }
    if (number % 7 == 0) {
        (void)co_await bed.tier->invalidate(worker, key, worker.now() + kPatience);
    } else if (state != RemoteState::hit) {
        const LeaseAnswer lease =
            co_await bed.tier->take_lease(worker, key, worker.now() + kPatience);
        RemoteFill fill{.value = TestValue::make(name, "body of " + name),
                        .lease = lease.token,
                        .only_if_absent = lease.token == 0,
                        .keep_for = 60s};
        const FillState told = co_await bed.tier->fill(worker, std::move(fill));
        tally.filled += told == FillState::stored;
    }
    tally.late += worker.now() - began > 2 * kPatience + 100ms;
    ++tally.ended;
}

Tally run_world(std::uint64_t seed, const runtime::NetworkFaults& faults) {
    TierBed bed(3, seed);
    bed.may_hang = faults.hang.times > 0;
    bed.start();
    bed.world.network().faults = faults;
    Tally tally;
    for (int i = 0; i < 400; ++i) {
        const auto on = static_cast<unsigned>(i % 2);
        bed.world.spawn(on, one_call(bed, on, i, tally));
    }
    // A node dies for a while, and another pauses its writes.
    bed.world.run_for(3s);
    bed.cluster[seed % 3].die();
    bed.cluster[(seed + 1) % 3].writes_paused = true;
    bed.world.run_for(2s);
    bed.cluster[seed % 3].server.open();
    bed.world.run_for(2s);
    bed.cluster[(seed + 1) % 3].resume_writes();
    bed.world.run_for(8s);
    EXPECT_EQ(tally.begun, 400U) << bed.world.describe();
    EXPECT_EQ(tally.ended, 400U) << bed.world.describe();
    EXPECT_EQ(tally.late, 0U) << bed.world.describe();
    bed.world.network().faults = {};
    return tally;
}

TEST(TierStressTest, EveryCallEndsOnAGoodNetwork) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Tally tally = run_world(seed, {});
        EXPECT_GT(tally.hits, 100U);
        EXPECT_GT(tally.filled, 20U);
    }
}

TEST(TierStressTest, EveryCallEndsWhenConnectionsBreak) {
    for (std::uint64_t seed = 11; seed <= 40; ++seed) {
        run_world(seed, {.short_read = {1, 5}, .reset = {1, 200}, .refuse_connect = {1, 4}});
    }
}

TEST(TierStressTest, EveryCallEndsWhenConnectionsFallSilent) {
    for (std::uint64_t seed = 41; seed <= 70; ++seed) {
        run_world(seed, {.hang = {1, 200}, .hang_connect = {1, 4}});
    }
}

TEST(TierStressTest, ATierThatStopsInTheMiddleEndsEveryCall) {
    for (std::uint64_t seed = 71; seed <= 90; ++seed) {
        TierBed bed(3, seed);
        bed.start();
        Tally tally;
        for (int i = 0; i < 200; ++i) {
            const auto on = static_cast<unsigned>(i % 2);
            bed.world.spawn(on, one_call(bed, on, i, tally));
        }
        bed.world.run_for(std::chrono::milliseconds(seed * 50));
        bed.tier->stop();
        bed.world.run_for(15s);
        EXPECT_EQ(tally.ended, 200U) << bed.world.describe();
    }
}

}  // namespace
}  // namespace aside::redis
