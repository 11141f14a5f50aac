// Everything is cold, or L2 is gone for long, or comes back empty.
#include "lab/drills/all_drills.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

void d60_everything_cold(DrillContext& drill) {
    constexpr std::uint64_t kObjects = 3000;
    ClientOptions options = drill.client_options(false);
    options.engine.origin_concurrency = 16;
    drill.start_client(options, {.objects = kObjects, .latency = 20ms});
    LabClient& second = drill.another_client(options);
    drill.await(10s, "both clients are connected",
                [&] { return drill.client().connected() && second.connected(); });
    drill.client().origin().forget_counts();
    drill.start_load({.per_second = 4000, .in_flight_max = 20'000});
    VerifiedLoad other(second, {.per_second = 4000, .in_flight_max = 20'000, .seed = 9});
    other.begin();
    drill.pause(8s);
    other.end();
    drill.expect(other.report().clean(), "the second client failed nothing either");
    drill.fact("second client", to_string(other.report()));
    KnownOrigin& origin = drill.client().origin();
    drill.fact("most loads at a time", static_cast<double>(origin.most_in_flight()));
    drill.fact("most loads of one object", static_cast<double>(origin.most_loads_of_one()));
    drill.expect(origin.most_in_flight() <= 32, "each client stays within its budget");
    drill.expect(drill.object_loads() >= kObjects, "every object was loaded");
    drill.expect(static_cast<double>(drill.object_loads()) <= 1.1 * kObjects,
                 "about one load of each object in the fleet");
}

void d61_l2_gone(DrillContext& drill) {
    drill.start_client(drill.client_options(false), {.objects = 3000, .latency = 5ms});
    drill.warm();
    drill.start_load({.per_second = 1500});
    drill.pause(1s);
    drill.expect_no_loads("L2 serves in the beginning");
    for (unsigned i = 0; i < drill.cluster().size(); ++i) drill.cluster().server(i).kill();
    drill.load().next_phase();
    drill.pause(6s);
    const LoadReport gone = drill.load().report();
    drill.fact("while L2 is gone", to_string(gone));
    drill.expect(gone.p99 < 500ms, "latency rises no further than to the origin's");
    drill.expect(drill.object_loads() > 0, "the origin serves");
}

// Hits among the reads of L2 in the next span.
double hit_share(DrillContext& drill, Duration span) {
    const MetricsPage before = drill.client().metrics();
    drill.pause(span);
    const MetricsPage now = drill.client().metrics() - before;
    const double hits = now.l2("hit");
    const double all = now.sum("aside_reads_total", "tier=\"l2\"");
    return all > 0 ? hits / all : 0;
}

void d62_l2_returns_empty(DrillContext& drill) {
    constexpr std::uint32_t kConcurrency = 8;
    ClientOptions options = drill.client_options(false);
    options.engine.origin_concurrency = kConcurrency;
    drill.start_client(options, {.objects = 6000, .latency = 10ms});
    drill.warm();
    // What it misses at its worst, the origin can take within the budget.
    drill.start_load({.per_second = 600});
    drill.pause(1s);
    for (unsigned i = 0; i < drill.cluster().size(); ++i) drill.cluster().server(i).kill();
    drill.pause(2s);
    (void)drill.require(drill.cluster().heal(), "the cluster comes back");
    drill.await(5s, "the client finds it", [&] { return hit_share(drill, 250ms) > 0; });
    double last = 0;
    std::string shares;
    for (unsigned i = 0; i < 7; ++i) {
        const double share = hit_share(drill, 2s);
        shares += std::to_string(static_cast<int>(100 * share)) + " % ";
        drill.expect(share > last - 0.05, "the hit rate does not fall");
        last = share;
    }
    drill.fact("hit rate every 2 s", shares);
    drill.expect(last > 0.6, "the hit rate recovers");
    drill.expect(drill.client().origin().most_in_flight() <= kConcurrency,
                 "the refill is capped by the origin's budget");
}

}  // namespace

std::vector<Drill> cold_start_drills() {
    return {
        {"D60", "empty L1 and L2 under full load", "cold_start", d60_everything_cold},
        {"D61", "L2 is gone for long", "cold_start", d61_l2_gone},
        {"D62", "L2 returns empty", "cold_start", d62_l2_returns_empty},
    };
}

}  // namespace aside::lab
