// Connections that break, hang, lose bytes or are slow.
#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"
#include "lab/read_burst.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

void d25_bytes_lost(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    drill.start_load({.per_second = 1000});
    drill.pause(1s);
    drill.load().next_phase();
    drill.proxies().with(primary, [](FaultProxy& proxy) { proxy.faults().swallow = true; });
    drill.pause(1s);
    drill.fact("in the first second", to_string(drill.load().report()));
    drill.load().next_phase();
    drill.pause(2s);
    const LoadReport later = drill.load().report();
    drill.fact("after it", to_string(later));
    drill.expect(later.p99 < 30ms, "noticed within a second");
    drill.expect_no_loads("the replica serves");
    drill.proxies().clear();
    drill.pause(3s);
    expect_all_hits(drill);
}

void d26_reset_in_flight(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    drill.proxies().with(primary, [](FaultProxy& proxy) { proxy.faults().delay = 500ms; });
    drill.pause(1s);  // by now reads have a connection to every copy
    const std::vector<std::string> keys = keys_of(drill, primary, 500);
    const ReadBurst reads(drill.client(), keys, 3s);
    const SteadyTime reset = drill.control().now();
    drill.proxies().with(primary, [](FaultProxy& proxy) { proxy.reset_sessions(); });
    drill.await(2s, "every read ends", [&] { return reads.done(); });
    drill.pause(200ms);
    drill.fact("reads", static_cast<double>(keys.size()));
    drill.fact("hits, by the replica", static_cast<double>(reads.hits()));
    drill.fact("last end, ms after the reset", milliseconds(reads.last_end() - reset));
    drill.expect(reads.ended() == keys.size(), "each exactly once");
    drill.expect(reads.last_end() - reset < 80ms, "within about 50 ms");
    drill.expect(reads.misses() == 0, "none as a miss");
}

void d27_node_accepts_and_says_nothing(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    drill.start_load({.per_second = 1000});
    drill.pause(1s);
    const Duration before = drill.load().report().p99;
    drill.load().next_phase();
    drill.proxies().with(primary, [](FaultProxy& proxy) {
        proxy.faults().hang = true;
        proxy.close_sessions();
    });
    drill.pause(4s);
    const LoadReport during = drill.load().report();
    drill.fact("p99 before, ms", milliseconds(before));
    drill.fact("p99 during, ms", milliseconds(during.p99));
    drill.expect(during.p99 < std::max<Duration>(4 * before, 20ms),
                 "reads of the other shards are as quick as before");
    drill.expect_no_loads("the replica serves");
}

void d28_refused(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    drill.start_load({.per_second = 1000});
    drill.pause(500ms);
    const double dials = drill.client().metrics().sum("aside_l2_dials_total");
    drill.proxies().with(primary, [](FaultProxy& proxy) {
        proxy.refuse();
        proxy.close_sessions();
    });
    drill.pause(6s);
    const double tried = drill.client().metrics().sum("aside_l2_dials_total") - dials;
    drill.fact("dials in 6 s, of 3 links", tried);
    // Full jitter from 100 ms on, doubling: 8 or so of each link in 6 s.
    drill.expect(tried <= 45, "one dial for each step of the backoff");
    drill.expect_no_loads("the replica serves");
    drill.proxies().clear();
    drill.pause(5s);
    expect_all_hits(drill);
}

void d29_slow_node(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    drill.start_load({.per_second = 600, .timed = objects_of(drill, primary)});
    drill.pause(1s);
    const auto connections = drill.proxies().accepted(primary);
    drill.load().next_phase();
    drill.proxies().with(primary, [](FaultProxy& proxy) {
        proxy.faults().delay = 200ms;
        proxy.faults().bytes_per_second = 125'000;
    });
    expect_pace(drill, primary, "slow", 1s);
    drill.fact("until it is found slow", to_string(drill.load().report()));
    drill.load().next_phase();
    drill.pause(3s);
    expect_quick_reads(drill);
    const auto served = drill.proxies().commands(primary, "GET");
    drill.proxies().clear();
    expect_pace(drill, primary, "trial", 3s);
    expect_pace(drill, primary, "quick", 8s);
    const auto tried = drill.proxies().commands(primary, "GET") - served;
    drill.fact("reads it got by trials, of 200 a second", static_cast<double>(tried));
    drill.expect(tried >= 1 && tried <= 150, "1 %, then 10 % of its reads");
    drill.pause(1s);
    drill.expect(drill.proxies().commands(primary, "GET") > served + tried + 100,
                 "it is asked as before when it is quick again");
    drill.expect(drill.proxies().accepted(primary) == connections, "its connections are kept");
    drill.expect_no_loads("the replica serves");
    expect_all_hits(drill);
}

void d30_large_reply(DrillContext& drill) {
    constexpr std::size_t kLarge = 7 << 20;
    begin_warm(drill, drill.client_options(false), {.objects = 3000});
    const FillState stored = drill.client().fill_tier("large", kLarge);
    drill.expect(stored == FillState::stored, "a value of 7 MiB is stored");
    drill.start_load({.per_second = 500});
    drill.pause(2s);
    const Duration before = drill.load().report().p99;
    drill.load().next_phase();
    unsigned hits = 0;
    for (unsigned i = 0; i < 20; ++i)
        hits += drill.client().read_tier("large").state == RemoteState::hit;
    const Duration during = drill.load().report().p99;
    drill.fact("hits of the large one", hits);
    drill.fact("p99 before, ms", milliseconds(before));
    drill.fact("p99 during, ms", milliseconds(during));
    drill.expect(hits > 0, "the large value is read");
    drill.expect(during < std::max<Duration>(4 * before, 60ms), "small reads are not held up");
}

void d33_reads_cancelled(DrillContext& drill) {
    ClientOptions options = drill.client_options(true);
    begin_warm(drill, options);
    drill.proxies().with_all([](FaultProxy& proxy) { proxy.faults().delay = 2ms; });
    drill.start_load({.per_second = 1500, .cancel_some = true});
    drill.pause(8s);
    drill.expect(drill.load().report().gave_up > 0, "some reads were given up");
}

void d34_replies_in_pieces(DrillContext& drill) {
    begin_warm(drill, drill.client_options(true), {.objects = 500, .body_bytes = 128});
    LabClient& writer = drill.another_client(drill.client_options(false));
    drill.await(10s, "the writer is connected", [&] { return writer.connected(); });
    drill.proxies().with_all([](FaultProxy& proxy) { proxy.faults().split = true; });
    drill.start_load({.per_second = 100});
    for (unsigned i = 0; i < 40; ++i) {
        // Each is told to the client as a push, between its replies.
        (void)writer.invalidate("obj-" + std::to_string(i));
        drill.pause(100ms);
    }
    const MetricsPage counted = drill.since_start();
    drill.fact("invalidations heard", counted.sum("aside_invalidations_heard_total"));
    drill.expect(counted.sum("aside_invalidations_heard_total") >= 35, "pushes are heard");
    drill.expect(counted.l2("hit") > 100, "replies are understood");
}

void d35_garbage(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    drill.start_load({.per_second = 1000});
    drill.pause(500ms);
    const auto accepted = drill.proxies().accepted(primary);
    drill.proxies().with(primary, [](FaultProxy& proxy) {
        proxy.faults().garbage = "HTTP/1.1 400 Bad Request\r\n\r\n\x01\x02\xff";
    });
    drill.pause(3s);
    const auto dialled = drill.proxies().accepted(primary) - accepted;
    drill.fact("connections in 3 s", static_cast<double>(dialled));
    drill.expect(dialled >= 1 && dialled <= 30, "it reconnects, with backoff");
    drill.expect_no_loads("the replica serves");
    drill.proxies().clear();
    drill.pause(4s);
    expect_all_hits(drill);
}

void use_certificate(DrillContext& drill, const CertificateWish& wish) {
    const auto made = make_certificate(drill.cluster().directory(), wish);
    if (!made) return (void)drill.require(fail(made.error()), "a certificate is made");
    for (unsigned i = 0; i < drill.cluster().size(); ++i) {
        (void)drill.cluster().command(i, {"CONFIG", "SET", "tls-cert-file", made->certificate_file,
                                          "tls-key-file", made->key_file});
        (void)drill.cluster().command(i, {"CLIENT", "KILL", "USER", std::string(kClientUser)});
    }
}

void d36_certificates(DrillContext& drill) {
    begin_warm(drill, drill.client_options(false));
    drill.start_load({.per_second = 500});
    drill.pause(1s);
    use_certificate(drill, {.name = "rotated"});
    drill.pause(2s);
    expect_all_hits(drill);
    const double loads = static_cast<double>(drill.object_loads());
    drill.fact("origin loads by the rotation", loads);
    for (const CertificateWish& bad :
         {CertificateWish{.name = "expired", .days = -1},
          CertificateWish{.name = "another", .alternative_names = "DNS:another.example"}}) {
        use_certificate(drill, bad);
        drill.pause(1s);
        const double hits = drill.client().metrics().l2("hit");
        drill.pause(1s);
        drill.expect(drill.client().metrics().l2("hit") == hits,
                     "nothing is read from a server whose certificate is " + bad.name);
    }
    use_certificate(drill, {.name = "good"});
    const double hits = drill.client().metrics().l2("hit");
    drill.await(12s, "it connects again when the certificate is right",
                [&] { return drill.client().metrics().l2("hit") > hits + 100; });
}

}  // namespace

std::vector<Drill> transport_drills() {
    return {
        {"D25", "bytes are lost in mid-stream", "transport", d25_bytes_lost},
        {"D26", "a reset with requests in flight", "transport", d26_reset_in_flight},
        {"D27", "a node that accepts and says nothing", "transport",
         d27_node_accepts_and_says_nothing},
        {"D28", "a port that refuses", "transport", d28_refused},
        {"D29", "1 Mbit/s and 200 ms more at one node", "transport", d29_slow_node},
        {"D30", "large replies among small ones", "transport", d30_large_reply},
        {"D33", "a tenth of the reads is cancelled", "transport", d33_reads_cancelled},
        {"D34", "replies in pieces, pushes between them", "transport", d34_replies_in_pieces},
        {"D35", "garbage in place of a reply", "transport", d35_garbage},
        {"D36",
         "certificates: rotated, expired, of another name",
         "transport",
         d36_certificates,
         {.tls = true}},
    };
}

}  // namespace aside::lab
