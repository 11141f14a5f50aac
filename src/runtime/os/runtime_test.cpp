#include "runtime/os/runtime.h"

#include <latch>

#include <gtest/gtest.h>

#include "runtime/os/run_task.h"

namespace aside::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct OsRuntimeTest : testing::Test {
    void SetUp() override { runtime->start(); }
    void TearDown() override {
        runtime->stop(seconds(10));
        EXPECT_EQ(runtime->join(), 0U);
    }
    std::unique_ptr<OsRuntime> runtime =
        OsRuntime::create({.workers = 2, .blocking_threads = 1, .blocking_queue_limit = 2}).value();
};

// A value travels between the workers by posts, each adding one on its own thread.
struct Ball {
    OsRuntime& runtime;
    int throws = 0;
    std::latch caught{1};
    void throw_to(unsigned index) {
        runtime.worker(index).post([this, index] {
            if (++throws == 1000) return caught.count_down();
            throw_to(1 - index);
        });
    }
};

TEST_F(OsRuntimeTest, PostsGoToAndFro) {
    Ball ball{*runtime};
    ball.throw_to(0);
    ball.caught.wait();
    EXPECT_EQ(ball.throws, 1000);
}

TEST_F(OsRuntimeTest, PostsOfManyThreadsAllArrive) {
    constexpr int kThreads = 4;
    constexpr int kPosts = 2000;
    int seen = 0;  // worker 0's alone
    std::latch all(kThreads * kPosts);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < kPosts; ++j) {
                runtime->worker(0).post([&] {
                    ++seen;
                    all.count_down();
                });
            }
        });
    }
    for (auto& thread : threads) thread.join();
    all.wait();
    EXPECT_EQ(seen, kThreads * kPosts);
}

// Each worker waits for an hour, and the clock is put forward on one of them.
TEST_F(OsRuntimeTest, TheClockIsPutForwardForAllWorkersAndWakesThem) {
    std::latch slept(2), over(2);
    for (unsigned i = 0; i < 2; ++i) {
        Worker& worker = runtime->worker(i);
        worker.post([&worker, &slept, &over] {
            worker.spawn([](Worker& on, std::latch& begun, std::latch& done) -> Task<> {
                const SteadyTime began = on.now();
                const WallTime wall = on.wall_now();
                const SteadyTime until = began + std::chrono::hours(1);
                begun.count_down();
                co_await sleep_until(on, until);
                EXPECT_GE(on.now(), until);
                EXPECT_LT(on.wall_now() - wall, std::chrono::minutes(30));
                done.count_down();
            }(worker, slept, over));
        });
    }
    slept.wait();
    runtime->worker(1).put_clock_forward(std::chrono::hours(1));
    over.wait();
}

Task<std::vector<int>> sleep_in_order(Worker& worker) {
    std::vector<int> order;
    const auto begun = worker.now();
    auto late = worker.make_timer([&] { order.push_back(2); });
    auto early = worker.make_timer([&] { order.push_back(1); });
    late->arm(begun + milliseconds(4));
    early->arm(begun + milliseconds(2));
    co_await sleep_until(worker, begun + milliseconds(6));
    if (worker.now() < begun + milliseconds(6)) order.push_back(-1);
    co_return order;
}

TEST_F(OsRuntimeTest, TimersFireInOrderAndNotEarly) {
    const auto order = run_task(*runtime, 1, [](Worker& worker) { return sleep_in_order(worker); });
    EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

Task<Result<std::thread::id>> where_it_blocks(Worker& worker) {
    const auto here = std::this_thread::get_id();
    auto there = co_await run_blocking(
        worker, [&]() -> Result<std::thread::id> { return std::this_thread::get_id(); });
    if (std::this_thread::get_id() != here) co_return fail(Errc::internal, "resumed elsewhere");
    if (there && *there == here) co_return fail(Errc::internal, "blocked the worker");
    co_return there;
}

TEST_F(OsRuntimeTest, BlockingCallsRunElsewhereAndComeBack) {
    const auto there =
        run_task(*runtime, 0, [](Worker& worker) { return where_it_blocks(worker); });
    EXPECT_TRUE(there) << to_string(there.error());
}

Task<Result<int>> one_more(Worker& worker) {
    auto result = co_await run_blocking(worker, []() -> Result<int> { return 1; });
    co_return result;
}

TEST_F(OsRuntimeTest, AFullPoolRefuses) {
    std::latch running(1);
    std::latch go(1);
    auto& pool = runtime->worker(0).blocking();
    EXPECT_TRUE(pool.submit([&] {
        running.count_down();
        go.wait();
    }));
    running.wait();
    std::latch ended(2);
    EXPECT_TRUE(pool.submit([&] { ended.count_down(); }));
    EXPECT_TRUE(pool.submit([&] { ended.count_down(); }));
    const auto refused = run_task(*runtime, 0, [](Worker& worker) { return one_more(worker); });
    EXPECT_EQ(refused.error().code, Errc::overloaded);
    go.count_down();
    ended.wait();
}

struct Gate {
    std::coroutine_handle<> waiting;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) { waiting = frame; }
    void await_resume() const noexcept {}
};
Task<> wait_at(Gate& gate, std::latch& waits) {
    waits.count_down();
    co_await gate;
}

TEST(OsRuntimeStop, WaitsForTasksOfAllWorkers) {
    auto runtime = OsRuntime::create({.workers = 3}).value();
    runtime->start();
    Gate gate;
    std::latch waits(1);
    auto& last = runtime->worker(2);
    last.post([&] { last.spawn(wait_at(gate, waits)); });
    waits.wait();
    runtime->stop(std::chrono::hours(1));
    // It goes by way of another worker, which must not have ended for want of work of its own.
    runtime->worker(0).post([&] { last.post([&] { gate.waiting.resume(); }); });
    EXPECT_EQ(runtime->join(), 0U);
}

TEST(OsRuntimeStop, WaitsForPostsThatMakePosts) {
    auto runtime = OsRuntime::create({.workers = 2}).value();
    runtime->start();
    Ball ball{*runtime};
    std::latch held(1);
    runtime->worker(0).post([&] {
        held.wait();
        ball.throw_to(1);
    });
    runtime->stop(std::chrono::hours(1));
    held.count_down();
    EXPECT_EQ(runtime->join(), 0U);
    EXPECT_EQ(ball.throws, 1000);
}

TEST(OsRuntimeStop, GivesUpAtTheLimit) {
    auto runtime = OsRuntime::create({.workers = 2}).value();
    runtime->start();
    Gate gate;
    std::latch waits(1);
    auto& worker = runtime->worker(1);
    worker.post([&] { worker.spawn(wait_at(gate, waits)); });
    waits.wait();
    runtime->stop(milliseconds(1));
    EXPECT_EQ(runtime->join(), 1U);
    gate.waiting.resume();  // lets the frames end, on this thread, now that no other runs
}

}  // namespace
}  // namespace aside::runtime
