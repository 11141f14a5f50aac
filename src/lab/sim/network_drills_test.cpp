// Drills of the network and of names, in virtual time on whole engines. On real servers, where
// namespaces are permitted: src/lab/drills/namespaces.cpp.
#include <gtest/gtest.h>

#include "lab/sim/engine_fleet.h"
#include "lab/sim/test_arguments_fixture.h"

namespace aside::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kForEver = std::chrono::hours(24);
constexpr Duration kPatience = seconds(3);

// Nothing expires and nobody writes: what L2 holds need not be loaded, whatever happens.
FleetScenario lasting(std::string_view name) {
    FleetScenario scenario{.name = name};
    scenario.engine.objects.fresh = kForEver;
    scenario.engine.index.fresh = kForEver;
    scenario.load.writes_per_thousand = 0;
    return scenario;
}

class NetworkDrill : public testing::Test {
  protected:
    EngineFleet& make(FleetScenario scenario) {
        fleet_ = std::make_unique<EngineFleet>(argument("first_seed", 1), std::move(scenario));
        return *fleet_;
    }
    // Every node is announced by a name that leads to its address.
    void name_nodes() {
        for (NodeIndex index = 0; index < fleet_->cluster.size(); ++index) {
            const std::string name = "cache-" + std::to_string(index) + ".aside.test";
            lead(name, fleet_->cluster.at(index).host);
            fleet_->cluster.name(index).host = name;
        }
    }
    void lead(const std::string& name, const std::string& host) {
        fleet_->world.network().names[name] = {host};
    }
    void begin_warm() {
        fleet_->start();
        fleet_->read_everything();
        fleet_->world.run_for(seconds(2));
        fleet_->start_load();
        fleet_->world.run_for(seconds(1));
        warm_loads_ = loads();
    }
    void happen(runtime::Task<> task) {
        bool done = false;
        fleet_->world.spawn(fleet_->cluster.worker().index(), finish_after(std::move(task), done));
        ASSERT_TRUE(fleet_->world.run_until([&] { return done; }, minutes(1)));
    }
    void read_all(unsigned process) {
        for (ThingNumber thing = 0; thing < fleet_->origin.things(); ++thing)
            fleet_->world.run(fleet_->read(process, 0, thing, kPatience));
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
    FleetOutcome end() {
        fleet_->put_right();
        fleet_->world.run_for(seconds(12));
        fleet_->stop_load();
        FleetOutcome outcome = fleet_->end();
        EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
        EXPECT_EQ(outcome.tally.failed, 0U) << outcome.text;
        return outcome;
    }

    std::unique_ptr<EngineFleet> fleet_;
    std::uint64_t warm_loads_ = 0;
};

// A primary that clients reach is cut off from the other nodes. One process fills L2 meanwhile; the
// others, who still take the old primary for the owner, believe one nil of it and no more.
TEST_F(NetworkDrill, D20_TheNilOfAMinorityIsNotTrusted) {
    EngineFleet& fleet = make(lasting("D20"));
    fleet.start();
    fleet.world.run_for(seconds(2));
    fleet.cluster.set_group(0, 1);
    fleet.world.run_for(seconds(6));  // its replica is promoted, and it knows that it is alone
    read_all(0);
    fleet.world.run_for(seconds(1));
    const std::uint64_t filled = loads();
    for (unsigned process = 1; process < fleet.processes(); ++process) read_all(process);
    EXPECT_LE(loads() - filled, fleet.processes());
    const std::uint64_t before_heal = loads();
    fleet.cluster.heal();
    fleet.world.run_for(milliseconds(100));  // it does not know of the vote yet
    for (unsigned process = 0; process < fleet.processes(); ++process) read_all(process);
    EXPECT_EQ(loads(), before_heal);
    (void)end();
}

TEST_F(NetworkDrill, D31_ANameThatMovesIsFollowed) {
    EngineFleet& fleet = make(lasting("D31"));
    name_nodes();
    begin_warm();
    constexpr NodeIndex kMoved = 2;
    const NodeIndex replica = fleet.cluster.replicas_of(kMoved).front();
    happen(fleet.cluster.manual_failover(replica));
    fleet.cluster.kill(kMoved);
    fleet.cluster.node(kMoved).move_to("10.0.9.9");
    lead(fleet.cluster.name(kMoved).host, "10.0.9.9");
    fleet.world.run_for(seconds(1));
    fleet.cluster.restart(kMoved, false);
    fleet.world.run_for(seconds(15));
    happen(fleet.cluster.manual_failover(kMoved));
    const std::uint64_t gets = fleet.cluster.node(kMoved).counts().gets;
    fleet.world.run_for(seconds(5));
    EXPECT_GT(fleet.cluster.node(kMoved).counts().gets, gets);
    const FleetOutcome outcome = end();
    EXPECT_EQ(loads_since_warm(), 0U) << outcome.text;
}

TEST_F(NetworkDrill, D32_OpenConnectionsServeWithoutAResolver) {
    EngineFleet& fleet = make(lasting("D32"));
    name_nodes();
    begin_warm();
    fleet.world.network().resolver_down = true;
    const auto unknown = fleet.l2_counts().unknowns;
    fleet.world.run_for(minutes(5));
    EXPECT_EQ(fleet.l2_counts().unknowns, unknown);
    // What is lost now cannot be opened again: the replica serves.
    fleet.cluster.node(0).drop_connections();
    fleet.world.run_for(seconds(30));
    EXPECT_EQ(fleet.cluster.node(0).connections(), 0U);
    fleet.world.network().resolver_down = false;
    fleet.world.run_for(seconds(25));
    EXPECT_GT(fleet.cluster.node(0).connections(), 0U);
    const FleetOutcome outcome = end();
    EXPECT_EQ(loads_since_warm(), 0U) << outcome.text;
}

}  // namespace
}  // namespace aside::lab
