// The guard seen from the front: what clients are told when the origin cannot do what is asked.
#include <gtest/gtest.h>

#include "engine/modelled_store_fixture.h"
#include "engine/scripted_origin_fixture.h"

namespace aside::engine {
namespace {

class EngineGuardTest : public ::testing::Test {
  protected:
    void start(EngineOptions options) {
        options.memory_capacity_bytes = 16 << 20;
        options.absent_capacity_bytes = 1 << 20;
        engine_ = std::make_unique<Engine>(options, 1, store_, store_, registry_);
    }
    void TearDown() override { EXPECT_TRUE(world_.run_until_idle()) << world_.describe(); }

    runtime::Task<> read(std::string key) {
        runtime::Worker& worker = world_.worker(0);
        Answer answer;
        const ReadResult result =
            co_await read_as_front(*engine_, worker, false, std::move(key), {}, 3s, answer);
        if (result.outcome == Outcome::ok) ++ok_;
        if (result.outcome == Outcome::absent) ++absent_;
        if (result.outcome != Outcome::failed) co_return;
        ++failed_;
        if (result.took < 10ms) ++failed_at_once_;
        if (answer_kind(result.error.code) == AnswerKind::shed) {
            EXPECT_GT(answer.retry_after, 0s);
        }
    }
    // One client each `gap`, for keys by turns.
    void read_each(Duration gap, unsigned reads, unsigned keys) {
        for (unsigned i = 0; i < reads; ++i) {
            world_.spawn(0, read(std::to_string(next_++ % keys)));
            world_.run_for(gap);
        }
    }
    struct Asked {
        std::uint64_t loads, retries, hedges;
        std::uint64_t extra() const { return retries + hedges; }
    };
    // `counts` are taken every 2 ms. Whenever there was an extra attempt, the ten seconds before it
    // are looked at. A retry is granted before its backoff and counted after it, so that the loads
    // it was granted for are looked for a second earlier, too.
    static void expect_budget(const std::vector<Asked>& counts) {
        constexpr std::size_t kWindow = 5'000;
        constexpr std::size_t kBackoff = 500;
        for (std::size_t i = kWindow + kBackoff; i < counts.size(); ++i) {
            const Asked& now = counts[i];
            const Asked& then = counts[i - kWindow];
            if (now.extra() == counts[i - 1].extra()) continue;
            const auto loads =
                static_cast<double>(now.loads - counts[i - kWindow - kBackoff].loads);
            ASSERT_LE(static_cast<double>(now.extra() - then.extra()), 0.2 * loads) << i;
            ASSERT_LE(static_cast<double>(now.hedges - then.hedges), 0.05 * loads) << i;
        }
    }
    std::uint64_t attempts(const char* kind) {
        return registry_
            .counter("aside_origin_attempts_total", "", {{"store", "objects"}, {"kind", kind}})
            .value();
    }

    runtime::SimWorld world_{{.seed = 1, .workers = 1}};
    ModelledStore store_{40, 10ms};
    telemetry::Registry registry_{1};
    std::unique_ptr<Engine> engine_;
    unsigned ok_ = 0, absent_ = 0, failed_ = 0, failed_at_once_ = 0, next_ = 0;
};

TEST_F(EngineGuardTest, HalfTheAnswersSlowDownAndNoClientSeesItWhileStaleValuesExist) {
    store_.hedged = true;
    start({.objects = {1s, 2s, 1h}, .jitter = 0});
    read_each(1ms, 200, 200);
    world_.run_for(1s);
    EXPECT_EQ(ok_, 200U);
    store_.throttled_part = 0.5;
    store_.slow_part = 0.02;
    store_.slow_by = 300ms;
    std::vector<Asked> asked;
    for (unsigned i = 0; i < 30'000; ++i) {
        read_each(2ms, 1, 200);
        asked.push_back({attempts("first"), attempts("retry"), attempts("hedge")});
    }
    world_.run_for(3s);
    EXPECT_EQ(failed_, 0U);
    EXPECT_EQ(ok_, 30'200U);
    EXPECT_GT(asked.back().retries, 500U);
    EXPECT_LE(static_cast<double>(asked.back().extra()),
              0.2 * static_cast<double>(asked.back().loads));
    expect_budget(asked);
}

TEST_F(EngineGuardTest, ADeadOriginIsToldAtOnceAndWithRetryAfterOnceItIsKnown) {
    start({.origin_deadline = 1s});
    read_each(5ms, 1000, 1'000'000);
    EXPECT_EQ(failed_, 0U);
    store_.failed_part = 1;
    read_each(5ms, 1000, 1'000'000);
    failed_ = failed_at_once_ = 0;
    read_each(5ms, 1000, 1'000'000);
    EXPECT_GE(failed_at_once_, 900U);
}

// A scanner asks for what does not exist, as fast as it can.
TEST_F(EngineGuardTest, AFloodOfAbsentKeysIsHeldAndEvictsNoValue) {
    start({.objects = {1h, 0s, 1h}, .origin_concurrency = 16});
    read_each(5ms, 500, 500);
    world_.run_for(1s);
    const std::uint64_t kept = engine_->memory_stats().entries;
    EXPECT_EQ(kept, 500U);
    ok_ = 0;
    store_.absent = true;
    store_.most_in_flight = 0;
    for (unsigned i = 0; i < 100'000; ++i) {
        world_.spawn(0, read("absent-" + std::to_string(i)));
        if (i % 10 == 9) world_.run_for(1ms);  // 10,000 a second, of an origin that does 4,000
    }
    world_.run_for(3s);
    EXPECT_LE(store_.most_in_flight, 16U);
    EXPECT_EQ(absent_ + failed_, 100'000U);
    EXPECT_GT(absent_, 10'000U);
    EXPECT_EQ(engine_->memory_stats().entries, kept);
    EXPECT_EQ(engine_->memory_stats().evictions, 0U);
}

}  // namespace
}  // namespace aside::engine
