// Redirections, and slots that move while they are read.
#include "lab/drills/all_drills.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr Duration kReshardLimit = 90s;

void d05_move_every_slot(DrillContext& drill) {
    drill.start_client(drill.client_options(false), {.objects = 6000});
    drill.warm();
    drill.start_load({.per_second = 1500, .absent_share = 0.02});
    LocalCluster& cluster = drill.cluster();
    const auto primaries = cluster.primaries();
    const unsigned a = primaries[0], b = primaries[1], c = primaries[2];
    const auto slots = [&](unsigned node) {
        const auto seen = cluster.layout();
        return seen ? seen->by_port(cluster.server(node).options().port)->slot_count() : 0;
    };
    const unsigned of_c = slots(c);
    (void)drill.require(cluster.reshard(a, b, slots(a), kReshardLimit), "a's slots move to b");
    (void)drill.require(cluster.reshard(c, a, of_c, kReshardLimit), "c's slots move to a");
    (void)drill.require(cluster.reshard(b, c, slots(b), kReshardLimit),
                        "b's slots, and those that were a's, move to c");
    drill.pause(1s);
    drill.expect(drill.object_loads() == 0, "no object that is there was taken for missing");
    drill.expect(drill.since_start().sum("aside_l2_redirects_total") > 0, "redirections were met");
}

}  // namespace

std::vector<Drill> redirect_drills() {
    return {
        {"D05",
         "every slot moves, key by key, under load",
         "redirects",
         d05_move_every_slot,
         {.fresh = true}},
    };
}

}  // namespace aside::lab
