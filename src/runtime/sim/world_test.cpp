#include "runtime/sim/world.h"

#include <gtest/gtest.h>

namespace aside::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<Result<int>> count_blocking(Worker& worker, int times) {
    int done = 0;
    for (int i = 0; i < times; ++i) {
        const auto result = co_await run_blocking(worker, [&]() -> Result<int> { return 1; });
        if (!result) co_return fail(result.error());
        done += *result;
    }
    co_return done;
}

// A little of everything, to see whether two runs are one.
Task<> wander(SimWorld& world, unsigned index, std::string& log, int& left) {
    Worker& worker = world.worker(index);
    for (int i = 0; i < 20; ++i) {
        co_await sleep_for(worker, milliseconds(worker.random().below(3)));
        log += static_cast<char>('a' + index);
        const auto counted = co_await count_blocking(worker, 1);
        log += counted ? '+' : '-';
    }
    --left;
}

std::pair<std::string, std::uint64_t> wander_with(std::uint64_t seed) {
    SimWorld world({.seed = seed, .workers = 3});
    std::string log;
    int left = 3;
    for (unsigned i = 0; i < 3; ++i) world.spawn(i, wander(world, i, log, left));
    EXPECT_TRUE(world.run_until([&] { return left == 0; }, seconds(10))) << world.describe();
    return {log, world.trace_hash()};
}

TEST(SimWorld, SameSeedSameRun) {
    const auto first = wander_with(7);
    EXPECT_EQ(first, wander_with(7));
    const auto other = wander_with(8);
    EXPECT_NE(first.first, other.first);
    EXPECT_NE(first.second, other.second);
}

TEST(SimWorld, EventsDueTogetherAreShuffled) {
    std::vector<std::string> orders;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SimWorld world({.seed = seed});
        std::string order;
        for (char name = 'a'; name <= 'e'; ++name) {
            world.worker(0).post([&order, name] { order += name; });
        }
        EXPECT_TRUE(order.empty());  // a post is never run inside the call
        EXPECT_TRUE(world.run_until_idle());
        orders.push_back(order);
    }
    std::ranges::sort(orders);
    orders.erase(std::ranges::unique(orders).begin(), orders.end());
    EXPECT_GT(orders.size(), 10U);
}

TEST(SimWorld, TimersFireInOrderAndCanBeMoved) {
    SimWorld world;
    std::vector<int> fired;
    auto early = world.worker(0).make_timer([&] { fired.push_back(1); });
    auto late = world.worker(0).make_timer([&] { fired.push_back(2); });
    auto never = world.worker(0).make_timer([&] { fired.push_back(3); });
    late->arm(world.now() + seconds(2));
    early->arm(world.now() + seconds(5));
    early->arm(world.now() + seconds(1));
    never->arm(world.now() + seconds(1));
    never->disarm();
    world.run_for(seconds(1));
    EXPECT_EQ(fired, std::vector<int>{1});
    EXPECT_EQ(world.now().time_since_epoch(), seconds(1));
    late.reset();
    EXPECT_TRUE(world.run_until_idle());
    EXPECT_EQ(fired, std::vector<int>{1});
    EXPECT_EQ(world.now().time_since_epoch(), seconds(1));
}

TEST(SimWorld, WallTimeJumpsAloneSteadyTimeNever) {
    SimWorld world;
    const auto wall = world.worker(0).wall_now();
    world.jump_wall(-seconds(3600));
    world.run_for(seconds(1));
    EXPECT_EQ(world.worker(0).wall_now() - wall, seconds(1) - seconds(3600));
    EXPECT_EQ(world.now().time_since_epoch(), seconds(1));
}

TEST(SimWorld, AfterAStallTimersRunLast) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SimWorld world({.seed = seed});
        std::string order;
        auto judge = world.worker(0).make_timer([&] { order += 'T'; });
        judge->arm(world.now() + milliseconds(10));
        world.scheduler().at(world.now() + milliseconds(40), kNetwork, EventKind::network, [&] {
            world.scheduler().at(world.now(), 0, EventKind::io, [&] { order += 'r'; });
        });
        world.stall(milliseconds(50));
        world.run_until_idle();
        EXPECT_EQ(order, "rT") << world.describe();
    }
}

TEST(SimWorld, BlockingJobsWaitForAThreadAndAreRefusedWhenFull) {
    SimWorld world;
    world.blocking().model = {
        .cost = milliseconds(10), .jitter = {}, .threads = 1, .queue_limit = 1};
    std::vector<Result<int>> results;
    const auto one = [&](SimWorld& in) -> Task<> {
        auto result = co_await count_blocking(in.worker(0), 1);
        results.push_back(std::move(result));
    };
    for (int i = 0; i < 3; ++i) world.spawn(0, one(world));
    EXPECT_TRUE(world.run_until_idle());
    EXPECT_EQ(world.now().time_since_epoch(), milliseconds(20));
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].error().code, Errc::overloaded);  // the refused one ends first
    EXPECT_TRUE(results[1] && results[2]);
    world.blocking().model.refuse_all = true;
    const auto refused = world.run(count_blocking(world.worker(0), 1));
    EXPECT_EQ(refused.error().code, Errc::overloaded);
}

struct Gate {
    std::coroutine_handle<> waiting;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) { waiting = frame; }
    void await_resume() const noexcept {}
};
Task<> wait_at(Gate& gate) {
    co_await gate;
}

TEST(SimWorldDeathTest, AnUnendedTaskIsReportedWithTheSeed) {
    EXPECT_DEATH(
        {
            SimWorld world({.seed = 42});
            Gate gate;
            world.spawn(0, wait_at(gate));
            world.run_until_idle();
        },
        "1 spawned tasks never ended \\(seed 42");
}

TEST(SimWorldDeathTest, TheWrongThreadIsReported) {
    EXPECT_DEATH(
        {
            SimWorld world({.seed = 1, .workers = 2});
            world.worker(0).post([&] { world.worker(1).random().next(); });
            world.run_until_idle();
        },
        "random of worker 1 called on another thread");
}

}  // namespace
}  // namespace aside::runtime
