#include "lab/sim/sim_cluster.h"

#include <gtest/gtest.h>

#include "wire/resp.h"

namespace aside::lab {
namespace {

using runtime::Task;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A cluster of three shards and one raw client.
struct Bed {
    explicit Bed(ClusterShape shape = {}) : cluster(world, 1, std::move(shape)) { cluster.start(); }
    ~Bed() {
        for (auto& stream : streams) stream.reset();
        cluster.stop();
        world.run_until_idle();
    }

    // Sends commands in one write on a connection of their own, and gives what came within `wait`;
    // "!" at the end: the connection was closed.
    std::string ask(NodeIndex node, std::vector<std::string> commands,
                    Duration wait = milliseconds(20)) {
        std::string bytes;
        for (const auto& text : commands) {
            std::vector<std::string_view> words;
            for (std::size_t at = 0; at <= text.size();) {
                const auto end = std::min(text.find(' ', at), text.size());
                words.push_back(std::string_view(text).substr(at, end - at));
                at = end + 1;
            }
            wire::append_resp_command(bytes, words);
        }
        auto answer = std::make_shared<std::string>();
        world.spawn(0, converse(cluster.at(node), bytes, answer));
        world.run_for(wait);
        return *answer;
    }

    Task<> converse(runtime::Endpoint to, std::string bytes, std::shared_ptr<std::string> answer) {
        auto connected = co_await world.worker(0).connect(to, world.now() + seconds(1));
        if (!connected) {
            *answer = name_of(connected.error().code);
            co_return;
        }
        streams.push_back(std::move(*connected));
        runtime::Stream& stream = *streams.back();
        (void)co_await write_all(stream, bytes);
        std::vector<char> room(4096);
        for (;;) {
            const auto got = co_await read_some(stream, room);
            if (!got && got.error().code == Errc::cancelled) co_return;
            if (!got || *got == 0) break;
            answers.emplace_back(room.data(), *got);
            answer->append(room.data(), *got);
        }
        *answer += "!";
    }

    runtime::SimWorld world{{.seed = 11, .workers = 2}};
    SimCluster cluster;
    std::vector<std::unique_ptr<runtime::Stream>> streams;
    std::vector<std::string> answers;
};

// The owner of a key at the start: b is in slot 3300 (node 0), foo in 12182 (node 2).
TEST(SimCluster, AnswersRedirectsAndCopies) {
    Bed bed;
    EXPECT_EQ(bed.ask(0, {"SET b 1 PX 60000", "GET b", "GET foo"}),
              "+OK\r\n$1\r\n1\r\n-MOVED 12182 10.0.0.3:6379\r\n");
    EXPECT_EQ(bed.ask(3, {"GET b", "READONLY", "GET b"}),
              "-MOVED 3300 10.0.0.1:6379\r\n+OK\r\n$1\r\n1\r\n");
    EXPECT_TRUE(bed.cluster.truth().held_throughout("b", bed.world.now() - milliseconds(5),
                                                    bed.world.now()));
    EXPECT_TRUE(bed.cluster.converged());
}

TEST(SimCluster, AReplicaLags) {
    Bed bed;
    bed.cluster.set_replication_lag(3, seconds(1));
    bed.ask(0, {"SET b 1 PX 60000"});
    EXPECT_EQ(bed.ask(3, {"READONLY", "GET b"}), "+OK\r\n$-1\r\n");
    bed.world.run_for(seconds(1));
    EXPECT_EQ(bed.ask(3, {"READONLY", "GET b"}), "+OK\r\n$1\r\n1\r\n");
}

TEST(SimCluster, AKilledPrimaryIsReplacedAndLosesWhatWasOnItsWay) {
    Bed bed;
    bed.ask(0, {"SET b 1 PX 60000"});
    bed.cluster.set_replication_lag(3, seconds(9));
    bed.ask(0, {"SET {b}late 1 PX 60000"});
    bed.cluster.kill(0);
    EXPECT_EQ(bed.ask(0, {"GET b"}), "refused");
    bed.world.run_for(seconds(6));
    EXPECT_EQ(bed.cluster.owner(3300), 3);
    EXPECT_EQ(bed.ask(3, {"GET b", "GET {b}late"}), "$1\r\n1\r\n$-1\r\n");
    EXPECT_EQ(bed.ask(1, {"GET b"}), "-MOVED 3300 10.0.0.4:6379\r\n");
    EXPECT_GT(bed.cluster.truth().lost_at("{b}late"), SteadyTime::min());
    EXPECT_FALSE(bed.cluster.truth().held_throughout("{b}late", SteadyTime{}, bed.world.now()));
    bed.cluster.restart(0, true);
    bed.world.run_for(seconds(3));
    EXPECT_FALSE(bed.cluster.core(0).is_primary());
    EXPECT_EQ(bed.ask(0, {"READONLY", "GET b"}), "+OK\r\n$1\r\n1\r\n");
}

TEST(SimCluster, AFrozenNodeTakesBytesAndSaysNothing) {
    Bed bed;
    bed.cluster.freeze(0);
    EXPECT_EQ(bed.ask(0, {"PING"}, milliseconds(300)), "");
    bed.answers.clear();
    bed.cluster.thaw(0);
    bed.world.run_for(milliseconds(5));
    EXPECT_EQ(bed.answers, std::vector<std::string>{"+PONG\r\n"});
}

TEST(SimCluster, AManualFailoverHoldsWritesBackAndThenSendsThemAway) {
    Bed bed;
    bed.cluster.set_replication_lag(3, milliseconds(500));
    bed.ask(0, {"SET b 1 PX 60000"});
    bed.world.spawn(1, bed.cluster.manual_failover(3));
    bed.world.run_for(milliseconds(5));
    EXPECT_EQ(bed.ask(0, {"GET b", "SET b 2 PX 60000", "GET b"}), "$1\r\n1\r\n");
    bed.answers.clear();
    bed.world.run_for(seconds(1));
    ASSERT_EQ(bed.answers.size(), 1U);
    EXPECT_EQ(bed.answers[0], "-MOVED 3300 10.0.0.4:6379\r\n-MOVED 3300 10.0.0.4:6379\r\n");
    EXPECT_EQ(bed.ask(3, {"GET b"}), "$1\r\n1\r\n");
}

TEST(SimCluster, ASlotMovesKeyByKey) {
    Bed bed;
    bed.ask(0, {"SET b 1 PX 60000", "SET {b}2 2 PX 60000"});
    bed.world.spawn(1, bed.cluster.move_slot(3300, 1, milliseconds(100)));
    bed.world.run_for(milliseconds(50));
    // b went first.
    const std::string source = bed.ask(0, {"GET b", "GET {b}2", "GET {b}none"}, milliseconds(5));
    EXPECT_EQ(source, "-ASK 3300 10.0.0.2:6379\r\n$1\r\n2\r\n-ASK 3300 10.0.0.2:6379\r\n");
    EXPECT_EQ(bed.ask(1, {"ASKING", "GET b", "GET b"}, milliseconds(5)),
              "+OK\r\n$1\r\n1\r\n-MOVED 3300 10.0.0.1:6379\r\n");
    EXPECT_EQ(bed.ask(3, {"READONLY", "GET b"}, milliseconds(15)), "+OK\r\n$-1\r\n");
    bed.world.run_for(seconds(1));
    EXPECT_EQ(bed.ask(0, {"GET b"}), "-MOVED 3300 10.0.0.2:6379\r\n");
    EXPECT_EQ(bed.ask(1, {"GET b", "GET {b}2"}), "$1\r\n1\r\n$1\r\n2\r\n");
    EXPECT_TRUE(
        bed.cluster.truth().held_throughout("b", SteadyTime{milliseconds(60)}, bed.world.now()));
    EXPECT_TRUE(bed.cluster.converged());
}

TEST(SimCluster, Valkey8ReplicasKnowWhatLeftAndValkey9MovesAtOnce) {
    Bed old({.profile = ServerProfile::valkey8});
    old.cluster.core(3).migrating[3300] = 1;
    EXPECT_EQ(old.ask(3, {"READONLY", "GET b"}), "+OK\r\n-ASK 3300 10.0.0.2:6379\r\n");
    Bed bed({.profile = ServerProfile::valkey9});
    bed.ask(0, {"SET b 1 PX 60000"});
    bed.world.spawn(1, bed.cluster.move_atomically({3300}, 1, milliseconds(50)));
    bed.world.run_for(milliseconds(20));
    EXPECT_EQ(bed.ask(0, {"GET b"}, milliseconds(5)), "$1\r\n1\r\n");
    bed.world.run_for(seconds(1));
    EXPECT_EQ(bed.ask(0, {"GET b"}), "-MOVED 3300 10.0.0.2:6379\r\n");
    EXPECT_EQ(bed.ask(1, {"GET b"}), "$1\r\n1\r\n");
}

TEST(SimCluster, AMinorityServesReadsAndItsWritesAreLost) {
    Bed bed;
    bed.ask(0, {"SET b 1 PX 60000"});
    bed.cluster.set_group(0, 1);
    bed.ask(0, {"SET {b}vain 1 PX 60000"});
    bed.world.run_for(seconds(5));
    EXPECT_EQ(bed.cluster.owner(3300), 3);
    EXPECT_EQ(bed.ask(0, {"GET b", "SET b 2 PX 60000"}),
              "$1\r\n1\r\n-CLUSTERDOWN The cluster is down and only accepts read commands\r\n");
    EXPECT_GT(bed.cluster.truth().stale_answer_at("b"), SteadyTime::min());
    EXPECT_EQ(bed.ask(3, {"GET {b}vain"}), "$-1\r\n");
    bed.cluster.heal();
    bed.world.run_for(seconds(3));
    EXPECT_EQ(bed.ask(0, {"GET b"}), "-MOVED 3300 10.0.0.4:6379\r\n");
}

TEST(SimCluster, ANodeThatWasResetKnowsNothing) {
    Bed bed;
    bed.cluster.reset(0);
    bed.world.run_for(seconds(1));
    EXPECT_EQ(bed.ask(0, {"CLUSTER SLOTS", "GET b"}),
              "*0\r\n-CLUSTERDOWN Hash slot not served\r\n");
}

TEST(SimCluster, WhoTracksHearsOfChangesAfterTheReply) {
    Bed bed;
    bed.ask(0, {"HELLO 3", "CLIENT TRACKING ON BCAST PREFIX t:"});
    bed.answers.clear();
    bed.ask(0, {"SET t:{b} 1 PX 100", "SET b 1 PX 60000"});
    ASSERT_EQ(bed.answers.size(), 2U);
    const std::string push = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$5\r\nt:{b}\r\n";
    EXPECT_EQ(bed.answers[0] == push ? bed.answers[0] : bed.answers[1], push);
    bed.answers.clear();
    bed.world.run_for(milliseconds(200));
    EXPECT_EQ(bed.answers, std::vector<std::string>{push});  // it expired
    bed.answers.clear();
    bed.cluster.flush(0);
    bed.world.run_for(milliseconds(5));
    EXPECT_EQ(bed.answers, std::vector<std::string>{">2\r\n$10\r\ninvalidate\r\n_\r\n"});
}

TEST(SimCluster, ClientsOverTheLimitAreToldAndClosed) {
    Bed bed;
    bed.cluster.core(0).states.max_clients = 0;
    EXPECT_EQ(bed.ask(0, {}), "-ERR max number of clients + cluster connections reached\r\n!");
}

TEST(SimCluster, LiesAreTold) {
    struct Row {
        void (*lie)(NodeLies&);
        std::string_view answer;
    };
    const Row rows[] = {
        {[](NodeLies& lies) { lies.swapped = {1, 1}; }, "$-1\r\n$4\r\nfour\r\n"},
        {[](NodeLies& lies) { lies.reset = {1, 1}; }, "!"},
        {[](NodeLies& lies) { lies.half_reply = {1, 1}; }, "$4\r\nfour\r\n$-!"},
        {[](NodeLies& lies) { lies.garbage = {1, 1}; }, "$4\r\nfour\r\n\x01garbage\r\n$-1\r\n"},
    };
    for (const Row& row : rows) {
        Bed bed;
        bed.ask(0, {"SET b four PX 60000"});
        row.lie(bed.cluster.node(0).lies);
        EXPECT_EQ(bed.ask(0, {"GET b", "GET {b}2"}), row.answer);
        EXPECT_GT(bed.cluster.truth().lied_at("{b}2"), SteadyTime::min());
    }
}

}  // namespace
}  // namespace aside::lab
