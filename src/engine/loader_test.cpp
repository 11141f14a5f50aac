// Flights by themselves: what the read path cannot be made to show without two threads at one
// moment.
#include "engine/scripted_origin_fixture.h"

namespace aside::engine {
namespace {

class LoaderTest : public ::testing::Test {
  protected:
    KeyView key() const { return memory_.key(ValueKind::object, "k"); }
    // Somebody else's load has just filled L1.
    void fill(SteadyTime origin_time, Duration fresh, bool absent = false) {
        memory_.keep(memory_.make({.absent = absent,
                                   .key_hash = key().hash,
                                   .key = "k",
                                   .body = absent ? "" : "there already",
                                   .origin_time = origin_time,
                                   .fresh_until = origin_time + fresh}));
    }
    runtime::Task<LoadOutcome> wait_for_load(runtime::Worker& worker, SteadyTime newer_than) {
        const auto gather = std::make_shared<Gather>(worker);
        const std::uint32_t slot = gather->add_slot();
        loader_.load(worker, key(), {gather, slot}, {.newer_than = newer_than}, worker.now());
        co_await gather->wait(kNever);
        co_return *gather->outcome(slot);
    }
    LoadOutcome load(SteadyTime newer_than = SteadyTime::min()) {
        return world_.run(wait_for_load(world_.worker(0), newer_than));
    }

    runtime::SimWorld world_;
    EngineOptions options_{.memory_capacity_bytes = 4 << 20, .absent_capacity_bytes = 1 << 20};
    ScriptedOrigin origin_;
    telemetry::Registry registry_{1};
    EpochDomain epochs_{1};
    MemoryTier memory_{options_, epochs_};
    FlightTable flights_{memory_};
    EngineMetrics metrics_{registry_};
    OriginLoader stores_{options_, memory_, origin_, origin_, metrics_};
    ValueBuilder builder_{options_, memory_};
    Loader loader_{options_, epochs_, memory_, flights_, stores_, builder_, metrics_};
};

TEST_F(LoaderTest, AFlightLooksIntoL1AgainBeforeItLoads) {
    fill(world_.now(), 60s);
    const LoadOutcome outcome = load();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->value->body(), "there already");
    EXPECT_EQ(origin_.object_loads, 0U);
    EXPECT_EQ(flights_.in_flight(), 0U);
}

TEST_F(LoaderTest, AFlightHearsThatAnotherFoundTheKeyAbsent) {
    fill(world_.now(), 2s, true);
    const LoadOutcome outcome = load();
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->value->absent());
    EXPECT_EQ(origin_.object_loads, 0U);
}

TEST_F(LoaderTest, WhatItsRequestHadFoundDoesNotEndAFlight) {
    origin_.objects["k"] = "new";
    world_.run_for(1s);
    const SteadyTime seen = world_.now();
    fill(seen, 60s);
    EXPECT_EQ(load(seen)->value->body(), "new");
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_EQ(load(seen)->value->body(), "new");  // that one is newer
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(LoaderTest, AKeyThatHasJustFailedIsNotRefreshed) {
    origin_.failure = Error{Errc::io, "down", 0};
    EXPECT_FALSE(load());
    const auto refresh = [&](runtime::Worker& worker) -> runtime::Task<> {
        loader_.refresh(worker, key(), SteadyTime::min());
        co_return;
    };
    world_.run(refresh(world_.worker(0)));
    EXPECT_TRUE(world_.run_until_idle());
    EXPECT_EQ(origin_.object_loads, 1U);
    world_.run_for(options_.failure_pause);
    world_.run(refresh(world_.worker(0)));
    EXPECT_TRUE(world_.run_until_idle());
    EXPECT_EQ(origin_.object_loads, 2U);
}

TEST_F(LoaderTest, WhoLeavesAFlightIsForgottenByIt) {
    const auto gather = std::make_shared<Gather>(world_.worker(0));
    const std::uint32_t slot = gather->add_slot();
    const auto joined = flights_.join(key(), {gather, slot}, Priority::client, SteadyTime::min());
    EXPECT_TRUE(joined.led);
    EXPECT_EQ(gather.use_count(), 2);
    flights_.leave(*joined.flight, *gather);
    EXPECT_EQ(gather.use_count(), 1);
    flights_.land(world_.worker(0), *joined.flight, fail(Errc::io), false);
    EXPECT_EQ(flights_.in_flight(), 0U);
}

TEST_F(LoaderTest, KindsDoNotShareFlightsEvenIfTheirHashesMeet) {
    const auto one = flights_.join({ValueKind::object, 1, "k"}, {}, Priority::client, {});
    const auto two = flights_.join({ValueKind::index_entry, 1, "k"}, {}, Priority::client, {});
    const auto three = flights_.join({ValueKind::object, 1, "l"}, {}, Priority::client, {});
    const auto again = flights_.join({ValueKind::object, 1, "k"}, {}, Priority::client, {});
    EXPECT_TRUE(one.led && two.led && three.led);
    EXPECT_FALSE(again.led);
    EXPECT_EQ(again.flight, one.flight);
}

}  // namespace
}  // namespace aside::engine
