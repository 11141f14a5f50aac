#include "engine/work_under_way.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

struct WorkUnderWayTest : testing::Test {
    runtime::SimWorld world{{.workers = 2}};
    WorkUnderWay work{2};
    bool answered = false, idle = false;

    runtime::Task<> wait(unsigned on, Duration patience) {
        runtime::Worker& worker = world.worker(on);
        idle = co_await work.idle(worker, worker.now() + patience);
        answered = true;
    }
    runtime::Task<> work_for(unsigned on, Duration span) {
        const WorkUnderWay::Token token = work.begin(world.worker(on));
        co_await runtime::sleep_for(world.worker(on), span);
    }
};

TEST_F(WorkUnderWayTest, NothingIsNotWaitedFor) {
    world.spawn(0, wait(0, 1s));
    world.run_for(0s);
    EXPECT_TRUE(answered);
    EXPECT_TRUE(idle);
}

TEST_F(WorkUnderWayTest, TheLastOneOnWhicheverWorkerEndsTheWait) {
    world.spawn(0, work_for(0, 10ms));
    world.spawn(1, work_for(1, 30ms));
    world.run_for(1ms);
    EXPECT_EQ(work.count(), 2U);
    world.spawn(0, wait(0, 1s));
    world.run_for(28ms);
    EXPECT_FALSE(answered);
    world.run_for(2ms);
    EXPECT_TRUE(answered);
    EXPECT_TRUE(idle);
    EXPECT_EQ(work.count(), 0U);
}

TEST_F(WorkUnderWayTest, WorkThatBeginsMeanwhileIsWaitedForToo) {
    world.spawn(0, work_for(0, 10ms));
    world.run_for(0ms);
    world.spawn(0, wait(0, 1s));
    world.run_for(9ms);
    world.spawn(0, work_for(0, 10ms));
    world.run_for(9ms);
    EXPECT_FALSE(answered);
    world.run_for(2ms);
    EXPECT_TRUE(idle);
}

TEST_F(WorkUnderWayTest, TheDeadlineEndsItToo) {
    world.spawn(0, work_for(0, 1s));
    world.run_for(0ms);
    world.spawn(1, wait(1, 20ms));
    world.run_for(21ms);
    EXPECT_TRUE(answered);
    EXPECT_FALSE(idle);
    EXPECT_TRUE(world.run_until_idle());
}

TEST_F(WorkUnderWayTest, AMovedTokenIsGivenBackOnce) {
    world.worker(0).post([&] {
        WorkUnderWay::Token first = work.begin(world.worker(0));
        WorkUnderWay::Token second = std::move(first);
        WorkUnderWay::Token third;
        third = std::move(second);
        EXPECT_EQ(work.count(), 1U);
    });
    world.run_for(0s);
    EXPECT_EQ(work.count(), 0U);
}

}  // namespace
}  // namespace aside::engine
