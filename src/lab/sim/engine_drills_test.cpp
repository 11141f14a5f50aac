// Drills of docs/drills.md that run in virtual time on whole engines: four processes, one cluster,
// one origin.
#include <algorithm>
#include <cstdio>

#include <gtest/gtest.h>

#include "lab/sim/engine_fleet.h"
#include "lab/sim/misfortunes.h"
#include "lab/sim/test_arguments_fixture.h"

namespace aside::lab {
namespace {

using runtime::Task;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kForEver = std::chrono::hours(24);

// Nothing expires and nobody writes: what L2 holds need not be loaded, whatever happens.
FleetScenario lasting(std::string_view name, ClusterShape shape = {}) {
    FleetScenario scenario{.name = name, .shape = std::move(shape)};
    scenario.engine.objects.fresh = kForEver;
    scenario.engine.index.fresh = kForEver;
    scenario.load.writes_per_thousand = 0;
    return scenario;
}

class EngineDrill : public testing::Test {
  protected:
    EngineFleet& begin(FleetScenario scenario) {
        fleet_ = std::make_unique<EngineFleet>(argument("first_seed", 1), std::move(scenario));
        fleet_->start();
        return *fleet_;
    }
    // Every tier of every process is warm, and the load runs.
    EngineFleet& begin_warm(FleetScenario scenario) {
        EngineFleet& fleet = begin(std::move(scenario));
        fleet.read_everything();
        fleet.world.run_for(seconds(2));
        warm_loads_ = loads();
        fleet.start_load();
        fleet.world.run_for(seconds(1));
        return fleet;
    }
    void happen(Task<> task, Duration limit = minutes(2)) {
        bool done = false;
        fleet_->world.spawn(fleet_->cluster.worker().index(), finish_after(std::move(task), done));
        ASSERT_TRUE(fleet_->world.run_until([&] { return done; }, limit));
    }
    void happen(std::string_view misfortune_name) {
        happen(misfortune(misfortune_name).happen(*fleet_));
    }
    // Of what exists.
    std::uint64_t loads() const {
        std::uint64_t sum = 0;
        for (const auto& [name, count] : fleet_->origin.loads) {
            if (!name.starts_with("never")) sum += count;
        }
        return sum;
    }
    std::uint64_t loads_since_warm() const { return loads() - warm_loads_; }
    FleetOutcome end(Duration quiet = seconds(12)) {
        fleet_->put_right();
        fleet_->world.run_for(quiet);
        fleet_->stop_load();
        const auto before = fleet_->l2_counts().unknowns;
        fleet_->read_everything();
        EXPECT_EQ(fleet_->l2_counts().unknowns, before) << "not recovered";
        const std::uint64_t loaded = loads_since_warm();
        FleetOutcome outcome = fleet_->end();
        EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
        EXPECT_EQ(outcome.tally.failed, 0U) << outcome.text;
        if (argument("tell", 0) != 0) {
            std::printf("%s  loads after the warm-up %llu\n", outcome.text.c_str(),
                        static_cast<unsigned long long>(loaded));
        }
        return outcome;
    }

    std::unique_ptr<EngineFleet> fleet_;
    std::uint64_t warm_loads_ = 0;
};

// What the replicas hold is not loaded.
TEST_F(EngineDrill, AKilledPrimaryCostsNoLoads) {
    begin_warm(lasting("kill"));
    happen("kill_primary");
    const FleetOutcome outcome = end();
    EXPECT_EQ(loads_since_warm(), 0U) << outcome.text;
}

TEST_F(EngineDrill, AFrozenPrimaryCostsNoLoads) {
    begin_warm(lasting("freeze"));
    happen("freeze_primary");
    const FleetOutcome outcome = end();
    EXPECT_EQ(loads_since_warm(), 0U) << outcome.text;
}

TEST_F(EngineDrill, AManualFailoverWithItsPauseOfWritesCostsNoLoads) {
    begin_warm(lasting("manual failover"));
    happen("manual_failover");
    const FleetOutcome outcome = end();
    EXPECT_EQ(loads_since_warm(), 0U) << outcome.text;
}

// A primary is slow, so that its replica is asked too, while its slots move key by key: redis 7
// replicas answer nil for keys that have gone.
TEST_F(EngineDrill, NilsOfReplicasDuringAMigrationCostNoLoads) {
    EngineFleet& fleet = begin_warm(lasting("migration with replica reads"));
    const auto from = fleet.cluster.owner(fleet.tier(0).slot_of({ValueKind::object, "obj-0"}));
    const auto to = static_cast<NodeIndex>((from + 1) % 3);
    fleet.cluster.core(from).states.delay = milliseconds(60);
    happen(fleet.cluster.move_slots(fleet.cluster.slots_of(from, kSlotCount / 3), to,
                                    milliseconds(2)));
    const FleetOutcome outcome = end();
    EXPECT_GT(outcome.l2.by_replica, 0U) << outcome.text;
    EXPECT_EQ(loads_since_warm(), 0U) << outcome.text;
}

// Every node is killed and comes back with nothing: about one load for each key, of all processes
// together, and never more at a time than the limit of each.
TEST_F(EngineDrill, AClusterThatComesBackEmptyIsFilledOnce) {
    EngineFleet& fleet = begin_warm(lasting("empty"));
    const std::size_t known = fleet.origin.loads.size();
    for (NodeIndex index = 0; index < fleet.cluster.size(); ++index) fleet.cluster.kill(index);
    fleet.world.run_for(seconds(2));
    for (NodeIndex index = 0; index < fleet.cluster.size(); ++index)
        fleet.cluster.restart(index, false);
    const FleetOutcome outcome = end(seconds(20));
    // What is asked for before a process has learnt that a node takes no writes yet, it loads
    // alone.
    EXPECT_LE(loads_since_warm(), known * 3 / 2) << outcome.text;
    EXPECT_GE(loads_since_warm(), fleet.origin.things()) << outcome.text;
}

// D60 for the fleet: nothing is cached anywhere and everybody asks for everything at once.
TEST_F(EngineDrill, AColdStartLoadsEachKeyOnceWithinTheLimits) {
    FleetScenario scenario = lasting("cold start");
    scenario.engine.origin_concurrency = 4;
    EngineFleet& fleet = begin(std::move(scenario));
    fleet.origin.latency_min = fleet.origin.latency_max = milliseconds(50);
    fleet.read_everything();
    for (ThingNumber thing = 0; thing < fleet.origin.things(); ++thing)
        EXPECT_EQ(fleet.origin.loads_of(thing, 0), 1U) << fleet.origin.name_of(thing);
    fleet.start_load();
    end(seconds(2));
}

// All of L2 is gone for an hour: answers go on, from L1 and the origin; what is owed stays within
// its bound, and L2 is filled again when it is back.
TEST_F(EngineDrill, AnHourWithoutL2OnlyCostsLoads) {
    FleetScenario scenario{.name = "an hour without L2"};
    scenario.processes = 2;
    scenario.load.pause_max = seconds(8);
    scenario.load.tasks = 4;
    EngineFleet& fleet = begin_warm(std::move(scenario));
    for (NodeIndex index = 0; index < fleet.cluster.size(); ++index) fleet.cluster.kill(index);
    double owed_most = 0;
    for (int i = 0; i < 60; ++i) {
        fleet.world.run_for(minutes(1));
        for (unsigned process = 0; process < fleet.processes(); ++process)
            owed_most = std::max(owed_most, fleet.metric(process, "aside_owed_fills"));
    }
    EXPECT_GT(owed_most, 0);
    EXPECT_LE(owed_most, fleet_engine_options().owed_fills_max);
    const auto hits = fleet.l2_counts().hits;
    const auto stored = fleet.l2_counts().fills_stored;
    for (NodeIndex index = 0; index < fleet.cluster.size(); ++index)
        fleet.cluster.restart(index, false);
    const FleetOutcome outcome = end(seconds(30));
    EXPECT_GT(outcome.l2.hits, hits) << outcome.text;
    EXPECT_GT(outcome.l2.fills_stored, stored) << outcome.text;
    EXPECT_GT(outcome.tally.ok, 3000U) << outcome.text;
}

// --- one cold key, four processes with a thousand requests each at once

class Stampede : public EngineDrill, public testing::WithParamInterface<int> {};

TEST_P(Stampede, IsOneLoad) {
    FleetScenario scenario = lasting("stampede");
    scenario.objects = 1;
    scenario.items = 0;
    EngineFleet& fleet = begin(std::move(scenario));
    fleet.origin.latency_min = fleet.origin.latency_max = milliseconds(GetParam());
    constexpr unsigned kEach = 1000;
    std::vector<FleetRead> reads(kEach * fleet.processes());
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const auto process = static_cast<unsigned>(i / kEach);
        const auto worker = static_cast<unsigned>(i % 2);
        fleet.world.spawn(worker, fleet.read(process, worker, 0, seconds(3), &reads[i]));
    }
    fleet.world.run_for(seconds(4));
    EXPECT_TRUE(std::ranges::all_of(
        reads, [](const FleetRead& read) { return read.outcome == Outcome::ok; }));
    EXPECT_EQ(fleet.origin.loads_of(0, 0), 1U);
    const FleetOutcome outcome = fleet.end();
    EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
}

INSTANTIATE_TEST_SUITE_P(OriginLatency, Stampede, testing::Values(20, 200, 1000),
                         [](const auto& info) { return std::to_string(info.param) + "ms"; });

// --- servers of the newest sort

Duration percentile(std::vector<Duration> times, double part) {
    if (times.empty()) return {};
    const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1));
    std::ranges::nth_element(times, times.begin() + at);
    return times[static_cast<std::size_t>(at)];
}

std::vector<Duration> take_times(EngineFleet& fleet) {
    std::vector<Duration> all;
    for (unsigned process = 0; process < fleet.processes(); ++process) {
        auto& took = fleet.tier(process).took;
        fleet.tier(process).timing = true;
        all.insert(all.end(), took.begin(), took.end());
        took.clear();
    }
    return all;
}

double moved(const EngineFleet& fleet) {
    double sum = 0;
    for (unsigned process = 0; process < fleet.processes(); ++process)
        sum += fleet.metric(process, R"(aside_l2_redirects_total{kind="moved"})");
    return sum;
}

// What is found slow is left to its replica, and comes back when it is quick again.
TEST_F(EngineDrill, D29_ASlowPrimaryCostsNoLoadsAndNoConnections) {
    EngineFleet& fleet = begin_warm(lasting("slow"));
    const auto slow_nodes = [&] {
        double sum = 0;
        for (unsigned process = 0; process < fleet.processes(); ++process)
            sum += fleet.metric(process, "aside_l2_slow_nodes");
        return sum;
    };
    constexpr NodeIndex kSlow = 0;
    const auto accepted = fleet.cluster.node(kSlow).counts().accepted;
    fleet.cluster.core(kSlow).states.delay = milliseconds(200);
    fleet.world.run_for(seconds(2));
    EXPECT_GE(slow_nodes(), fleet.processes());
    take_times(fleet);
    fleet.world.run_for(seconds(10));
    EXPECT_LT(percentile(take_times(fleet), 0.99), milliseconds(40));
    EXPECT_EQ(fleet.cluster.node(kSlow).counts().accepted, accepted);
    fleet.cluster.core(kSlow).states.delay = Duration(0);
    fleet.world.run_for(seconds(15));
    EXPECT_EQ(slow_nodes(), 0);
    const auto gets = fleet.cluster.node(kSlow).counts().gets;
    fleet.world.run_for(seconds(2));
    EXPECT_GT(fleet.cluster.node(kSlow).counts().gets, gets + 20);
    const FleetOutcome outcome = end();
    EXPECT_GT(outcome.l2.by_replica, 0U) << outcome.text;
    EXPECT_EQ(loads_since_warm(), 0U) << outcome.text;
}

// A third of the slots changes its owner in one go, under writes: one burst of MOVED, no ASK, reads
// as quick as ever, fills pause and go on.
TEST_F(EngineDrill, D07_AnAtomicMigrationIsOneBurstOfMoved) {
    FleetScenario scenario{.name = "D07", .shape = {.profile = ServerProfile::valkey9}};
    EngineFleet& fleet = begin_warm(std::move(scenario));
    take_times(fleet);
    fleet.world.run_for(seconds(5));
    const Duration before = percentile(take_times(fleet), 0.99);
    const double moved_before = moved(fleet);
    const auto slots = fleet.cluster.slots_of(0, kSlotCount / 3);
    happen(fleet.cluster.move_atomically(slots, 1, milliseconds(400)));
    fleet.world.run_for(seconds(2));
    const Duration during = percentile(take_times(fleet), 0.99);
    const double burst = moved(fleet) - moved_before;
    EXPECT_LE(during, 2 * before);
    EXPECT_GT(burst, 0);
    EXPECT_LE(burst, 64);  // of 24 readers in 8 workers
    const auto stored = fleet.l2_counts().fills_stored;
    fleet.world.run_for(seconds(5));
    EXPECT_EQ(moved(fleet) - moved_before, burst);
    EXPECT_GT(fleet.l2_counts().fills_stored, stored);
    double asked = 0;
    for (unsigned process = 0; process < fleet.processes(); ++process)
        asked += fleet.metric(process, R"(aside_l2_redirects_total{kind="ask"})");
    EXPECT_EQ(asked, 0);
    const FleetOutcome outcome = end();
    EXPECT_EQ(outcome.tally.pardons(), 0U) << outcome.text;
}

// One node at a time, replicas first, a primary after its replica took over: never more than one
// node is away, and the load does not notice.
Task<> upgrade(EngineFleet& fleet, ServerProfile profile) {
    const auto renew = [&](NodeIndex index) -> Task<> {
        fleet.cluster.kill(index);
        fleet.cluster.core(index).set_profile(profile);
        co_await fleet.wait(milliseconds(500));
        fleet.cluster.restart(index, true);
        co_await fleet.wait(seconds(3));
    };
    for (const NodeIndex primary : fleet.cluster.primaries()) {
        const auto replicas = fleet.cluster.replicas_of(primary);
        for (const NodeIndex replica : replicas) co_await renew(replica);
        co_await fleet.cluster.manual_failover(replicas.front());
        co_await fleet.wait(seconds(1));
        co_await renew(primary);
    }
}

TEST_F(EngineDrill, D51_ARollingUpgradeAcrossServersGoesUnnoticed) {
    EngineFleet& fleet = begin_warm({.name = "D51", .shape = {.profile = ServerProfile::redis7}});
    for (const ServerProfile profile : {ServerProfile::valkey8, ServerProfile::valkey9}) {
        happen(upgrade(fleet, profile));
        for (NodeIndex index = 0; index < fleet.cluster.size(); ++index)
            EXPECT_EQ(fleet.cluster.core(index).setup().profile, profile);
    }
    const FleetOutcome outcome = end();
    EXPECT_LT(outcome.l2.unknowns, outcome.l2.hits / 50) << outcome.text;
    EXPECT_EQ(outcome.tally.unconfirmed, 0U) << outcome.text;
}

}  // namespace
}  // namespace aside::lab
