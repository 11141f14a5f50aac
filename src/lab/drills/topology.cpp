// What the client believes of the cluster's shape.
#include <algorithm>

#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kMovedSlots = 400;  // from each old primary to each new one
constexpr Duration kReshardLimit = 60s;

void d49_three_six_three_shards(DrillContext& drill) {
    drill.start_client(drill.client_options(false), {.objects = 6000});
    drill.warm();
    drill.start_load({.per_second = 1500});
    LocalCluster& cluster = drill.cluster();
    const auto old = cluster.primaries();
    std::vector<unsigned> added;
    for (unsigned i = 0; i < 3; ++i) {
        auto node = cluster.add_node();
        if (!node) return (void)drill.require(fail(node.error()), "a node joins");
        added.push_back(*node);
        (void)drill.require(cluster.reshard(old[i], *node, kMovedSlots, kReshardLimit),
                            "slots move to it");
    }
    const auto knows = [&](unsigned nodes) {
        const std::string status = drill.client().tier().status_json();
        unsigned primaries = 0;
        for (std::size_t at = status.find("\"primary\""); at != std::string::npos;
             at = status.find("\"primary\"", at + 1))
            ++primaries;
        return primaries == nodes && status.contains("\"covered_slots\":16384");
    };
    drill.await(2s, "the client knows six shards 2 s after the last move",
                [&] { return knows(6); });
    drill.pause(1s);
    for (unsigned i = 0; i < 3; ++i)
        (void)drill.require(cluster.reshard(added[i], old[i], kMovedSlots, kReshardLimit),
                            "slots move back");
    drill.await(2s, "the client knows three shards 2 s after the last move",
                [&] { return knows(3); });
    drill.await(10s, "no connection to the nodes that left is there after 10 s", [&] {
        return std::ranges::all_of(
            added, [&](unsigned node) { return client_connections(drill, node) == 0; });
    });
    for (const unsigned node : added)
        (void)drill.require(cluster.remove_node(node), "a node leaves");
    drill.expect_no_loads("nothing was loaded that L2 held");
}

void d50_start_without_redis(DrillContext& drill) {
    for (unsigned i = 0; i < drill.cluster().size(); ++i) drill.cluster().server(i).kill();
    drill.start_client(drill.client_options(false), {.objects = 2000, .latency = 5ms});
    drill.start_load({.per_second = 1000});
    drill.pause(3s);
    const MetricsPage before = drill.since_start();
    drill.expect(before.l2("hit") == 0 && before.sum("aside_miss_total") == 0,
                 "every read of L2 is unknown");
    drill.expect(drill.object_loads() > 0, "the origin serves");
    (void)drill.require(drill.cluster().heal(), "the cluster comes up");
    drill.await(5s, "it heals unaided", [&] {
        const MetricsPage now = drill.since_start();
        return now.l2("hit") > 500;
    });
}

void tell(DrillContext& drill, unsigned node, const std::vector<ToldRange>& ranges) {
    drill.proxies().add_rule(node, {.command = "CLUSTER",
                                    .reply = slots_reply(drill, ranges),
                                    .times = kEachTime,
                                    .containing = "SLOTS"});
}

// New connections make the client ask for the topology again.
void make_it_ask(DrillContext& drill, unsigned node) {
    drill.proxies().with(node, [](FaultProxy& proxy) { proxy.close_sessions(); });
    drill.pause(2500ms);
}

void d45_one_view_is_old(DrillContext& drill) {
    begin_warm(drill, drill.client_options(true));
    const auto primaries = drill.cluster().primaries();
    auto ranges = told_ranges(drill);
    for (ToldRange& range : ranges) {
        // As before a failover: primary and replica in each other's place.
        std::swap(range.primary, range.replicas.front());
    }
    tell(drill, primaries[0], ranges);
    drill.start_load({.per_second = 500});
    make_it_ask(drill, primaries[1]);
    const MetricsPage counted = drill.since_start();
    drill.fact("refresh rounds", counted.sum("aside_l2_refresh_rounds_total"));
    drill.expect(counted.sum("aside_l2_refresh_rounds_total") > 0, "it was asked again");
    drill.expect(counted.sum("aside_l2_redirects_total") == 0, "the majority's map is in force");
    drill.expect_no_loads("nothing was loaded that L2 held");
}

void d46_partial_coverage(DrillContext& drill) {
    begin_warm(drill, drill.client_options(true));
    const std::uint16_t hole = drill.client().slot_of("obj-0");
    std::vector<ToldRange> ranges;
    for (const ToldRange& range : told_ranges(drill)) {
        if (hole < range.slots.first || hole > range.slots.last) {
            ranges.push_back(range);
            continue;
        }
        ToldRange before = range, after = range;
        before.slots.last = hole - 1;
        after.slots.first = hole + 1;
        if (before.slots.first <= before.slots.last && hole > 0) ranges.push_back(before);
        if (after.slots.first <= after.slots.last) ranges.push_back(after);
    }
    for (unsigned i = 0; i < drill.cluster().size(); ++i) tell(drill, i, ranges);
    // A client that starts now knows no other map.
    LabClient& late = drill.another_client(drill.client_options(true));
    drill.await(5s, "it has a map",
                [&] { return late.read_tier("obj-1").state == RemoteState::hit; });
    const auto read = late.read_tier("obj-0");
    drill.expect(read.state == RemoteState::unknown && read.reason == UnknownReason::no_route,
                 "the slot nobody covers is unknown");
    unsigned hits = 0;
    for (unsigned i = 1; i <= 100; ++i)
        hits += late.read_tier("obj-" + std::to_string(i)).state == RemoteState::hit;
    drill.fact("hits of 100 others", hits);
    drill.expect(hits >= 99, "only that one is");
    drill.expect(late.read("obj-0").outcome == Outcome::ok, "and the origin serves it");
}

void d47_failed_shard(DrillContext& drill) {
    begin_warm(drill, drill.client_options(true));
    const unsigned victim = drill.cluster().primary_of(0);
    const unsigned replica = drill.cluster().replica_of(victim);
    drill.start_load({.per_second = 500});
    drill.proxies().with_all([](FaultProxy& proxy) { proxy.seen().record = true; });
    for (const unsigned node : {victim, replica}) drill.cluster().server(node).kill();
    bool covered = true;
    for (unsigned i = 0; i < 50; ++i) {
        drill.pause(100ms);
        covered &= drill.client().tier().status_json().contains("\"covered_slots\":16384");
    }
    drill.expect(covered, "the map stays complete");
    unsigned shards = 0;
    drill.proxies().with_all([&](FaultProxy& proxy) {
        shards += static_cast<unsigned>(std::ranges::count_if(
            proxy.seen().recorded,
            [](const std::string& line) { return line.contains("CLUSTER SHARDS"); }));
    });
    drill.expect(shards == 0, "CLUSTER SHARDS is not relied on");
    const MetricsPage counted = drill.since_start();
    drill.expect(counted.l2("hit") > 500, "the other shards serve");
}

void d48_all_dead_then_back(DrillContext& drill) {
    ClientOptions options = drill.client_options(false);
    options.seeds = {{"127.0.0.1", 1}, drill.cluster().endpoints()[0]};
    begin_warm(drill, options, {.objects = 2000});
    drill.start_load({.per_second = 800});
    drill.cluster().server(0).kill();  // the only seed that was alive
    drill.pause(4s);
    expect_all_hits(drill);
    for (unsigned i = 0; i < drill.cluster().size(); ++i) drill.cluster().server(i).kill();
    drill.pause(3s);
    (void)drill.require(drill.cluster().heal(), "they come back");
    const SteadyTime back = drill.control().now();
    drill.await(2s, "it is found within 2 s", [&] {
        const MetricsPage before = drill.client().metrics();
        drill.pause(100ms);
        return (drill.client().metrics() - before).l2("hit") > 5;
    });
    drill.fact("found after ms", milliseconds(drill.control().now() - back));
}

}  // namespace

std::vector<Drill> topology_drills() {
    return {
        {"D45", "one of the views is old", "topology", d45_one_view_is_old},
        {"D46", "a slot that nobody covers", "topology", d46_partial_coverage},
        {"D47", "a shard that failed stays in the map", "topology", d47_failed_shard},
        {"D48", "seeds dead, then all nodes, then back", "topology", d48_all_dead_then_back},
        {"D49",
         "3 to 6 to 3 shards under load",
         "topology",
         d49_three_six_three_shards,
         {.fresh = true}},
        {"D50", "start with no Redis there", "topology", d50_start_without_redis},
    };
}

}  // namespace aside::lab
