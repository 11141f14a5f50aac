// Against a real server, for what it says when is what matters.
#include "lab/trials/keyspace_watch.h"

#include <gtest/gtest.h>

#include "lab/local_cluster.h"
#include "lab/shell_command.h"

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPatience = 20s;
constexpr std::uint32_t kObjects = 400;

class KeyspaceWatchTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        if (!run_program({"redis-server", "--version"}, kPatience)) return;
        control = std::move(*ControlThread::start());
        cluster = std::move(*LocalCluster::form(
            *control, {.primaries = 1, .replicas = 0, .lines = {kNotifications}}));
    }
    static void TearDownTestSuite() {
        cluster.reset();
        control.reset();
    }
    void SetUp() override {
        if (!cluster) GTEST_SKIP() << "needs redis-server";
        ask({"CONFIG", "SET", "maxmemory", "0"});
        ask({"FLUSHALL"});
        watch = std::make_unique<KeyspaceWatch>(*control, copies, "p:");
        const auto watched = watch->watch(0, cluster->server(0).admin());
        ASSERT_TRUE(watched) << to_string(watched.error());
    }
    void TearDown() override {
        if (watch) watch->end();
    }

    void ask(const RedisCommand& command) {
        const auto reply = cluster->command(0, command);
        ASSERT_TRUE(reply) << to_string(reply.error());
    }
    bool held(std::uint32_t object) {
        bool is = false;
        watch->tell([&](Copies& told, SteadyTime now) { is = told.held(object, now, now); });
        return is;
    }
    template <class Condition>
    void eventually(Condition condition) {
        const auto came = control->await(kPatience, "a notification", condition);
        EXPECT_TRUE(came) << to_string(came.error());
    }

    static inline std::unique_ptr<ControlThread> control;
    static inline std::unique_ptr<LocalCluster> cluster;
    Copies copies{kObjects, 60s};
    std::unique_ptr<KeyspaceWatch> watch;
};

TEST_F(KeyspaceWatchTest, HearsOfCopiesThatComeAndGo) {
    ask({"SET", "p:obj-3", "x"});
    eventually([&] { return held(3); });
    EXPECT_FALSE(held(4));
    ask({"DEL", "p:obj-3"});
    eventually([&] { return !held(3); });
    ask({"SET", "p:obj-4", "x", "PX", "30"});
    eventually([&] { return watch->expired() == 1; });
    EXPECT_FALSE(held(4));
    EXPECT_EQ(watch->evicted(), 0U);
    ask({"SET", "p:obj-5", "x"});
    ask({"UNLINK", "p:obj-5"});
    ask({"SET", "p:obj-6", "x"});
    eventually([&] { return held(6); });
    EXPECT_FALSE(held(5));
}

TEST_F(KeyspaceWatchTest, PassesOverWhatIsNoObject) {
    for (const char* key : {"obj-3", "q:obj-3", "p:item-3", "p:", "p:obj-99999999999"})
        ask({"SET", key, "x"});
    ask({"SET", "p:obj-7", "x"});
    eventually([&] { return held(7); });
    EXPECT_FALSE(held(3));
    EXPECT_EQ(watch->heard(), 6U);
}

TEST_F(KeyspaceWatchTest, HearsOfEvictions) {
    const std::string bytes(10'000, 'x');
    for (std::uint32_t object = 0; object < kObjects; ++object)
        ask({"SET", "p:obj-" + std::to_string(object), bytes});
    ask({"CONFIG", "SET", "maxmemory", "3mb"});
    eventually([&] { return watch->evicted() > 0; });
    unsigned left = 0;
    eventually([&] {
        left = 0;
        for (std::uint32_t object = 0; object < kObjects; ++object) left += held(object);
        return std::to_string(left) == std::to_string(cluster->command(0, {"DBSIZE"})->number);
    });
    EXPECT_LT(left, kObjects);
}

TEST_F(KeyspaceWatchTest, AfterItsEndNothingIsTold) {
    ask({"SET", "p:obj-3", "x"});
    eventually([&] { return held(3); });
    watch->end();
    const std::uint64_t heard = watch->heard();
    ask({"DEL", "p:obj-3"});
    EXPECT_TRUE(copies.held(3, control->now(), control->now()));
    EXPECT_EQ(watch->heard(), heard);
}

TEST_F(KeyspaceWatchTest, ListensAgainToANodeThatDied) {
    cluster->server(0).kill();
    ASSERT_TRUE(cluster->server(0).start());
    // What happens before it listens again is not heard.
    eventually([&] {
        (void)cluster->command(0, {"SET", "p:obj-8", "x"});
        return held(8);
    });
}

}  // namespace
}  // namespace aside::lab::trials
