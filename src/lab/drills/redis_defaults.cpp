// A cluster on Redis's own defaults: one slot without an owner and every node refuses everything.
#include <algorithm>

#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr Duration kNodeTimeout = 2s;
constexpr std::uint64_t kOriginConcurrency = 8;

// Of the reads that L2 could not answer, for this reason.
double unknown_for(const MetricsPage& counted, std::string_view reason) {
    return counted.sum("aside_unknown_total", "reason=\"" + std::string(reason) + "\"");
}

// While every node says CLUSTERDOWN the origin serves, within its bound; before and after, L2 does.
void outlive_a_primary(DrillContext& drill, void (RedisServer::*befall)()) {
    ClientOptions options = drill.client_options(false);
    options.engine.origin_concurrency = kOriginConcurrency;
    const unsigned victim = begin_warm(drill, options, {.objects = 4000});
    const unsigned replica = drill.cluster().replica_of(victim);
    drill.start_load({.per_second = 1000});
    drill.pause(1s);
    (drill.cluster().server(victim).*befall)();
    drill.pause(kNodeTimeout - 500ms);
    drill.expect(drill.object_loads() == 0, "until it is given up, its replica serves");
    drill.await(10s, "the replica is promoted",
                [&] { return drill.cluster().info(replica, "replication", "role") == "master"; });
    drill.pause(1500ms);
    const std::uint64_t loads = drill.object_loads();
    const MetricsPage during = drill.since_start();
    // Of the slots whose primary is away the first reason counts: that it cannot be reached.
    const double refused = unknown_for(during, "cluster_down");
    const double unreached = unknown_for(during, "not_connected") + unknown_for(during, "suspect");
    drill.fact("loads while nodes said CLUSTERDOWN", static_cast<double>(loads));
    drill.fact("most loads at a time",
               static_cast<double>(drill.client().origin().most_in_flight()));
    drill.expect(refused > 0, "every node said CLUSTERDOWN");
    drill.expect(refused + unreached == during.sum("aside_unknown_total"),
                 "each unknown is counted by its reason");
    drill.expect(static_cast<double>(loads) <= refused + unreached, "nothing else is loaded");
    drill.expect(during.sum("aside_miss_total") == 0, "none of it is taken for a miss");
    drill.expect(drill.client().origin().most_in_flight() <= kOriginConcurrency,
                 "the origin's concurrency stays at its cap");
    (void)drill.require(drill.cluster().heal_keeping_data(), "the old primary comes back");
    expect_all_hits(drill);
    drill.expect(drill.object_loads() == loads, "nothing is loaded once they serve again");
}

void d63_freeze_primary(DrillContext& drill) {
    outlive_a_primary(drill, &RedisServer::freeze);
}
void d64_kill_primary(DrillContext& drill) {
    outlive_a_primary(drill, &RedisServer::kill);
}

}  // namespace

std::vector<Drill> redis_default_drills() {
    const ClusterWish defaults{.node_timeout = kNodeTimeout, .as_managed = false};
    return {
        {"D63", "SIGSTOP a primary, on Redis's defaults", "redis_defaults", d63_freeze_primary,
         defaults},
        {"D64", "SIGKILL a primary, on Redis's defaults", "redis_defaults", d64_kill_primary,
         defaults},
    };
}

}  // namespace aside::lab
