// More of what a real cluster of redis-server 7.0.15 answered than src/lab/sim/recordings has,
// byte for byte, against what the simulated one does: three nodes, as server_core_fixture.h sets
// them up. In `said` a blank parts words.
#include <algorithm>

#include <gtest/gtest.h>

#include "lab/sim/server_core_fixture.h"

namespace aside::lab {
namespace {

struct Exchange {
    std::string_view said;
    std::string_view answered;
};

void play(ServerCore& core, ServerSession& session, std::span<const Exchange> exchanges) {
    for (const Exchange& exchange : exchanges) {
        EXPECT_EQ(run_words(core, session, words_of(exchange.said)), exchange.answered)
            << exchange.said;
    }
}

constexpr std::string_view kHello3 =
    "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n"
    "$2\r\nid\r\n:10\r\n$4\r\nmode\r\n$7\r\ncluster\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
    "$7\r\nmodules\r\n*0\r\n";
constexpr std::string_view kSlots2 =
    "*2\r\n*4\r\n:0\r\n:8191\r\n*4\r\n$9\r\n127.0.0.1\r\n:17901\r\n$40\r\n"
    "399bbde350c8882773f79f715b89539c7aa599db\r\n*0\r\n*4\r\n$9\r\n127.0.0.1\r\n:17903\r\n$40\r\n"
    "b11817539caa3094bf057714cae4ff9d7eda8ee5\r\n*0\r\n*3\r\n:8192\r\n:16382\r\n*4\r\n$9\r\n"
    "127.0.0.1\r\n:17902\r\n$40\r\nb50f0a1391e647d564e96e0244d2ada37829293d\r\n*0\r\n";
constexpr std::string_view kSlots3 =
    "*2\r\n*4\r\n:0\r\n:8191\r\n*4\r\n$9\r\n127.0.0.1\r\n:17901\r\n$40\r\n"
    "399bbde350c8882773f79f715b89539c7aa599db\r\n%0\r\n*4\r\n$9\r\n127.0.0.1\r\n:17903\r\n$40\r\n"
    "b11817539caa3094bf057714cae4ff9d7eda8ee5\r\n%0\r\n*3\r\n:8192\r\n:16382\r\n*4\r\n$9\r\n"
    "127.0.0.1\r\n:17902\r\n$40\r\nb50f0a1391e647d564e96e0244d2ada37829293d\r\n%0\r\n";

TEST(RecordedExchanges, APrimaryInTheOldProtocol) {
    RecordedCluster cluster;
    ServerSession session = cluster.core(0).open_session();
    constexpr Exchange kTable[] = {
        {"PING", "+PONG\r\n"},
        {"GET b", "$-1\r\n"},
        {"GET foo", "-MOVED 12182 127.0.0.1:17902\r\n"},
        {"SET b 1", "+OK\r\n"},
        {"GET b", "$1\r\n1\r\n"},
        {"PTTL b", ":-1\r\n"},
        {"PTTL bbb", ":-2\r\n"},
        {"SET b 2 NX PX 1000", "$-1\r\n"},
        {"NOSUCH a b", "-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' \r\n"},
        {"nosuch", "-ERR unknown command 'nosuch', with args beginning with: \r\n"},
        {"GET", "-ERR wrong number of arguments for 'get' command\r\n"},
        {"CLUSTER NOSUCH", "-ERR unknown subcommand 'NOSUCH'. Try CLUSTER HELP.\r\n"},
        {"CLUSTER", "-ERR wrong number of arguments for 'cluster' command\r\n"},
        {"CLUSTER SLOTS", kSlots2},
        {"READONLY", "+OK\r\n"},
        {"ASKING", "+OK\r\n"},
        {"CLIENT SETNAME x", "+OK\r\n"},
        {"CLIENT SETNAME x_y",
         "-ERR Client names cannot contain spaces, newlines or special characters.\r\n"},
        {"CLIENT TRACKING ON BCAST PREFIX aside:t:", "+OK\r\n"},
        {"EVALSHA 0000000000000000000000000000000000000000 1 b",
         "-NOSCRIPT No matching script. Please use EVAL.\r\n"},
        {"EVALSHA 00 2 b foo", "-CROSSSLOT Keys in request don't hash to the same slot\r\n"},
        {"EVALSHA 00 1 foo", "-MOVED 12182 127.0.0.1:17902\r\n"},
        {"SET b 1 PX 0", "-ERR invalid expire time in 'set' command\r\n"},
        {"SET b 1 PX x", "-ERR value is not an integer or out of range\r\n"},
        {"SET b 1 BAD", "-ERR syntax error\r\n"},
        {"SET b", "-ERR wrong number of arguments for 'set' command\r\n"},
        {"GET u10470", "-CLUSTERDOWN Hash slot not served\r\n"},
        {"SET u10470 1", "-CLUSTERDOWN Hash slot not served\r\n"},
        {"HELLO 4", "-NOPROTO unsupported protocol version\r\n"},
        {"HELLO 3 AUTH nouser nopass SETNAME asid",
         "-WRONGPASS invalid username-password pair or user is disabled.\r\n"},
    };
    play(cluster.core(0), session, kTable);
}

TEST(RecordedExchanges, APrimaryInProtocolThree) {
    RecordedCluster cluster;
    ServerSession session = cluster.core(0).open_session();
    session.id = 10;
    constexpr Exchange kTable[] = {
        {"SET b 1", "+OK\r\n"},
        {"HELLO 3 AUTH default nopass SETNAME asid", kHello3},
        {"HELLO", kHello3},
        {"HELLO 3 BAD", "-ERR Syntax error in HELLO option 'BAD'\r\n"},
        {"HELLO 3 SETNAME a_b",
         "-ERR Client names cannot contain spaces, newlines or special characters.\r\n"},
        {"GET bbb", "_\r\n"},
        {"SET b 2 NX PX 1000", "_\r\n"},
        {"CLUSTER SLOTS", kSlots3},
        {"CLIENT TRACKING ON BCAST PREFIX aside:t:", "+OK\r\n"},
        {"CLIENT TRACKING ON BCAST PREFIX aside:t:x",
         "-ERR Prefix 'aside:t:x' overlaps with an existing prefix 'aside:t:'. Prefixes for a "
         "single client must not overlap.\r\n"},
    };
    play(cluster.core(0), session, kTable);
    const std::string info = run_words(cluster.core(0), session, {"CLUSTER", "INFO"});
    EXPECT_TRUE(info.starts_with("="));
    EXPECT_NE(info.find("\r\ntxt:cluster_state:ok\r\ncluster_slots_assigned:16383\r\n"
                        "cluster_slots_ok:16383\r\ncluster_slots_pfail:0\r\n"
                        "cluster_slots_fail:0\r\ncluster_known_nodes:3\r\ncluster_size:2\r\n"
                        "cluster_current_epoch:2\r\ncluster_my_epoch:1\r\n"),
              std::string::npos)
        << info;
}

TEST(RecordedExchanges, AReplica) {
    RecordedCluster cluster;
    ServerCore& replica = cluster.core(2);
    replica.replicate({.name = "b", .value = {.bytes = "1"}});
    ServerSession session = replica.open_session();
    session.protocol = Protocol::resp3;
    constexpr Exchange kTable[] = {
        {"GET b", "-MOVED 3300 127.0.0.1:17901\r\n"},
        {"GET foo", "-MOVED 12182 127.0.0.1:17902\r\n"},
        {"SET b 1", "-MOVED 3300 127.0.0.1:17901\r\n"},
        {"READONLY", "+OK\r\n"},
        {"GET b", "$1\r\n1\r\n"},
        {"GET bbb", "-MOVED 5287 127.0.0.1:17901\r\n"},
        {"GET foo", "-MOVED 12182 127.0.0.1:17902\r\n"},
        {"SET b 1", "-MOVED 3300 127.0.0.1:17901\r\n"},
        {"EVALSHA 0000000000000000000000000000000000000000 1 b",
         "-NOSCRIPT No matching script. Please use EVAL.\r\n"},
        {"CLUSTER SLOTS", kSlots3},
    };
    for (const Exchange& exchange : kTable) {
        if (exchange.said == "GET bbb") {
            EXPECT_EQ(run_words(replica, session, words_of(exchange.said)), "_\r\n");
            continue;
        }
        EXPECT_EQ(run_words(replica, session, words_of(exchange.said)), exchange.answered)
            << exchange.said;
    }
}

TEST(RecordedExchanges, AUserOfItsOwn) {
    RecordedCluster cluster;
    ServerUser standard = default_user();
    standard.password = "dpw";
    cluster.core(0).set_users({standard, aside_user("aside", "pw", "aside:")});
    ServerSession session = cluster.core(0).open_session();
    session.id = 10;
    constexpr std::string_view kNoAuthHello =
        "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
        "AUTH <user> <pass> option can be used to authenticate the client and select the RESP "
        "protocol version at the same time\r\n";
    constexpr std::string_view kWrongPass =
        "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
    constexpr std::string_view kNoKey =
        "-NOPERM this user has no permissions to access one of the keys used as arguments\r\n";
    const Exchange table[] = {
        {"PING", "-NOAUTH Authentication required.\r\n"},
        {"GET b", "-NOAUTH Authentication required.\r\n"},
        {"NOSUCH", "-ERR unknown command 'NOSUCH', with args beginning with: \r\n"},
        {"GET", "-ERR wrong number of arguments for 'get' command\r\n"},
        {"HELLO 3", kNoAuthHello},
        {"HELLO", kNoAuthHello},
        {"AUTH x", kWrongPass},
        {"AUTH aside x", kWrongPass},
        {"CLUSTER SLOTS", "-NOAUTH Authentication required.\r\n"},
        {"HELLO 3 AUTH aside pw SETNAME aside", kHello3},
        {"GET b", kNoKey},
        {"GET aside:o:{b}", "_\r\n"},
        {"SET x 1", kNoKey},
        {"EVALSHA 00 1 b", kNoKey},
        {"EVALSHA 00 2 aside:{b} b", kNoKey},
        {"AUTH aside bad", kWrongPass},
        {"GET aside:{b}", "_\r\n"},
        {"AUTH aside pw", "+OK\r\n"},
        {"PING", "+PONG\r\n"},
    };
    play(cluster.core(0), session, table);
}

TEST(RecordedExchanges, ASlotOnItsWay) {
    RecordedCluster cluster;
    ServerCore& from = cluster.core(0);
    ServerCore& to = cluster.core(1);
    ServerSession session = from.open_session();
    EXPECT_EQ(run_words(from, session, {"SET", "b", "1"}), "+OK\r\n");
    to.importing[3300] = 0;
    from.migrating[3300] = 1;
    constexpr Exchange kSource[] = {
        {"GET b", "$1\r\n1\r\n"},
        {"GET {b}gone", "-ASK 3300 127.0.0.1:17902\r\n"},
        {"SET {b}gone 1", "-ASK 3300 127.0.0.1:17902\r\n"},
        {"EVALSHA 00 3 b {b}1 {b}2",
         "-TRYAGAIN Multiple keys request during rehashing of slot\r\n"},
        {"EVALSHA 00 2 {b}1 {b}2", "-ASK 3300 127.0.0.1:17902\r\n"},
        {"EVALSHA 00 3 {b}1 b {b}2",
         "-TRYAGAIN Multiple keys request during rehashing of slot\r\n"},
    };
    play(from, session, kSource);
    ServerSession other = to.open_session();
    constexpr Exchange kTarget[] = {
        {"GET b", "-MOVED 3300 127.0.0.1:17901\r\n"},
        {"ASKING", "+OK\r\n"},
        {"GET b", "$-1\r\n"},
        {"GET b", "-MOVED 3300 127.0.0.1:17901\r\n"},
        {"ASKING", "+OK\r\n"},
        {"EVALSHA 00 3 b {b}1 {b}2",
         "-TRYAGAIN Multiple keys request during rehashing of slot\r\n"},
        {"ASKING", "+OK\r\n"},
        {"SET {b}1 1", "+OK\r\n"},
        {"ASKING", "+OK\r\n"},
        {"SET {b}2 1", "+OK\r\n"},
        {"ASKING", "+OK\r\n"},
        {"EVALSHA 00 2 {b}1 {b}2", "-NOSCRIPT No matching script. Please use EVAL.\r\n"},
        {"ASKING", "+OK\r\n"},
        {"EVALSHA 00 2 {b}1 {b}3", "-TRYAGAIN Multiple keys request during rehashing of slot\r\n"},
    };
    play(to, other, kTarget);
    // A replica of before Valkey 8 knows nothing of it.
    ServerSession third = cluster.core(2).open_session();
    constexpr Exchange kReplica[] = {{"READONLY", "+OK\r\n"}, {"GET {b}gone", "$-1\r\n"}};
    cluster.core(2).migrating[3300] = 1;
    play(cluster.core(2), third, kReplica);
}

TEST(RecordedExchanges, ServersInTrouble) {
    constexpr std::string_view kOom =
        "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    constexpr std::string_view kBusy =
        "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN "
        "NOSAVE.\r\n";
    constexpr std::string_view kDown =
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n";
    struct Row {
        std::size_t node;
        void (*trouble)(NodeStates&);
        Exchange exchange;
    };
    const Row rows[] = {
        {0, [](NodeStates& s) { s.out_of_memory = true; }, {"SET b 1", kOom}},
        {0, [](NodeStates& s) { s.out_of_memory = true; }, {"GET b", "$-1\r\n"}},
        {0, [](NodeStates& s) { s.out_of_memory = true; }, {"PING", "+PONG\r\n"}},
        {0,
         [](NodeStates& s) { s.no_replicas = true; },
         {"SET b 1", "-NOREPLICAS Not enough good replicas to write.\r\n"}},
        {0, [](NodeStates& s) { s.no_replicas = true; }, {"GET b", "$-1\r\n"}},
        {0, [](NodeStates& s) { s.busy = true; }, {"PING", kBusy}},
        {0, [](NodeStates& s) { s.busy = true; }, {"GET b", kBusy}},
        {0, [](NodeStates& s) { s.busy = true; }, {"GET foo", "-MOVED 12182 127.0.0.1:17902\r\n"}},
        {0, [](NodeStates& s) { s.busy = true; }, {"CLUSTER SLOTS", kBusy}},
        {0, [](NodeStates& s) { s.busy = true; }, {"CLIENT SETNAME x", kBusy}},
        {0, [](NodeStates& s) { s.busy = true; }, {"EVALSHA 00 1 b", kBusy}},
        {0, [](NodeStates& s) { s.busy = true; }, {"AUTH default x", "+OK\r\n"}},
        {2, [](NodeStates& s) { s.master_down = true; }, {"PING", kDown}},
        {2, [](NodeStates& s) { s.master_down = true; }, {"CLIENT SETNAME x", "+OK\r\n"}},
        {2, [](NodeStates& s) { s.master_down = true; }, {"CLUSTER SLOTS", kSlots2}},
        {2, [](NodeStates& s) { s.master_down = true; }, {"ASKING", kDown}},
        {2,
         [](NodeStates& s) { s.master_down = true; },
         {"SET b 1", "-MOVED 3300 127.0.0.1:17901\r\n"}},
        {0,
         [](NodeStates& s) { s.loading = true; },
         {"GET b", "-LOADING Redis is loading the dataset in memory\r\n"}},
        {0,
         [](NodeStates& s) { s.loading = true; },
         {"CLUSTER SLOTS", "-LOADING Redis is loading the dataset in memory\r\n"}},
    };
    for (const Row& row : rows) {
        RecordedCluster cluster;
        row.trouble(cluster.core(row.node).states);
        ServerSession session = cluster.core(row.node).open_session();
        EXPECT_EQ(run_words(cluster.core(row.node), session, words_of(row.exchange.said)),
                  row.exchange.answered)
            << row.exchange.said;
    }
}

TEST(RecordedExchanges, WhatAsideMustNeverSayIsReported) {
    constexpr std::string_view kSayings[] = {"KEYS *",         "SCAN 0",      "MGET b",
                                             "FLUSHALL",       "SET b 1",     "SET b 1 XX",
                                             "CLUSTER NODES",  "CLIENT LIST", "CLIENT TRACKING ON",
                                             "EVALSHA 00 1 b", "GET",         "INFO"};
    for (const auto said : kSayings) {
        RecordedCluster cluster;
        ServerSession session = cluster.core(0).open_session();
        run_words(cluster.core(0), session, words_of(said));
        EXPECT_FALSE(cluster.host.violations.empty()) << said;
    }
    RecordedCluster cluster;
    ServerSession session = cluster.core(0).open_session();
    for (const auto said : {"PING", "GET b", "SET b 1 PX 5", "CLUSTER SLOTS", "CLUSTER INFO"}) {
        run_words(cluster.core(0), session, words_of(said));
    }
    EXPECT_TRUE(cluster.host.violations.empty());
}

}  // namespace
}  // namespace aside::lab
