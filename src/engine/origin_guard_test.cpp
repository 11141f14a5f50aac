// Loads through the guard before a modelled store, in virtual time: every load ends once and in
// time, attempts keep to their budget, and what the store can do is used.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/modelled_store_fixture.h"
#include "runtime/sim/world.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTime = 1s;  // of each load

class OriginGuardTest : public ::testing::Test {
  protected:
    struct Tally {
        std::uint64_t begun = 0, ended = 0, found = 0, shed = 0, failed = 0, after_deadline = 0;
        Duration longest_found{};
        std::vector<Duration> found_took;
    };

    void start(EngineOptions options = {}) {
        options.memory_capacity_bytes = 4 << 20;
        options.absent_capacity_bytes = 1 << 20;
        options_ = options;
        memory_ = std::make_unique<MemoryTier>(options_, epochs_);
        loader_ = std::make_unique<OriginLoader>(options_, *memory_, store_, store_, metrics_);
    }
    // Loads arrive at random, so many a second, for so long.
    void arrive(double per_second, Duration span) {
        world_.spawn(0, arrivals(world_.worker(0), per_second, world_.now() + span));
        world_.run_for(span);
    }
    runtime::Task<> arrivals(runtime::Worker& worker, double per_second, SteadyTime until) {
        while (worker.now() < until) {
            const double gap = -std::log(1 - worker.random().unit()) / per_second;
            co_await runtime::sleep_for(worker, Duration(static_cast<Duration::rep>(gap * 1e9)));
            worker.spawn(one(worker, next_++));
        }
    }
    runtime::Task<> one(runtime::Worker& worker, std::uint64_t key) {
        ++tally_.begun;
        const SteadyTime began = worker.now();
        auto ticket = std::make_shared<AdmissionQueue::Ticket>(Priority::client);
        auto gate = std::make_shared<AdmissionQueue::Ticket>(Priority::client);
        OriginRequest request{.known = {},
                              .consistent = false,
                              .cold = false,
                              .gate = std::move(gate),
                              .deadline = began + kTime};
        const auto answer = co_await loader_->load(worker, ValueKind::object, std::to_string(key),
                                                   std::move(ticket), std::move(request));
        const Duration took = worker.now() - began;
        ++tally_.ended;
        if (took > kTime + 1ms) ++tally_.after_deadline;
        if (answer) {
            ++tally_.found;
            tally_.found_took.push_back(took);
        } else if (answer_kind(answer.error().code) == AnswerKind::shed &&
                   answer.error().code != Errc::throttled) {
            EXPECT_GT(answer.error().amount, 0U);  // says when to come back
            ++tally_.shed;
        } else {
            ++tally_.failed;
        }
    }
    Tally tally_since() { return std::exchange(tally_, {}); }
    std::uint64_t attempts(const char* kind) {
        return registry_
            .counter("aside_origin_attempts_total", "", {{"store", "objects"}, {"kind", kind}})
            .value();
    }
    // Every load has ended, once, in time; nothing is taken of any bound.
    void TearDown() override {
        EXPECT_TRUE(world_.run_until_idle()) << world_.describe();
        EXPECT_EQ(all_.after_deadline + tally_.after_deadline, 0U);
        EXPECT_EQ(loader_->objects_queue().in_use(), 0U);
        EXPECT_EQ(loader_->objects_queue().waiting(), 0U);
        EXPECT_EQ(loader_->bytes_in_flight().in_use(), 0U);
        expect_budget();
    }
    void expect_budget() {
        const auto first = static_cast<double>(attempts("first"));
        const auto retries = static_cast<double>(attempts("retry"));
        const auto hedges = static_cast<double>(attempts("hedge"));
        EXPECT_LE(retries + hedges, 0.2 * first);
        EXPECT_LE(hedges, 0.05 * first);
    }

    runtime::SimWorld world_{{.seed = 1, .workers = 1}};
    ModelledStore store_{40, 10ms};
    EngineOptions options_;
    telemetry::Registry registry_{1};
    EpochDomain epochs_{1};
    EngineMetrics metrics_{registry_};
    std::unique_ptr<MemoryTier> memory_;
    std::unique_ptr<OriginLoader> loader_;
    Tally tally_, all_;
    std::uint64_t next_ = 0;
};

TEST_F(OriginGuardTest, WhatTheStoreCanDoIsAnsweredAtOnce) {
    start({.origin_concurrency = 400});
    arrive(2000, 10s);
    EXPECT_TRUE(world_.run_until_idle());
    EXPECT_EQ(tally_.found, tally_.begun);
    EXPECT_EQ(attempts("retry") + attempts("hedge"), 0U);
}

// Twice what it can do, then a tenth of its speed, then the old speed again.
TEST_F(OriginGuardTest, AnOriginThatSlowsToATenthIsStillUsed) {
    start({.origin_concurrency = 400});
    arrive(8000, 10s);
    store_.set_servers(4, world_.now());
    arrive(8000, 2s);
    tally_since();
    EXPECT_LE(loader_->objects_gate().guard.limit(), 10U);
    arrive(8000, 10s);
    const Tally slow = tally_since();
    EXPECT_GE(static_cast<double>(slow.found), 0.8 * 400 * 10);
    EXPECT_GE(slow.shed, 50'000U);
    store_.set_servers(40, world_.now());
    arrive(8000, 5s);
    tally_since();
    arrive(8000, 5s);
    EXPECT_GE(static_cast<double>(tally_.found), 0.8 * 4000 * 5);
}

TEST_F(OriginGuardTest, UnderOverloadThoseThatAreAnsweredAreAnsweredSoon) {
    start({.origin_concurrency = 400});
    arrive(8000, 10s);
    Tally tally = tally_since();
    const auto middle =
        tally.found_took.begin() + static_cast<std::ptrdiff_t>(tally.found_took.size() / 2);
    std::ranges::nth_element(tally.found_took, middle);
    EXPECT_LE(*middle, 100ms);
}

TEST_F(OriginGuardTest, HalfThrottledKeepsToTheBudget) {
    start();
    store_.throttled_part = 0.5;
    arrive(500, 20s);
    expect_budget();
    EXPECT_GT(attempts("retry"), 0U);
    EXPECT_GT(tally_.found, 0U);
}

// Three in ten fail: retries mend most of what the budget allows, and no load is shed.
TEST_F(OriginGuardTest, RetriesMendWhatTheyMay) {
    start();
    arrive(500, 2s);
    store_.failed_part = 0.15;
    tally_since();
    arrive(500, 20s);
    EXPECT_EQ(tally_.shed, 0U);
    EXPECT_GE(static_cast<double>(tally_.found), 0.97 * static_cast<double>(tally_.begun));
}

TEST_F(OriginGuardTest, ABrokenOriginIsUsedInProportionAndFoundWhenItIsBack) {
    start();
    arrive(500, 5s);
    store_.failed_part = 1;
    arrive(500, 10s);
    tally_since();
    arrive(500, 10s);
    const Tally broken = tally_since();
    EXPECT_GE(broken.shed, broken.begun * 8 / 10);  // at once, and with Retry-After
    store_.failed_part = 0;
    arrive(500, 5s);
    tally_since();
    arrive(500, 5s);
    EXPECT_EQ(tally_.shed + tally_.failed, 0U);
}

TEST_F(OriginGuardTest, ADeadOriginKeepsNobodyBeyondTheDeadline) {
    start();
    arrive(200, 5s);
    store_.dead = true;
    arrive(200, 20s);
    tally_since();
    arrive(200, 5s);
    EXPECT_GE(tally_.shed, tally_.begun / 2);
    store_.dead = false;
    arrive(200, 5s);
    tally_since();
    arrive(200, 5s);
    EXPECT_EQ(tally_.shed + tally_.failed, 0U);
}

// One in fifty takes a second longer. A second attempt does not.
TEST_F(OriginGuardTest, HedgesCutTheTailAndKeepToTheirShare) {
    store_.hedged = true;
    start();
    arrive(500, 5s);
    store_.slow_part = 0.02;
    store_.slow_by = 800ms;
    tally_since();
    arrive(500, 20s);
    EXPECT_TRUE(world_.run_until_idle());
    std::ranges::sort(tally_.found_took);
    EXPECT_LE(tally_.found_took[tally_.found_took.size() * 99 / 100], 100ms);
    EXPECT_GT(attempts("hedge"), 100U);
    expect_budget();
}

TEST_F(OriginGuardTest, AStoreThatGainsNothingByItIsNotHedged) {
    start();
    arrive(500, 5s);
    store_.slow_part = 0.02;
    store_.slow_by = 800ms;
    arrive(500, 10s);
    EXPECT_EQ(attempts("hedge"), 0U);
}

}  // namespace
}  // namespace aside::engine
