// Redirections, and slots that move while they are read.
#include <algorithm>

#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"
#include "lab/read_burst.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr Duration kReshardLimit = 300s;  // since Valkey 8 each slot waits for the replica
constexpr Duration kConnected = 1s;       // by now reads have a connection to every copy
constexpr unsigned kAllKeys = 10'000;

// The slot of obj-0, its owner, and another primary.
struct Move {
    std::uint16_t slot = 0;
    unsigned from = 0, to = 0;
    std::vector<std::string> keys;
};

Move begin_proxied(DrillContext& drill) {
    begin_warm(drill, drill.client_options(true));
    Move move;
    move.slot = drill.client().slot_of("obj-0");
    move.from = drill.cluster().primary_of(move.slot);
    for (const unsigned node : drill.cluster().primaries()) {
        if (node != move.from) move.to = node;
    }
    move.keys = keys_of_slot(drill, move.slot);
    return move;
}

void begin_and_move_keys(DrillContext& drill, const Move& move) {
    (void)drill.require(drill.cluster().begin_move(move.slot, move.from, move.to), "a move begins");
    (void)drill.require(drill.cluster().move_keys(move.slot, move.from, move.to, kAllKeys),
                        "its keys move");
}

void d01_one_moved(DrillContext& drill) {
    const Move move = begin_proxied(drill);
    begin_and_move_keys(drill, move);
    (void)drill.require(drill.cluster().end_move(move.slot, move.from, move.to), "the move ends");
    const auto read = drill.client().read_tier("obj-0");
    drill.expect(read.state == RemoteState::hit, "it is served");
    drill.pause(1500ms);
    const MetricsPage counted = drill.since_start();
    const double hops = counted.sum("aside_l2_redirects_total", "moved");
    const double rounds = counted.sum("aside_l2_refresh_rounds_total");
    drill.fact("hops", hops);
    drill.fact("refresh rounds", rounds);
    drill.expect(hops == 1, "one hop");
    drill.expect(rounds >= 1 && rounds <= 2, "one refresh, or one more that was due");
    drill.expect(drill.client().read_tier("obj-0").state == RemoteState::hit, "and again");
    drill.expect(drill.since_start().sum("aside_l2_redirects_total") == 1, "without another hop");
}

void d02_thousand_moved(DrillContext& drill) {
    const Move move = begin_proxied(drill);
    const std::string reply = "-MOVED " + std::to_string(move.slot) + " 127.0.0.1:" +
                              std::to_string(drill.proxies().endpoint(move.to).port) + "\r\n";
    drill.proxies().add_rule(move.from, {.command = "GET", .reply = reply, .times = 1000});
    drill.start_load({.per_second = 3000});
    drill.pause(4s);
    const double rounds = drill.since_start().sum("aside_l2_refresh_rounds_total");
    drill.fact("refresh rounds in 4 s", rounds);
    drill.fact("redirections", drill.since_start().sum("aside_l2_redirects_total"));
    drill.expect(rounds <= 5, "at most one refresh a second");
}

// Each GET of these keys that `recorded` holds comes right behind an ASKING of its connection.
bool asked_before_each(const std::vector<std::string>& recorded,
                       const std::vector<std::string>& keys) {
    std::map<std::string, std::string> last;  // command, by connection
    for (const std::string& line : recorded) {
        const std::size_t first = line.find(' ');
        const std::size_t second = line.find(' ', first + 1);
        const std::string connection = line.substr(0, first);
        const std::string command = line.substr(first + 1, second - first - 1);
        const std::string key = line.substr(second + 1);
        const bool ours = std::ranges::any_of(
            keys, [&](const std::string& name) { return key.ends_with(":" + name); });
        if (command == "GET" && ours && last[connection] != "ASKING") return false;
        last[connection] = command;
    }
    return true;
}

std::vector<std::string> recorded_at(DrillContext& drill, unsigned node) {
    std::vector<std::string> recorded;
    drill.proxies().with(node, [&](FaultProxy& proxy) { recorded = proxy.seen().recorded; });
    return recorded;
}

void d03_ask(DrillContext& drill) {
    const Move move = begin_proxied(drill);
    begin_and_move_keys(drill, move);
    drill.proxies().with(move.to, [](FaultProxy& proxy) { proxy.seen().record = true; });
    drill.start_load({.per_second = 2000});
    std::vector<std::string> burst;
    for (unsigned i = 0; i < 100; ++i) {
        burst.insert(burst.end(), move.keys.begin(), move.keys.end());
    }
    const ReadBurst reads(drill.client(), burst, 3s);
    drill.await(3s, "the burst ends", [&] { return reads.done(); });
    drill.expect(reads.hits() == burst.size(), "every read of the moving slot is a hit");
    drill.pause(1s);
    const auto recorded = recorded_at(drill, move.to);
    drill.expect(asked_before_each(recorded, move.keys), "ASKING and GET are adjacent");
    drill.expect(drill.since_start().sum("aside_l2_redirects_total", "ask") >= 100, "ASK was met");
    drill.expect(drill.since_start().sum("aside_l2_map_changes_total") == 0,
                 "the slot map is unchanged");
}

void d04_asking_refused(DrillContext& drill) {
    const Move move = begin_proxied(drill);
    begin_and_move_keys(drill, move);
    drill.proxies().with(move.to, [](FaultProxy& proxy) { proxy.seen().record = true; });
    drill.proxies().add_rule(
        move.to,
        {.command = "ASKING", .reply = "-ERR unknown command 'ASKING'\r\n", .times = kEachTime});
    drill.start_load({.per_second = 500});
    drill.pause(500ms);
    const auto read = drill.client().read_tier("obj-0");
    drill.expect(read.state == RemoteState::unknown, "a refused ASKING makes the read unknown");
    drill.expect(asked_before_each(recorded_at(drill, move.to), move.keys),
                 "no GET goes there without ASKING");
}

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
    drill.expect_no_loads("no object that is there was taken for missing");
    drill.expect(drill.since_start().sum("aside_l2_redirects_total") > 0, "redirections were met");
}

// A primary slower than half of a read's budget drives reads to the replica of the old owner, which
// says nil for keys that moved; from Valkey 8 on it says ASK.
void d06_move_while_replicas_read(DrillContext& drill) {
    begin_warm(drill, drill.client_options(true));
    const auto primaries = drill.cluster().primaries();
    const unsigned from = primaries[0], to = primaries[1];
    std::map<std::uint16_t, std::vector<std::string>> by_slot;
    for (const std::string& key : keys_of(drill, from, 400))
        by_slot[drill.client().slot_of(key)].push_back(key);
    drill.proxies().with(from, [](FaultProxy& proxy) { proxy.faults().delay = 120ms; });
    std::vector<std::string> moved;
    for (const auto& [slot, keys] : by_slot) {
        if (moved.size() >= 200) break;
        (void)drill.require(drill.cluster().begin_move(slot, from, to), "a move begins");
        (void)drill.require(drill.cluster().move_keys(slot, from, to, kAllKeys), "its keys move");
        moved.insert(moved.end(), keys.begin(), keys.end());
    }
    drill.start_load({.per_second = 300});
    const bool asks = drill.cluster().kind(from).replicas_know_migration();
    const auto nils_met = [&] {
        const MetricsPage counted = drill.since_start();
        return asks ? counted.sum("aside_l2_redirects_total", "ask")
                    : counted.sum("aside_l2_untrusted_nils_total");
    };
    // Which copy answers first is chance: so many bursts at least, and more until one was met.
    constexpr unsigned kBursts = 10, kBurstsMax = 100;
    for (unsigned i = 0; i < kBursts || (nils_met() == 0 && i < kBurstsMax); ++i) {
        const ReadBurst reads(drill.client(), moved, 3s);
        drill.await(3s, "the burst ends", [&] { return reads.done(); });
        drill.expect(reads.misses() == 0, "no nil of a replica was taken for a miss");
    }
    const MetricsPage counted = drill.since_start();
    drill.fact("nils that were not trusted", counted.sum("aside_l2_untrusted_nils_total"));
    drill.fact("ASK", counted.sum("aside_l2_redirects_total", "ask"));
    drill.expect(nils_met() > 0, asks ? "ASK of replicas was met" : "false nils were met");
}

void d09_moved_to_itself(DrillContext& drill) {
    const Move move = begin_proxied(drill);
    drill.pause(kConnected);
    const auto accepted = drill.proxies().accepted(move.from);
    drill.proxies().add_rule(
        move.from, {.command = "GET",
                    .reply = "-MOVED " + std::to_string(move.slot) + " 127.0.0.1:" +
                             std::to_string(drill.proxies().endpoint(move.from).port) + "\r\n",
                    .times = 1});
    const auto read = drill.client().read_tier("obj-0");
    drill.expect(read.state == RemoteState::hit, "it is served");
    drill.pause(500ms);
    const auto dialled = drill.proxies().accepted(move.from) - accepted;
    drill.fact("connections", static_cast<double>(dialled));
    drill.expect(dialled == 1, "exactly one new connection");
}

void d10_redirects_in_a_circle(DrillContext& drill) {
    const Move move = begin_proxied(drill);
    for (const auto& [at, to] : {std::pair(move.from, move.to), std::pair(move.to, move.from)}) {
        drill.proxies().add_rule(
            at, {.command = "GET",
                 .reply = "-MOVED " + std::to_string(move.slot) + " 127.0.0.1:" +
                          std::to_string(drill.proxies().endpoint(to).port) + "\r\n",
                 .times = kEachTime,
                 .containing = ":obj-0\r"});
    }
    const auto before = drill.proxies().commands_everywhere("GET");
    const auto read = drill.client().read_tier("obj-0");
    const auto asked = drill.proxies().commands_everywhere("GET") - before;
    drill.fact("asks", static_cast<double>(asked));
    drill.expect(read.state == RemoteState::unknown && read.reason == UnknownReason::redirected,
                 "it ends as unknown, redirected");
    drill.expect(asked <= 7, "after five hops");
    drill.expect(!drill.client().tier().status_json().contains("\"health\":\"open\""),
                 "no breaker opened");
    drill.expect(drill.client().read("obj-0").outcome == Outcome::ok, "the origin serves it");
    drill.proxies().clear();
    drill.start_load({.per_second = 500});
    drill.pause(2s);
    expect_all_hits(drill);
}

void d11_odd_endpoints(DrillContext& drill) {
    const Move move = begin_proxied(drill);
    const std::string to = std::to_string(drill.proxies().endpoint(move.to).port);
    for (const std::string& endpoint :
         {":" + to, std::string("?:1234"), "::1:" + to, "localhost:" + to,
          std::string("127.0.0.1:0"), std::string("127.0.0.1:99999"), std::string("nonsense")}) {
        drill.proxies().add_rule(
            move.from, {.command = "GET",
                        .reply = "-MOVED " + std::to_string(move.slot) + " " + endpoint + "\r\n",
                        .times = 1,
                        .containing = ":obj-0\r"});
        const auto read = drill.client().read("obj-0");
        drill.expect(read.outcome == Outcome::ok, "served in spite of " + endpoint);
        drill.pause(20ms);
    }
    drill.pause(1s);
    drill.start_load({.per_second = 500});
    drill.pause(1s);
    expect_all_hits(drill);
}

void d12_tryagain_on_a_lease(DrillContext& drill) {
    drill.start_client(drill.client_options(true));
    drill.await(10s, "the client is connected", [&] { return drill.client().connected(); });
    const std::string reply = "-TRYAGAIN Multiple keys request during rehashing of slot\r\n";
    drill.proxies().add_rule_everywhere({.command = "EVALSHA", .reply = reply, .times = kEachTime});
    drill.proxies().add_rule_everywhere({.command = "EVAL", .reply = reply, .times = kEachTime});
    drill.start_load({.per_second = 500, .keys = 2000});
    drill.pause(2s);
    const MetricsPage counted = drill.since_start();
    drill.fact("leases", counted.by_label("aside_leases_total", "result"));
    drill.expect(counted.sum("aside_leases_total", "unavailable") > 0, "leases are unavailable");
    drill.expect(counted.sum("aside_leases_total", "won") == 0, "and none is won");
}

}  // namespace

std::vector<Drill> redirect_drills() {
    return {
        {"D01", "one MOVED", "redirects", d01_one_moved},
        {"D02", "1,000 MOVED at once", "redirects", d02_thousand_moved},
        {"D03", "ASK under concurrency", "redirects", d03_ask},
        {"D04", "ASKING is refused", "redirects", d04_asking_refused},
        {"D06", "slots move while replicas are read", "redirects", d06_move_while_replicas_read},
        {"D09", "MOVED to itself", "redirects", d09_moved_to_itself},
        {"D10", "redirections in a circle", "redirects", d10_redirects_in_a_circle},
        {"D11", "redirections to odd endpoints", "redirects", d11_odd_endpoints},
        {"D12", "TRYAGAIN on lease scripts", "redirects", d12_tryagain_on_a_lease},
        {"D05",
         "every slot moves, key by key, under load",
         "redirects",
         d05_move_every_slot,
         {.fresh = true}},
    };
}

}  // namespace aside::lab
