#include "lab/sim/script_run.h"

#include <gtest/gtest.h>

#include "lab/sim/server_core_fixture.h"

namespace aside::lab {
namespace {

using std::chrono::milliseconds;

// One node of the recorded cluster, asked to run Aside's scripts on key b.
struct Scripts {
    RecordedCluster cluster;
    ServerCore& core;
    ServerSession session;

    explicit Scripts(std::size_t node = 0)
        : core(cluster.core(node)), session(core.open_session()) {
        for (const auto* script : redis::scripts()) core.scripts_known.emplace(script->sha1);
    }
    std::string run(const redis::Script& script, std::vector<std::string> arguments) {
        std::vector<std::string> words{"EVALSHA", std::string(script.sha1), "3", "b", "l:{b}",
                                       "t:{b}"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        return run_words(core, session, words);
    }
};

TEST(ScriptRun, ALeaseIsTakenHeldRenewedAndGivenBack) {
    Scripts scripts;
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"a", "2000"}), "*2\r\n:1\r\n:0\r\n");
    scripts.cluster.host.time += milliseconds(500);
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"b", "2000"}), "*2\r\n:0\r\n:1500\r\n");
    EXPECT_EQ(scripts.run(redis::kRenewLease, {"b", "2000"}), ":0\r\n");
    EXPECT_EQ(scripts.run(redis::kRenewLease, {"a", "2000"}), ":1\r\n");
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"b", "2000"}), "*2\r\n:0\r\n:2000\r\n");
    EXPECT_EQ(scripts.run(redis::kReleaseLease, {"b"}), ":0\r\n");
    EXPECT_EQ(scripts.run(redis::kReleaseLease, {"a"}), ":1\r\n");
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"b", "2000"}), "*2\r\n:1\r\n:0\r\n");
    scripts.cluster.host.time += milliseconds(2000);
    EXPECT_EQ(scripts.run(redis::kFill, {"b", "100", "v"}), ":0\r\n");
}

TEST(ScriptRun, AFillNeedsItsLeaseAndAnInvalidationTakesIt) {
    Scripts scripts;
    scripts.run(redis::kTakeLease, {"a", "2000"});
    EXPECT_EQ(scripts.run(redis::kInvalidate, {"10000"}), ":1\r\n");
    EXPECT_EQ(scripts.run(redis::kFill, {"a", "100", "old"}), ":0\r\n");
    EXPECT_EQ(scripts.core.find("b"), nullptr);
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"c", "2000"}), "*2\r\n:1\r\n:1\r\n");
    EXPECT_EQ(scripts.run(redis::kFill, {"c", "100", "new"}), ":1\r\n");
    EXPECT_EQ(scripts.core.find("b")->bytes, "new");
    EXPECT_EQ(scripts.core.find("l:{b}"), nullptr);
    EXPECT_EQ(scripts.run(redis::kInvalidate, {"10000"}), ":1\r\n");
    EXPECT_EQ(scripts.core.find("b"), nullptr);
    EXPECT_EQ(scripts.core.find("t:{b}")->bytes, "2");
}

TEST(ScriptRun, IsKnownByTheNodesThatWereTold) {
    Scripts scripts;
    scripts.core.scripts_known.clear();
    EXPECT_EQ(scripts.run(redis::kReleaseLease, {"a"}),
              "-NOSCRIPT No matching script. Please use EVAL.\r\n");
    std::vector<std::string> words{
        "EVAL", std::string(redis::kReleaseLease.source), "3", "b", "l:{b}", "t:{b}", "a"};
    EXPECT_EQ(run_words(scripts.core, scripts.session, words), ":0\r\n");
    EXPECT_EQ(scripts.run(redis::kReleaseLease, {"a"}), ":0\r\n");
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"a", "1"}),
              "-NOSCRIPT No matching script. Please use EVAL.\r\n");
}

std::string refused(std::string_view why, const redis::Script& script) {
    return "-" + std::string(why) + " script: " + std::string(script.sha1) +
           ", on @user_script:1.\r\n";
}

TEST(ScriptRun, IsRefusedInTheMiddleAsTheServerWould) {
    Scripts scripts;
    constexpr std::string_view kOom = "OOM command not allowed when used memory > 'maxmemory'.";
    scripts.run(redis::kTakeLease, {"a", "2000"});
    scripts.core.states.out_of_memory = true;
    EXPECT_EQ(scripts.run(redis::kFill, {"a", "100", "v"}), refused(kOom, redis::kFill));
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"b", "100"}), refused(kOom, redis::kTakeLease));
    // What has written may go on.
    EXPECT_EQ(scripts.run(redis::kInvalidate, {"100"}), ":1\r\n");
    scripts.core.states.out_of_memory = false;
    scripts.core.states.no_replicas = true;
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"b", "100"}),
              refused("NOREPLICAS Not enough good replicas to write.", redis::kTakeLease));
    scripts.core.states.no_replicas = false;
    scripts.core.cluster_ok = false;
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"b", "100"}),
              refused("ERR Script attempted to execute a write command while the cluster is down "
                      "and readonly",
                      redis::kTakeLease));
    Scripts replica(2);
    replica.session.readonly = true;
    EXPECT_EQ(replica.run(redis::kTakeLease, {"a", "100"}),
              refused("READONLY You can't write against a read only replica.", redis::kTakeLease));
    EXPECT_EQ(replica.run(redis::kFill, {"a", "100", "v"}), ":0\r\n");
}

TEST(ScriptRun, WaitsWhileWritesArePaused) {
    Scripts scripts;
    scripts.core.writes_paused = true;
    EXPECT_EQ(scripts.run(redis::kTakeLease, {"a", "100"}), "(paused)");
    EXPECT_EQ(run_words(scripts.core, scripts.session, {"GET", "b"}), "$-1\r\n");
    // A key that lives elsewhere is told so at once.
    EXPECT_EQ(run_words(scripts.core, scripts.session, {"EVALSHA", "00", "1", "foo"}),
              "-MOVED 12182 127.0.0.1:17902\r\n");
}

}  // namespace
}  // namespace aside::lab
