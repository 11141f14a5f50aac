#include "lab/sim/engine_fleet.h"
#include "lab/sim/misfortunes.h"
#include "lab/sim/scenario.h"

namespace aside::lab {

namespace {

constexpr std::uint64_t kMisfortunesMin = 3;
constexpr std::uint64_t kMisfortunesMore = 3;

ClusterShape drawn_shape(Random& random) {
    ClusterShape shape;
    shape.profile = kServerProfiles[random.below(std::size(kServerProfiles))];
    shape.replicas = static_cast<unsigned>(1 + random.below(2));
    shape.reads_when_down = random.chance(3, 4);
    shape.full_coverage = random.chance(1, 8);
    return shape;
}

}  // namespace

runtime::Task<> some_misfortunes(SimBed& bed) {
    const auto count = kMisfortunesMin + bed.random.below(kMisfortunesMore);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto all = misfortunes();
        const Misfortune& next = all[bed.random.below(all.size())];
        bed.say(std::string(next.name));
        co_await next.happen(bed);
        co_await bed.wait(std::chrono::milliseconds(bed.random.below(1500)));
    }
}

Scenario chaos_scenario(std::uint64_t seed) {
    Random random(seed ^ 0xc4a05ULL);
    Scenario scenario{.name = "chaos", .shape = drawn_shape(random)};
    scenario.misfortunes = some_misfortunes;
    scenario.processes = static_cast<unsigned>(1 + random.below(2));
    return scenario;
}

FleetScenario fleet_chaos(std::uint64_t seed) {
    Random random(seed ^ 0xf1ee7ULL);
    FleetScenario scenario{.name = "chaos", .shape = drawn_shape(random)};
    scenario.workers = static_cast<unsigned>(1 + random.below(2));
    const bool origin_fails = random.chance(1, 5);
    scenario.misfortunes = [origin_fails](EngineFleet& fleet) -> runtime::Task<> {
        if (origin_fails) {
            fleet.say("the origin fails now and then");
            fleet.origin.failure = {1, 12};
        }
        co_await some_misfortunes(fleet);
        fleet.origin.failure = {};
    };
    return scenario;
}

}  // namespace aside::lab
