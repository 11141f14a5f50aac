// What the client believes of the cluster's shape.
#include <algorithm>

#include "lab/drills/all_drills.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kMovedSlots = 400;  // from each old primary to each new one
constexpr Duration kReshardLimit = 60s;

// Connections of the client under test to a node.
long client_connections(DrillContext& drill, unsigned node) {
    const auto list = drill.cluster().command(node, {"CLIENT", "LIST"});
    if (!list) return -1;
    long count = 0;
    const std::string mark = "user=" + std::string(kClientUser) + " ";
    for (std::size_t at = list->text.find(mark); at != std::string::npos;
         at = list->text.find(mark, at + 1))
        ++count;
    return count;
}

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
    drill.expect(drill.object_loads() == 0, "nothing was loaded that L2 held");
}

void d50_start_without_redis(DrillContext& drill) {
    for (unsigned i = 0; i < drill.cluster().size(); ++i) drill.cluster().server(i).kill();
    drill.start_client(drill.client_options(false), {.objects = 2000, .latency = 5ms});
    drill.start_load({.per_second = 1000});
    drill.pause(3s);
    const MetricsPage before = drill.since_start();
    drill.expect(before["aside_reads_total{tier=\"l2\",answer=\"hit\"}"] == 0 &&
                     before.sum("aside_miss_total") == 0,
                 "every read of L2 is unknown");
    drill.expect(drill.object_loads() > 0, "the origin serves");
    (void)drill.require(drill.cluster().heal(), "the cluster comes up");
    drill.await(5s, "it heals unaided", [&] {
        const MetricsPage now = drill.since_start();
        return now["aside_reads_total{tier=\"l2\",answer=\"hit\"}"] > 500;
    });
}

}  // namespace

std::vector<Drill> topology_drills() {
    return {
        {"D49",
         "3 to 6 to 3 shards under load",
         "topology",
         d49_three_six_three_shards,
         {.fresh = true}},
        {"D50", "start with no Redis there", "topology", d50_start_without_redis},
    };
}

}  // namespace aside::lab
