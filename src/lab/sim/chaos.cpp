#include "lab/sim/misfortunes.h"
#include "lab/sim/scenario.h"

namespace aside::lab {

namespace {

constexpr std::uint64_t kMisfortunesMin = 3;
constexpr std::uint64_t kMisfortunesMore = 3;

runtime::Task<> chaos(ScenarioBed& bed) {
    const auto count = kMisfortunesMin + bed.random.below(kMisfortunesMore);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto all = misfortunes();
        const Misfortune& next = all[bed.random.below(all.size())];
        bed.say(std::string(next.name));
        co_await next.happen(bed);
        co_await bed.wait(std::chrono::milliseconds(bed.random.below(1500)));
    }
}

}  // namespace

Scenario chaos_scenario(std::uint64_t seed) {
    Random random(seed ^ 0xc4a05ULL);
    Scenario scenario{.name = "chaos", .misfortunes = chaos};
    scenario.shape.profile = kServerProfiles[random.below(std::size(kServerProfiles))];
    scenario.shape.replicas = static_cast<unsigned>(1 + random.below(2));
    scenario.shape.reads_when_down = random.chance(3, 4);
    scenario.shape.full_coverage = random.chance(1, 8);
    scenario.processes = static_cast<unsigned>(1 + random.below(2));
    return scenario;
}

}  // namespace aside::lab
