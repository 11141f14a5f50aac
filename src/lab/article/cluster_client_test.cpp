#include "lab/article/cluster_client.h"

#include <gtest/gtest.h>

#include "lab/article/scripted_cluster_fixture.h"
#include "runtime/when_all.h"

namespace aside::lab {
namespace {

using runtime::Task;
using testing::ElementsAre;
using testing::SizeIs;
using Said = ScriptedCluster::Said;

// Three nodes, and a client on another worker.
struct Bed {
    explicit Bed(NodeOptions node = {})
        : client(world.worker(0), {.seeds = {nodes[0].at}, .node = std::move(node)}) {}
    ~Bed() {
        client.close();
        for (std::size_t i = 0; i < 3; ++i) nodes.die(i);
        EXPECT_TRUE(world.run_until_idle()) << world.describe();
    }
    // The value, "nil", or the error's name.
    std::string get(const std::string& key) { return shown(world.run(client.get(key))); }
    std::string set(const std::string& key, const std::string& value) {
        return shown(world.run(client.set(key, value, 60s)));
    }
    static std::string shown(const Result<ClusterClient::Text>& answer) {
        if (!answer) return std::string(name_of(answer.error().code));
        return answer->value_or("nil");
    }
    Duration took(const std::function<void()>& what) {
        const SteadyTime began = world.now();
        what();
        return world.now() - began;
    }

    runtime::SimWorld world{{.seed = 5, .workers = 2}};
    ScriptedCluster nodes{world, 3};
    ClusterClient client;
};

TEST(ArticleClient, StoresAndReadsAtTheKeysOwners) {
    Bed bed;
    EXPECT_EQ(bed.get(kOf0), "nil");
    for (const std::string& key : {kOf0, kOf1, kOf2}) {
        EXPECT_EQ(bed.set(key, "value of " + key), "OK");
        EXPECT_EQ(bed.get(key), "value of " + key);
    }
    EXPECT_TRUE(bed.world.run(bed.client.remove(kOf2)));
    EXPECT_EQ(bed.get(kOf2), "nil");
    EXPECT_THAT(bed.nodes[1].said,
                ElementsAre(Said{"SET", "c", "value of c", "EX", "60"}, Said{"GET", "c"}));
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(bed.nodes[i].accepted, 1U);
    EXPECT_EQ(bed.nodes[0].slots_asked, 1U);
}

TEST(ArticleClient, CountsConnectionsItTries) {
    telemetry::Registry registry(2);
    telemetry::Counter& dials = registry.counter("dials_total", "");
    Bed bed({.dials = &dials});
    for (const std::string& key : {kOf0, kOf1, kOf1, kOf2}) EXPECT_EQ(bed.get(key), "nil");
    EXPECT_EQ(dials.value(), 3U);
    bed.nodes.die(1);
    bed.world.run_for(1ms);
    EXPECT_EQ(bed.get(kOf1), "refused");
    EXPECT_GT(dials.value(), 3U);
}

Task<> read_into(ClusterClient& client, std::string key, std::string& into) {
    const auto answer = co_await client.get(std::move(key));
    into = Bed::shown(answer);
}

TEST(ArticleClient, GivesEachOfManyItsOwnAnswer) {
    Bed bed;
    bed.world.network().faults.short_read = {1, 2};
    bed.world.network().faults.short_write = {1, 2};
    constexpr int kReads = 300;
    for (int i = 0; i < kReads; ++i)
        EXPECT_EQ(bed.set("obj-" + std::to_string(i), std::string(i * 7, 'x')), "OK");
    std::vector<std::string> answers(kReads);
    std::vector<Task<>> reads;
    for (int i = 0; i < kReads; ++i)
        reads.push_back(read_into(bed.client, "obj-" + std::to_string(i), answers[i]));
    bed.world.run(when_all(bed.world.worker(0), std::move(reads)));
    for (int i = 0; i < kReads; ++i) EXPECT_EQ(answers[i], std::string(i * 7, 'x')) << i;
    EXPECT_EQ(bed.nodes[0].accepted, 1U);
}

TEST(ArticleClient, FollowsMovedAndLearnsFromIt) {
    Bed bed;
    bed.nodes[1].data[kOf0] = "moved";
    EXPECT_EQ(bed.get(kOf2), "nil");
    bed.nodes[0].errors["b"] = "MOVED 3300 10.0.0.2:6379";
    bed.nodes.owners_told = {1, 1, 2};
    EXPECT_EQ(bed.get(kOf0), "moved");
    bed.world.run_for(10ms);
    EXPECT_EQ(bed.nodes[0].slots_asked + bed.nodes[1].slots_asked + bed.nodes[2].slots_asked, 2U);
    EXPECT_EQ(bed.get(kOf0), "moved");
    EXPECT_THAT(bed.nodes[0].said, SizeIs(1));
}

TEST(ArticleClient, FollowsAskOnce) {
    Bed bed;
    bed.nodes[1].data[kOf0] = "on its way";
    bed.nodes[0].errors["b"] = "ASK 3300 10.0.0.2:6379";
    EXPECT_EQ(bed.get(kOf0), "on its way");
    EXPECT_THAT(bed.nodes[1].said, ElementsAre(Said{"ASKING"}, Said{"GET", "b"}));
    bed.nodes[0].errors.clear();
    bed.nodes[0].data[kOf0] = "here again";
    EXPECT_EQ(bed.get(kOf0), "here again");
    EXPECT_EQ(bed.nodes[0].slots_asked, 1U);
}

TEST(ArticleClient, StopsAfterAFewRedirects) {
    Bed bed;
    bed.nodes[0].errors["b"] = "MOVED 3300 10.0.0.2:6379";
    bed.nodes[1].errors["b"] = "MOVED 3300 10.0.0.1:6379";
    EXPECT_EQ(bed.get(kOf0), "protocol");
    EXPECT_EQ(bed.nodes[0].said.size() + bed.nodes[1].said.size(), 6U);
}

TEST(ArticleClient, TellsErrorsAndDoesNotTryAgain) {
    Bed bed;
    const std::pair<std::string, std::string> errors[] = {
        {"OOM command not allowed when used memory > 'maxmemory'.", "full"},
        {"CLUSTERDOWN Hash slot not served", "overloaded"},
        {"LOADING Redis is loading the dataset in memory", "overloaded"},
        {"NOPERM this user has no permissions", "io"}};
    for (const auto& [said, meant] : errors) {
        bed.nodes[0].said.clear();
        bed.nodes[0].errors["b"] = said;
        EXPECT_EQ(bed.set(kOf0, "1"), meant);
        EXPECT_THAT(bed.nodes[0].said, SizeIs(1));
    }
    EXPECT_EQ(bed.nodes[0].accepted, 1U);
}

TEST(ArticleClient, FailsWhatALostConnectionCarriedAndReconnectsAtOnce) {
    Bed bed;
    bed.nodes[0].data[kOf0] = "1";
    EXPECT_EQ(bed.get(kOf0), "1");
    bed.nodes[0].silent = true;
    std::string first, second, other;
    bed.world.spawn(0, read_into(bed.client, kOf0, first));
    bed.world.spawn(0, read_into(bed.client, kOf0, second));
    bed.world.spawn(0, read_into(bed.client, kOf1, other));
    bed.world.run_for(100ms);
    bed.nodes[0].silent = false;
    bed.nodes.drop(0);
    bed.world.run_for(1ms);
    EXPECT_EQ(first, "connection_lost");
    EXPECT_EQ(second, "connection_lost");
    EXPECT_EQ(other, "nil");
    EXPECT_LT(bed.took([&] { EXPECT_EQ(bed.get(kOf0), "1"); }), 2ms);
    EXPECT_EQ(bed.nodes[0].accepted, 2U);
    EXPECT_EQ(bed.nodes[0].slots_asked + bed.nodes[1].slots_asked + bed.nodes[2].slots_asked, 2U);
}

TEST(ArticleClient, DialsADeadNodeForEachCommand) {
    Bed bed;
    EXPECT_EQ(bed.get(kOf1), "nil");
    bed.nodes.die(0);
    unsigned dials = 0;
    bed.world.network().on_connect = [&](const auto&, const runtime::Endpoint& to, const auto&) {
        dials += to.host == bed.nodes[0].at.host ? 1 : 0;
    };
    bed.world.run_for(1ms);
    for (int i = 0; i < 20; ++i)
        EXPECT_LT(bed.took([&] { EXPECT_EQ(bed.get(kOf0), "refused"); }), 1ms);
    EXPECT_GE(dials, 20U);
    EXPECT_EQ(bed.get(kOf1), "nil");
    bed.nodes.open(0);
    EXPECT_EQ(bed.get(kOf0), "nil");
}

TEST(ArticleClient, GivesUpASilentNodeInTimeAndFindsItsSuccessor) {
    Bed bed;
    EXPECT_EQ(bed.get(kOf0), "nil");
    bed.nodes[0].silent = true;
    bed.nodes[2].data[kOf0] = "taken over";
    EXPECT_EQ(bed.took([&] { EXPECT_EQ(bed.get(kOf0), "timed_out"); }), 1s);
    EXPECT_GE(bed.took([&] { EXPECT_EQ(bed.get(kOf0), "timed_out"); }), 1s);
    EXPECT_GE(bed.nodes[0].accepted, 2U);
    bed.nodes.owners_told = {2, 1, 2};
    EXPECT_EQ(bed.get(kOf0), "timed_out");
    bed.world.run_for(2s);
    EXPECT_EQ(bed.get(kOf0), "taken over");
}

TEST(ArticleClient, GivesUpADialThatIsNotAnswered) {
    Bed bed;
    EXPECT_EQ(bed.get(kOf0), "nil");
    bed.world.network().host(bed.nodes[1].at.host).hang_connect = true;
    EXPECT_EQ(bed.took([&] { EXPECT_EQ(bed.get(kOf1), "timed_out"); }), 1s);
}

TEST(ArticleClient, LogsInFirst) {
    Bed bed({.user = "aside", .password = "secret"});
    EXPECT_EQ(bed.get(kOf0), "nil");
    EXPECT_THAT(bed.nodes[0].said, ElementsAre(Said{"AUTH", "aside", "secret"}, Said{"GET", "b"}));
}

TEST(ArticleClient, KnowsNobodyAndSaysSo) {
    Bed bed;
    bed.nodes[0].errors["CLUSTER"] = "ERR This instance has cluster support disabled";
    EXPECT_EQ(bed.get(kOf0), "refused");
    bed.nodes[0].errors.clear();
    EXPECT_EQ(bed.get(kOf0), "nil");
}

TEST(ArticleClient, EndsWhatIsUnderWayWhenItIsClosed) {
    Bed bed;
    EXPECT_EQ(bed.get(kOf0), "nil");
    bed.nodes[0].silent = true;
    std::string answer;
    bed.world.spawn(0, read_into(bed.client, kOf0, answer));
    bed.world.run_for(10ms);
    bed.client.close();
    bed.world.run_for(1ms);
    EXPECT_EQ(answer, "cancelled");
}

}  // namespace
}  // namespace aside::lab
