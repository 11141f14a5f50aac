// Nodes that answer, but not with what was asked for.
#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLoading = "-LOADING Redis is loading the dataset in memory\r\n";
constexpr std::string_view kMasterDown =
    "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n";

void answer_each(DrillContext& drill, unsigned node, const std::string& command,
                 std::string_view reply) {
    drill.proxies().add_rule(node,
                             {.command = command, .reply = std::string(reply), .times = kEachTime});
}

void d21_loading(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    const unsigned replica = drill.cluster().replica_of(primary);
    drill.start_load({.per_second = 1000});
    drill.pause(1s);
    answer_each(drill, primary, "GET", kLoading);
    drill.pause(2s);
    drill.expect_no_unknown("the replica serves in the meantime");
    answer_each(drill, replica, "GET", kLoading);
    drill.pause(1s);
    const MetricsPage both = drill.since_start();
    drill.fact("unknown while both load", both.by_label("aside_unknown_total", "reason"));
    drill.expect(both.sum("aside_unknown_total", "loading") > 0, "then reads are unknown");
    drill.proxies().clear();
    drill.pause(1s);
    expect_all_hits(drill);
}

void d22_master_down(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    const unsigned replica = drill.cluster().replica_of(primary);
    answer_each(drill, replica, "GET", kMasterDown);
    const auto accepted = drill.proxies().accepted(replica);
    // The primary is slow now and then, so that its replica is asked.
    drill.proxies().with(primary, [](FaultProxy& proxy) { proxy.faults().delay = 20ms; });
    drill.start_load({.per_second = 500});
    drill.pause(3s);
    drill.expect(drill.proxies().commands(replica, "GET") > 0, "the replica was asked");
    drill.expect_no_unknown("the primary is used");
    drill.expect(drill.proxies().accepted(replica) - accepted <= 1,
                 "the replica is not taken for dead");
}

void d23_read_only(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    const double rounds = drill.client().metrics().sum("aside_l2_refresh_rounds_total");
    drill.proxies().add_rule(primary,
                             {.command = "EVALSHA",
                              .reply = "-READONLY You can't write against a read only replica.\r\n",
                              .times = 1});
    const auto asked = drill.proxies().commands_everywhere("EVALSHA");
    const auto keys = keys_of(drill, primary, 1);
    const LeaseAnswer lease = drill.client().lease_tier(keys.front());
    drill.pause(1500ms);
    drill.fact("asks", static_cast<double>(drill.proxies().commands_everywhere("EVALSHA") - asked));
    drill.expect(drill.proxies().commands_everywhere("EVALSHA") - asked <= 2,
                 "rerouted at most once");
    drill.fact("lease", lease.state == LeaseState::won ? "won" : "unavailable");
    const double more = drill.client().metrics().sum("aside_l2_refresh_rounds_total") - rounds;
    drill.fact("refresh rounds", more);
    drill.expect(more >= 1 && more <= 2, "one refresh, or one more that was due");
}

void d24_node_is_reset(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(false));
    const unsigned replica = drill.cluster().replica_of(primary);
    drill.start_load({.per_second = 1000});
    drill.pause(500ms);
    auto reset = drill.cluster().command(replica, {"CLUSTER", "RESET", "HARD"});
    drill.expect(reset.has_value(), "a node forgets its cluster");
    bool covered = true;
    for (unsigned i = 0; i < 40; ++i) {
        drill.pause(100ms);
        covered &= drill.client().tier().status_json().contains("\"covered_slots\":16384");
    }
    drill.expect(covered, "its empty answer never replaces the map");
    expect_all_hits(drill);
    drill.expect_no_loads("nothing was loaded that L2 held");
}

}  // namespace

std::vector<Drill> node_state_drills() {
    return {
        {"D21", "LOADING on a primary, then on its replica too", "node_state", d21_loading},
        {"D22", "MASTERDOWN on a replica", "node_state", d22_master_down},
        {"D23", "READONLY from a script", "node_state", d23_read_only},
        {"D24", "CLUSTER RESET of a node", "node_state", d24_node_is_reset, {.fresh = true}},
    };
}

}  // namespace aside::lab
