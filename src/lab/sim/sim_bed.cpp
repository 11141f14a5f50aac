#include "lab/sim/sim_bed.h"

namespace aside::lab {

namespace {

ClusterShape with_user(ClusterShape shape) {
    ServerUser closed = default_user();
    closed.enabled = false;
    shape.users = {closed, aside_user(std::string(kSimUser), std::string(kSimPassword),
                                      std::string(kSimKeyPrefix))};
    return shape;
}

}  // namespace

SimBed::SimBed(std::uint64_t seed, unsigned client_workers, ClusterShape shape)
    : world({.seed = seed, .workers = client_workers + 1, .hosts = {}}),
      cluster(world, client_workers, with_user(std::move(shape))),
      random(seed ^ 0x5ca1ab1eULL) {}

void SimBed::say(const std::string& what) {
    const double now = std::chrono::duration<double>(world.now().time_since_epoch()).count();
    told += "  " + std::to_string(now) + " s: " + what + "\n";
}

void SimBed::put_right() {
    cluster.heal();
    for (NodeIndex index = 0; index < cluster.size(); ++index) {
        cluster.node(index).lies = NodeLies{};
        const bool loading = cluster.core(index).states.loading;
        cluster.core(index).states = NodeStates{};
        cluster.core(index).states.loading = loading && !cluster.core(index).is_primary();
        cluster.name(index).announce = Announce::address;
        if (cluster.node(index).frozen()) cluster.thaw(index);
        if (!cluster.node(index).running()) cluster.restart(index, true);
    }
    world.network().faults = runtime::NetworkFaults{};
}

redis::TierOptions SimBed::tier_options() const {
    redis::TierOptions options;
    options.seeds = {cluster.at(0), cluster.at(1)};
    options.key_prefix = kSimKeyPrefix;
    return options;
}

runtime::Task<> finish_after(runtime::Task<> task, bool& done) {
    co_await task;
    done = true;
}

}  // namespace aside::lab
