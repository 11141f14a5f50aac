// What newer servers do differently, and clusters of several versions. Each says "skip" where the
// server it runs on is not one of them.
#include <algorithm>

#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"
#include "lab/known_values.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr Duration kSettled = 40s;

// How long the longest of some fills took, while something else goes on.
Duration longest_fill(DrillContext& drill, unsigned count) {
    Duration longest{};
    for (unsigned i = 0; i < count; ++i) {
        const SteadyTime begun = drill.control().now();
        (void)drill.client().fill_tier(known_key(i), 512);
        longest = std::max(longest, drill.control().now() - begun);
        drill.pause(10ms);
    }
    return longest;
}

// Every slot of one primary to another, in one step, under load.
void d07_atomic_migration(DrillContext& drill) {
    LocalCluster& cluster = drill.cluster();
    if (!cluster.kind(0).migrates_slots_whole())
        return drill.skip("this server does not move slots whole");
    begin_warm(drill, drill.client_options(false));
    drill.start_load();
    drill.pause(1s);
    const Duration p99_before = drill.load().report().p99;
    const auto primaries = cluster.primaries();
    const unsigned from = primaries[0], to = primaries[1];
    const auto seen = cluster.layout();
    if (!seen) return (void)drill.require(fail(seen.error()), "the layout is told");
    const LaidOutNode* source = seen->by_port(cluster.server(from).options().port);
    const LaidOutNode* target = seen->by_port(cluster.server(to).options().port);
    RedisCommand words = {"CLUSTER", "MIGRATESLOTS", "SLOTSRANGE"};
    for (const SlotRange slots : source->slots) {
        words.push_back(std::to_string(slots.first));
        words.push_back(std::to_string(slots.last));
    }
    words.insert(words.end(), {"NODE", target->id});
    drill.load().next_phase();
    const auto asked = cluster.command(from, words);
    drill.expect(asked.has_value(), "the migration begins");
    const Duration longest = longest_fill(drill, 100);
    drill.await(30s, "the slots have moved", [&] { return cluster.primary_of(0) == to; });
    drill.pause(1s);
    const LoadReport during = drill.load().report();
    const MetricsPage counted = drill.since_start();
    const double moved = counted.sum("aside_l2_redirects_total", "moved");
    drill.pause(1s);
    drill.fact("p99 before, ms", milliseconds(p99_before));
    drill.fact("p99 during, ms", milliseconds(during.p99));
    drill.fact("longest fill, ms", milliseconds(longest));
    drill.fact("MOVED", moved);
    drill.expect(moved > 0, "MOVED was met");
    drill.expect(drill.since_start().sum("aside_l2_redirects_total", "moved") == moved,
                 "in one burst");
    drill.expect(counted.sum("aside_l2_redirects_total", "ask") == 0, "no slot was half moved");
    drill.expect(during.p99 <= std::max<Duration>(2 * p99_before, 10ms), "p99 within twice");
    drill.expect(longest <= 1s, "fills pause only briefly");
    drill.expect(drill.object_loads() == 0, "nothing was loaded that L2 held");
}

// The node starts as another version, empty, and copies what its primary holds.
bool upgrade(DrillContext& drill, unsigned node, const std::string& program) {
    RedisServer& server = drill.cluster().server(node);
    server.kill();
    server.options().program = program;
    return drill.require(server.start(), "a node starts as " + program) &&
           drill.require(drill.cluster().await_ready(kSettled), "it joins as a replica") &&
           drill.require(drill.cluster().await_replicated(kSettled), "it has its primary's data");
}

// Replicas first, which then change places with their primaries. Between a step and the next an
// older replica cannot copy from its newer primary.
void d51_rolling_upgrade(DrillContext& drill) {
    if (drill.settings().upgrades.empty()) return drill.skip("ASIDE_TEST_UPGRADES names no server");
    begin_warm(drill, drill.client_options(false));
    drill.start_load({.per_second = 1000, .absent_share = 0.02});
    LocalCluster& cluster = drill.cluster();
    for (const std::string& program : drill.settings().upgrades) {
        for (const unsigned primary : cluster.primaries()) {
            const unsigned replica = cluster.replica_of(primary);
            if (!upgrade(drill, replica, program)) return;
            if (!drill.require(cluster.fail_over(replica), "it becomes the primary")) return;
            drill.pause(1s);  // of the old version behind the new one
            if (!upgrade(drill, primary, program)) return;
        }
        drill.fact("upgraded to", program);
        expect_all_hits(drill);
    }
    drill.expect(drill.object_loads() == 0, "nothing was loaded that L2 held");
}

}  // namespace

std::vector<Drill> version_drills() {
    return {
        {"D07",
         "atomic slot migration (Valkey 9)",
         "versions",
         d07_atomic_migration,
         {.fresh = true}},
        {"D51", "a rolling upgrade", "versions", d51_rolling_upgrade, {.fresh = true}},
    };
}

}  // namespace aside::lab
