#include "engine/admission_queue.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

class AdmissionQueueTest : public ::testing::Test {
  protected:
    using Ticket = std::shared_ptr<AdmissionQueue::Ticket>;

    // Asks to enter; notes `name` in entered_ or turned_away_ when it is decided.
    Ticket ask(AdmissionQueue& queue, std::string name, Priority priority, std::uint64_t weight = 1,
               Duration timeout = 1h, unsigned on = 0) {
        auto ticket = std::make_shared<AdmissionQueue::Ticket>(priority);
        world_.spawn(on, wait(queue, world_.worker(on), std::move(name), ticket, weight, timeout));
        world_.run_for(1us);
        return ticket;
    }
    void leave(AdmissionQueue& queue, std::uint64_t weight = 1) {
        queue.leave(weight);
        world_.run_for(1us);
    }
    runtime::Task<> wait(AdmissionQueue& queue, runtime::Worker& worker, std::string name,
                         Ticket ticket, std::uint64_t weight, Duration timeout) {
        const auto result = co_await queue.enter(worker, ticket, weight, worker.now() + timeout);
        if (result) {
            entered_.push_back(name);
        } else {
            turned_away_.push_back(name + ":" + std::string(name_of(result.error().code)));
        }
    }

    using Names = std::vector<std::string>;
    runtime::SimWorld world_{{.seed = 1, .workers = 2}};
    Names entered_, turned_away_;
};

TEST_F(AdmissionQueueTest, LetsInUpToItsCapacityAndThenInOrder) {
    AdmissionQueue queue(2, 10);
    for (const char* name : {"a", "b", "c", "d"}) ask(queue, name, Priority::client);
    EXPECT_EQ(entered_, (Names{"a", "b"}));
    EXPECT_EQ(queue.waiting(), 2U);
    leave(queue);
    leave(queue);
    EXPECT_EQ(entered_, (Names{"a", "b", "c", "d"}));
    leave(queue, 2);
    EXPECT_EQ(queue.in_use(), 0U);
}

TEST_F(AdmissionQueueTest, HigherPrioritiesGoFirst) {
    AdmissionQueue queue(1, 10);
    ask(queue, "busy", Priority::client);
    ask(queue, "warm", Priority::warm_up);
    ask(queue, "owed", Priority::owed_fill);
    ask(queue, "refresh", Priority::refresh);
    ask(queue, "client", Priority::client, 1, 1h, 1);
    for (int i = 0; i < 4; ++i) leave(queue);
    EXPECT_EQ(entered_, (Names{"busy", "client", "refresh", "owed", "warm"}));
}

TEST_F(AdmissionQueueTest, AWaiterCanBeRaised) {
    AdmissionQueue queue(1, 10);
    ask(queue, "busy", Priority::client);
    ask(queue, "first", Priority::refresh);
    const Ticket second = ask(queue, "second", Priority::refresh);
    queue.raise(*second, Priority::client);
    queue.raise(*second, Priority::warm_up);  // never lowers
    leave(queue);
    leave(queue);
    EXPECT_EQ(entered_, (Names{"busy", "second", "first"}));
}

TEST_F(AdmissionQueueTest, AWaiterThatIsRaisedPastALargerOneEntersIfThereIsRoom) {
    AdmissionQueue queue(10, 10);
    ask(queue, "most", Priority::client, 8);
    ask(queue, "large", Priority::refresh, 5);
    const Ticket small = ask(queue, "small", Priority::warm_up, 2);
    EXPECT_EQ(entered_, (Names{"most"}));
    queue.raise(*small, Priority::client);
    world_.run_for(1us);
    EXPECT_EQ(entered_, (Names{"most", "small"}));
    leave(queue, 8);
    EXPECT_EQ(entered_, (Names{"most", "small", "large"}));
    EXPECT_EQ(queue.in_use(), 7U);
}

TEST_F(AdmissionQueueTest, AFullQueueTurnsAwayTheLowestPriority) {
    AdmissionQueue queue(1, 2);
    ask(queue, "busy", Priority::client);
    ask(queue, "warm", Priority::warm_up);
    ask(queue, "refresh", Priority::refresh);
    ask(queue, "client", Priority::client);
    EXPECT_EQ(turned_away_, (Names{"warm:overloaded"}));
    ask(queue, "warm2", Priority::warm_up);
    EXPECT_EQ(turned_away_, (Names{"warm:overloaded", "warm2:overloaded"}));
    leave(queue);
    leave(queue);
    EXPECT_EQ(entered_, (Names{"busy", "client", "refresh"}));
}

TEST_F(AdmissionQueueTest, AWaiterLeavesAtItsDeadlineAndLetsSmallerOnesPass) {
    AdmissionQueue queue(10, 10);
    ask(queue, "most", Priority::client, 8);
    ask(queue, "large", Priority::client, 5, 100ms);
    ask(queue, "small", Priority::client, 2);
    EXPECT_EQ(entered_, (Names{"most"}));  // nobody overtakes the large one
    EXPECT_FALSE(queue.try_enter(1));
    world_.run_for(200ms);
    EXPECT_EQ(turned_away_, (Names{"large:deadline"}));
    EXPECT_EQ(entered_, (Names{"most", "small"}));
}

// Room becomes free at the very moment of a waiter's deadline, in every order of what happens then.
TEST(AdmissionQueueRace, AWaiterIsDecidedOnce) {
    unsigned entered = 0;
    for (std::uint64_t seed = 1; seed <= 64; ++seed) {
        runtime::SimWorld world({.seed = seed, .workers = 2});
        AdmissionQueue queue(1, 10);
        ASSERT_TRUE(queue.try_enter(1));
        const SteadyTime moment = world.now() + 10ms;
        unsigned ended = 0;
        const auto wait = [&](runtime::Worker& worker) -> runtime::Task<> {
            auto ticket = std::make_shared<AdmissionQueue::Ticket>(Priority::client);
            const auto result = co_await queue.enter(worker, std::move(ticket), 1, moment);
            ++ended;
            if (!result) co_return;
            ++entered;
            queue.leave(1);
        };
        const auto leave = [&](runtime::Worker& worker) -> runtime::Task<> {
            co_await runtime::sleep_until(worker, moment);
            queue.leave(1);
        };
        world.spawn(0, wait(world.worker(0)));
        world.spawn(1, leave(world.worker(1)));
        EXPECT_TRUE(world.run_until_idle());
        EXPECT_EQ(ended, 1U) << world.describe();
        EXPECT_EQ(queue.in_use(), 0U) << world.describe();
        EXPECT_EQ(queue.waiting(), 0U) << world.describe();
    }
    EXPECT_GT(entered, 0U);
    EXPECT_LT(entered, 64U);
}

TEST_F(AdmissionQueueTest, MoreThanEverythingIsRefusedAtOnce) {
    AdmissionQueue queue(10, 10);
    ask(queue, "huge", Priority::client, 11);
    EXPECT_EQ(turned_away_, (Names{"huge:too_large"}));
    EXPECT_TRUE(queue.try_enter(10));
    EXPECT_FALSE(queue.try_enter(1));
}

}  // namespace
}  // namespace aside::engine
