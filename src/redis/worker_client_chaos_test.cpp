// Reads while everything goes wrong at once: what the primary holds is never missed, what nobody
// holds is never hit, and every read ends exactly once.
#include <gtest/gtest.h>

#include "redis/worker_client.h"
#include "redis/worker_client_fixture.h"

namespace aside::redis {
namespace {

class Chaos {
  public:
    explicit Chaos(std::uint64_t seed, Format format)
        : random_(seed), bed_(options(format), true, seed), primary_(&bed_.p) {
        bed_.x.replica = true;
        for (int i = 0; i < 20; ++i) {
            const std::string key = "held-" + std::to_string(i);
            bed_.hold({&bed_.p, &bed_.r, &bed_.x}, key, std::string(1 + i * 1000, 'x'));
        }
        for (TestNode* node : {&bed_.p, &bed_.r, &bed_.x}) {
            node->next = [this, node](ServerSession& session, const ScriptedServer::Words& words) {
                return answer(*node, session, words);
            };
        }
    }
    ~Chaos() {
        bed_.world.network().faults = {};
        for (TestNode* node : {&bed_.p, &bed_.r, &bed_.x}) {
            node->silent = false;
            drop(*node);
        }
        bed_.world.run_for(5s);
    }
    void run() {
        for (int round = 0; round < 300; ++round) {
            for (std::uint64_t i = random_.below(8); i > 0; --i) start_one();
            if (random_.chance(1, 6)) disturb();
            bed_.world.run_for(std::chrono::microseconds(random_.below(20'000)));
        }
        bed_.world.run_for(10s);
        check();
    }

  private:
    static TierOptions options(Format format) {
        TierOptions options;
        options.format = format;
        options.large_reply_bytes = 10'000;
        options.dials_per_second = 100;
        options.pipeline.requests = 50;
        return options;
    }
    void start_one() {
        const bool held = random_.chance(3, 4);
        const std::string key = held ? "held-" + std::to_string(random_.below(20)) : "gone";
        bed_.start(key, std::chrono::milliseconds(random_.below(300)));
    }
    static void drop(TestNode& node) {
        if (!node.server.sessions.empty()) node.server.drop_sessions();
    }
    TestNode& any() {
        TestNode* const nodes[] = {&bed_.p, &bed_.r, &bed_.x};
        return *nodes[random_.below(3)];
    }
    void disturb() {
        TestNode& node = any();
        switch (random_.below(9)) {
            case 0:
                return bed_.world.network().reset_all();
            case 1:
                node.silent = !node.silent;
                // What it kept to itself it never says: going on would be another fault.
                if (!node.silent) drop(node);
                return;
            case 2:
                return drop(node);
            case 3:
                return promote(node);
            case 4:
                redirecting_ = &node;
                return;
            case 5:
                redirecting_ = nullptr;
                return;
            case 6:
                for (TestNode* known : {&bed_.p, &bed_.r, &bed_.x})
                    bed_.state.trust.trust(bed_.id(*known));
                return;
            case 7:
                bed_.world.network().faults.reset = {random_.chance(1, 2) ? 1U : 0U, 200};
                bed_.world.network().faults.short_read = {1, 3};
                return;
            default:
                bed_.world.stall(std::chrono::milliseconds(random_.below(100)));
        }
    }
    // As servers do: a replica redirects who did not say READONLY, and lags behind: it lacks half
    // of the keys. At times a node redirects, even to itself, or to nobody, or is loading.
    std::optional<std::string> answer(TestNode& node, const ServerSession& session,
                                      const ScriptedServer::Words& words) {
        std::string moved = "-MOVED 1 " + primary_->at.host + ":7000\r\n";
        const bool readonly = std::ranges::any_of(
            session.commands, [](const auto& command) { return command.front() == "READONLY"; });
        if (node.replica && !readonly) return moved;
        if (redirecting_ == &node && random_.chance(1, 3)) {
            if (random_.chance(1, 10)) return "-LOADING not yet\r\n";
            if (random_.chance(1, 10)) return "-MOVED 1 ?:1\r\n";
            return random_.chance(1, 2) ? moved : "-ASK" + moved.substr(6);
        }
        if (node.replica && words[1].back() % 2 == 0) return "_\r\n";
        return std::nullopt;
    }
    void promote(TestNode& node) {
        std::vector<TestNode*> others;
        primary_ = &node;
        for (TestNode* other : {&bed_.p, &bed_.r, &bed_.x}) {
            other->replica = other != &node;
            if (other != &node && random_.chance(2, 3)) others.push_back(other);
        }
        bed_.install_and_tell(&node, others);
    }
    void check() {
        std::size_t hits = 0;
        for (const TestRead& read : bed_.reads) {
            ASSERT_EQ(read.ends, 1);
            const bool held = read.key.bytes != "gone";
            if (held) EXPECT_NE(read.says(), "miss") << bed_.world.describe();
            if (!held) EXPECT_NE(read.says(), "hit") << bed_.world.describe();
            hits += read.says() == "hit" ? 1 : 0;
        }
        EXPECT_GT(hits, bed_.reads.size() / 20) << bed_.world.describe();
        EXPECT_EQ(bed_.state.metrics.mismatches.value(), 0U) << bed_.world.describe();
    }

    Random random_;
    ReadBed bed_;
    TestNode* primary_;
    TestNode* redirecting_ = nullptr;
};

TEST(WorkerClientChaos, NoFalseMissNoLostRead) {
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        Chaos(seed, Format::envelope).run();
        if (HasFailure()) return;
    }
}

TEST(WorkerClientChaos, NoFalseMissNoLostReadInRawFormat) {
    for (std::uint64_t seed = 101; seed <= 115; ++seed) {
        Chaos(seed, Format::raw).run();
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace aside::redis
