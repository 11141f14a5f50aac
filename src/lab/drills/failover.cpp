// Primaries and replicas that die, freeze or change places.
#include <algorithm>

#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"
#include "lab/known_values.h"
#include "runtime/os/process_facts.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr Duration kBefore = 1s;  // of load on a healthy cluster, before something happens

// A warm L2, replicas included, under load for a second.
unsigned begin_with_victim(DrillContext& drill) {
    const unsigned victim = begin_warm(drill, drill.client_options(false));
    drill.start_load();
    drill.pause(kBefore);
    drill.load().next_phase();
    return victim;
}

void kill_primary(DrillContext& drill, Duration node_timeout) {
    const unsigned victim = begin_with_victim(drill);
    drill.cluster().server(victim).kill();
    drill.pause(node_timeout + 3s);
    drill.load().next_phase();
    expect_all_hits(drill);
    drill.expect_no_loads("nothing was loaded that the replica held");
}

void d13_kill_primary(DrillContext& drill) {
    kill_primary(drill, 2s);
}
void d13_kill_primary_slow_cluster(DrillContext& drill) {
    kill_primary(drill, 15s);
}

void d14_freeze_primary(DrillContext& drill) {
    const unsigned victim = begin_with_victim(drill);
    const double memory = static_cast<double>(runtime::process_facts().resident_bytes);
    drill.cluster().server(victim).freeze();
    drill.pause(700ms);  // by now it is suspected, and who was waiting for it has been answered
    drill.load().next_phase();
    drill.pause(1s);
    drill.fact("p99 while it is suspected, ms", milliseconds(drill.load().report().p99));
    drill.expect(drill.load().report().p99 < 30ms, "it is suspected within 300 ms or so");
    drill.pause(drill.settings().long_ones ? 59s : 9s);
    const double grown = static_cast<double>(runtime::process_facts().resident_bytes) - memory;
    drill.fact("memory grew by MiB", grown / (1 << 20));
    drill.expect(grown < (32 << 20), "memory stays flat");
    drill.fact("while frozen", to_string(drill.load().report()));
    const double dials = drill.client().metrics().sum("aside_l2_dials_total");
    drill.cluster().server(victim).thaw();
    drill.pause(3s);
    const double dialled = drill.client().metrics().sum("aside_l2_dials_total") - dials;
    drill.fact("dials after the thaw", dialled);
    drill.expect(dialled <= 10, "no storm of connections after the thaw");
    expect_all_hits(drill);
    drill.expect_no_loads("nothing was loaded that the replica held");
}

void d15_failover_under_load(DrillContext& drill) {
    const unsigned old_primary = begin_with_victim(drill);
    const Duration p99_before = drill.load().report().p99;
    const unsigned replica = drill.cluster().replica_of(old_primary);
    auto asked = drill.cluster().command(replica, {"CLUSTER", "FAILOVER"});
    drill.expect(asked.has_value(), "the failover begins");
    unsigned stored = 0;
    Duration longest{};
    for (unsigned i = 0; i < 100; ++i) {
        const SteadyTime begun = drill.control().now();
        const FillState state = drill.client().fill_tier(known_key(i), 512);
        longest = std::max(longest, drill.control().now() - begun);
        stored += state == FillState::stored || state == FillState::refused;
        drill.pause(20ms);
    }
    drill.await(5s, "the replica is the primary now",
                [&] { return drill.cluster().info(replica, "replication", "role") == "master"; });
    const LoadReport during = drill.load().report();
    drill.fact("p99 before, ms", milliseconds(p99_before));
    drill.fact("p99 during, ms", milliseconds(during.p99));
    drill.fact("fills stored of 100", stored);
    drill.fact("longest fill, ms", milliseconds(longest));
    drill.expect(during.p99 <= std::max<Duration>(4 * p99_before, 25ms), "p99 of reads is flat");
    drill.expect(longest <= 10s, "no fill stalls for more than 10 s");
    const MetricsPage counted = drill.since_start();
    drill.expect(counted["aside_unknown_total{reason=\"suspect\"}"] == 0, "nobody was suspected");
    drill.expect_no_loads("nothing was loaded that L2 held");
}

void d16_kill_only_replica(DrillContext& drill) {
    drill.start_client(drill.client_options(true));
    drill.warm();
    const unsigned primary = drill.cluster().primary_of(0);
    const unsigned replica = drill.cluster().replica_of(primary);
    // A primary that is slower than its replica, well within the budget: some hedges go there.
    drill.proxies().with(primary, [](FaultProxy& proxy) { proxy.faults().delay = 20ms; });
    drill.start_load({.per_second = 500});
    drill.pause(2s);
    const std::uint64_t served = drill.proxies().commands(replica, "GET");
    drill.proxies().with(primary, [](FaultProxy& proxy) { proxy.clear(); });
    drill.cluster().server(replica).kill();
    drill.proxies().with(replica, [](FaultProxy& proxy) { proxy.refuse(); });
    drill.pause(2s);
    drill.fact("reads the replica served", static_cast<double>(served));
    drill.expect(served > 0, "the replica served reads");
    expect_all_hits(drill);
    drill.expect_no_loads("the primary takes over");
}

void d17_kill_half_the_primaries(DrillContext& drill) {
    ClientOptions options = drill.client_options(false);
    options.engine.origin_concurrency = 8;
    drill.start_client(options, {.objects = 4000});
    drill.warm();
    drill.start_load({.per_second = 800});
    drill.pause(kBefore);
    const auto primaries = drill.cluster().primaries();
    for (const unsigned victim : {primaries[0], primaries[1]}) {
        const unsigned replica = drill.cluster().replica_of(victim);
        drill.cluster().server(victim).kill();
        if (replica < drill.cluster().size()) drill.cluster().server(replica).kill();
    }
    drill.pause(5s);
    drill.fact("most loads at a time",
               static_cast<double>(drill.client().origin().most_in_flight()));
    drill.expect(drill.client().origin().most_in_flight() <= 8,
                 "the origin's concurrency stays at its cap");
    drill.expect(drill.object_loads() > 0, "the origin serves what L2 cannot");
}

// Kills it and starts it again before anybody votes it away: its replica then copies the emptiness.
// For its first two seconds the node says that it is cut off, and takes no fills: what it lacks is
// unknown until then. Gives the most loads at a time while the shard was known to be cold: looked
// at between two moments when it was, for what began before or after is bound by nothing but the
// origin's own room.
std::uint64_t restart_empty(DrillContext& drill) {
    const auto cold = [&] {
        return !drill.client().tier().status_json().contains("\"cold_shards\":0");
    };
    const unsigned victim = drill.cluster().primary_of(0);
    drill.cluster().server(victim).kill();
    (void)drill.require(drill.cluster().server(victim).start(), "it starts again");
    drill.await(5s, "it answers that it has nothing",
                [&] { return drill.since_start()["aside_l2_untrusted_nils_total"] > 0; });
    drill.await(1s, "the shard is noticed to be cold within 1 s", cold);
    std::uint64_t most_in_flight = 0;
    bool was_cold = false;
    for (int i = 0; i < 300; ++i) {
        drill.pause(20ms);
        const std::uint64_t in_flight = drill.client().origin().in_flight();
        const bool is_cold = cold();
        if (was_cold && is_cold) most_in_flight = std::max(most_in_flight, in_flight);
        was_cold = is_cold;
    }
    return most_in_flight;
}

constexpr OriginOptions kLostWithAShard{.objects = 4000, .latency = 5ms};
constexpr double kLost = 4000 / 3.0;

// A process that has run for a while: its L1 answers while L2 is unknown.
void d18_restart_primary_empty(DrillContext& drill) {
    ClientOptions options = drill.client_options(false);
    options.engine.memory_capacity_bytes = 64 << 20;
    drill.start_client(options, kLostWithAShard);
    drill.warm();
    for (std::uint64_t i = 0; i < kLostWithAShard.objects; ++i)
        (void)drill.client().read(known_key(i));
    drill.start_load();
    drill.pause(kBefore);
    (void)restart_empty(drill);
    drill.fact("most loads of one object",
               static_cast<double>(drill.client().origin().most_loads_of_one()));
    drill.expect(static_cast<double>(drill.object_loads()) < 1.1 * kLost,
                 "about one load for each object that was lost");
    expect_all_hits(drill);
}

// One whose L1 holds little: most unknowns are loads, and the origin is still kept from harm.
void d18_restart_primary_empty_with_little_l1(DrillContext& drill) {
    ClientOptions options = drill.client_options(false);
    options.engine.origin_concurrency = 8;
    drill.start_client(options, kLostWithAShard);
    drill.warm();
    drill.start_load();
    drill.pause(kBefore);
    const std::uint64_t most_in_flight = restart_empty(drill);
    drill.fact("most loads at a time", static_cast<double>(most_in_flight));
    drill.expect(most_in_flight <= 7, "a cold shard's loads leave an eighth of the origin's room");
    const MetricsPage counted = drill.since_start();
    const double misses = counted.sum("aside_miss_total");
    drill.expect(misses < 1.05 * kLost, "what was lost is missed once");
    drill.expect(
        static_cast<double>(drill.object_loads()) <= misses + counted.sum("aside_unknown_total"),
        "a miss or an unknown is one load at most");
    expect_all_hits(drill);
}

void d19_promote_late_replica(DrillContext& drill) {
    drill.start_client(drill.client_options(false), {.objects = 3000});
    drill.warm();
    const unsigned victim = drill.cluster().primary_of(0);
    const unsigned replica = drill.cluster().replica_of(victim);
    // What is written from here on does not reach the replica: it is frozen for a while, and the
    // primary dies before it reads on.
    drill.cluster().server(replica).freeze();
    unsigned written = 0;
    for (std::uint64_t i = 3000; i < 3300; ++i) {
        const std::string key = known_key(i);
        if (!drill.cluster()
                 .layout_by(victim)
                 ->by_port(drill.cluster().server(victim).options().port)
                 ->owns(drill.client().slot_of(key)))
            continue;
        written += drill.client().fill_tier(key, 512) == FillState::stored;
    }
    drill.cluster().server(victim).kill();
    drill.cluster().server(replica).thaw();
    drill.fact("fills that may be lost", written);
    drill.start_load({.per_second = 1000});
    drill.await(15s, "the replica is promoted",
                [&] { return drill.cluster().info(replica, "replication", "role") == "master"; });
    drill.pause(3s);
    drill.expect(drill.client().origin().most_loads_of_one() <= 1, "what was lost is loaded once");
    expect_all_hits(drill);
}

}  // namespace

std::vector<Drill> failover_drills() {
    return {
        {"D13",
         "SIGKILL a primary (node timeout 2 s)",
         "failover",
         d13_kill_primary,
         {.node_timeout = 2s}},
        {"D13b",
         "SIGKILL a primary (node timeout 15 s)",
         "failover",
         d13_kill_primary_slow_cluster,
         {.node_timeout = 15s}},
        {"D14", "SIGSTOP a primary for 10 s, with --long for 60 s", "failover", d14_freeze_primary},
        {"D15", "CLUSTER FAILOVER under load", "failover", d15_failover_under_load},
        {"D16", "kill the only replica while it serves reads", "failover", d16_kill_only_replica},
        {"D17", "kill two of three shards", "failover", d17_kill_half_the_primaries},
        {"D18", "restart a primary empty", "failover", d18_restart_primary_empty},
        {"D18b", "restart a primary empty, with little in L1 to answer meanwhile", "failover",
         d18_restart_primary_empty_with_little_l1},
        {"D19", "promote a replica that is behind", "failover", d19_promote_late_replica},
    };
}

}  // namespace aside::lab
