// The whole engine in four processes before a simulated cluster on bad days. Another seed, or more:
//   aside_lab_sim_test --gtest_filter='EngineChaos*' first_seed=500 seeds=100
#include <cstdio>

#include <gtest/gtest.h>

#include "lab/sim/engine_fleet.h"
#include "lab/sim/misfortunes.h"
#include "lab/sim/test_arguments_fixture.h"

namespace aside::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kFirstSeed = 1;
constexpr std::uint64_t kSeeds = 3;

FleetOutcome run_fleet(std::uint64_t seed, FleetScenario scenario) {
    FleetOutcome outcome = EngineFleet(seed, std::move(scenario)).run();
    EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
    if (argument("tell", 0) != 0) std::printf("%s", outcome.text.c_str());
    return outcome;
}

TEST(EngineChaos, BreaksNoInvariant) {
    const std::uint64_t first = argument("first_seed", kFirstSeed);
    const std::uint64_t count = argument("seeds", kSeeds);
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const FleetOutcome outcome = run_fleet(seed, fleet_chaos(seed));
        EXPECT_GT(outcome.tally.ok, 1000U) << outcome.text;
    }
}

// Nothing goes wrong and nothing expires: each generation is loaded once for the whole fleet after
// its write was confirmed, nobody is answered an older one, and nothing needs a pardon.
TEST(EngineChaos, ACalmFleetLoadsEachGenerationOnce) {
    FleetScenario calm{.name = "calm"};
    calm.engine.objects.fresh = std::chrono::hours(1);
    calm.engine.index.fresh = std::chrono::hours(1);
    calm.lag = milliseconds(0);
    calm.bounds = {.unheard_within = milliseconds(10)};
    calm.load.writes_per_thousand = 5;
    const std::uint64_t seed = argument("first_seed", kFirstSeed);
    EngineFleet fleet(seed, calm);
    fleet.start();
    fleet.start_load();
    fleet.world.run_for(seconds(30));
    fleet.stop_load();
    fleet.read_everything();
    for (ThingNumber thing = 0; thing < fleet.origin.things(); ++thing) {
        const std::uint64_t last = fleet.origin.model().newest(thing);
        if (!fleet.origin.exists(thing, last)) continue;
        const auto loads = fleet.origin.loads_of(thing, last);
        if (last == 0) {
            EXPECT_EQ(loads, 1U) << fleet.origin.name_of(thing);
        } else {
            // One more may have begun between the write and the invalidation.
            EXPECT_LE(loads, 2U) << fleet.origin.name_of(thing);
        }
    }
    const FleetOutcome outcome = fleet.end();
    EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
    EXPECT_GT(outcome.tally.writes, 20U) << outcome.text;
    EXPECT_EQ(outcome.tally.unconfirmed, 0U) << outcome.text;
    EXPECT_EQ(outcome.tally.pardons(), 0U) << outcome.text;
    EXPECT_EQ(outcome.l2.unknowns, 0U) << outcome.text;
    if (argument("tell", 0) != 0) std::printf("%s", outcome.text.c_str());
}

TEST(EngineChaos, TheSameSeedIsTheSameRun) {
    FleetScenario brief = fleet_chaos(2);
    brief.processes = 2;
    brief.misfortunes = [](EngineFleet& fleet) -> runtime::Task<> {
        co_await misfortune("freeze_primary").happen(fleet);
    };
    const FleetOutcome first = EngineFleet(2, brief).run();
    const FleetOutcome second = EngineFleet(2, brief).run();
    EXPECT_EQ(first.text, second.text);
}

}  // namespace
}  // namespace aside::lab
