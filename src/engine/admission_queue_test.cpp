#include "engine/admission_queue.h"

#include <algorithm>

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
               Duration timeout = 1h, unsigned on = 0, std::uint32_t place = 0) {
        auto ticket = std::make_shared<AdmissionQueue::Ticket>(priority);
        ticket->place(place);
        world_.spawn(on, wait(queue, world_.worker(on), std::move(name), ticket, weight, timeout));
        world_.run_for(1us);
        return ticket;
    }
    void leave(AdmissionQueue& queue, std::uint64_t weight = 1) {
        queue.leave(weight, world_.now());
        world_.run_for(1us);
    }
    // As the n-th load of a request.
    void ask_as(AdmissionQueue& queue, std::string name, std::uint32_t place) {
        ask(queue, std::move(name), Priority::client, 1, 1h, 0, place);
    }
    runtime::Task<> wait(AdmissionQueue& queue, runtime::Worker& worker, std::string name,
                         Ticket ticket, std::uint64_t weight, Duration timeout) {
        const auto result =
            co_await queue.enter(worker, ticket, weight, worker.now() + timeout, expected_);
        if (result) {
            entered_.push_back(name);
        } else {
            turned_away_.push_back(name + ":" + std::string(name_of(result.error().code)));
        }
    }

    // Those who still wait run out of time.
    void let_all_go() { world_.run_for(2h); }

    using Names = std::vector<std::string>;
    runtime::SimWorld world_{{.seed = 1, .workers = 2}};
    Names entered_, turned_away_;
    Duration expected_{};
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

constexpr QueueOptions kOverload{.standing = 100ms, .patience = 1s};

TEST_F(AdmissionQueueTest, UnderOverloadTheNewestGoesFirst) {
    AdmissionQueue queue(1, 10, kOverload);
    ask(queue, "busy", Priority::client);
    for (const char* name : {"a", "b", "c"}) ask(queue, name, Priority::client);
    leave(queue);
    world_.run_for(100ms);
    ask(queue, "d", Priority::client);
    leave(queue);
    leave(queue);
    leave(queue);
    EXPECT_EQ(entered_, (Names{"busy", "a", "d", "c", "b"}));
    // It has been empty: in order again.
    ask(queue, "e", Priority::client);
    ask(queue, "f", Priority::client);
    leave(queue);
    leave(queue);
    EXPECT_EQ(entered_, (Names{"busy", "a", "d", "c", "b", "e", "f"}));
}

TEST_F(AdmissionQueueTest, AStandingQueueOfRefreshesIsNoOverloadOfClients) {
    AdmissionQueue queue(1, 10, kOverload);
    ask(queue, "busy", Priority::client);
    ask(queue, "refresh", Priority::refresh);
    world_.run_for(200ms);
    ask(queue, "a", Priority::client);
    ask(queue, "b", Priority::client);
    leave(queue);
    leave(queue);
    EXPECT_EQ(entered_, (Names{"busy", "a", "b"}));
    let_all_go();
}

TEST_F(AdmissionQueueTest, UnderOverloadPatienceEnds) {
    AdmissionQueue queue(1, 10, kOverload);
    ask(queue, "busy", Priority::client);
    ask(queue, "a", Priority::client);
    world_.run_for(999ms);
    EXPECT_TRUE(turned_away_.empty());
    world_.run_for(2ms);
    EXPECT_EQ(turned_away_, (Names{"a:overloaded"}));
    EXPECT_EQ(queue.turned_away().stood, 1U);
}

TEST_F(AdmissionQueueTest, UnderOverloadAFullQueueTurnsAwayTheOldest) {
    AdmissionQueue queue(1, 2, kOverload);
    ask(queue, "busy", Priority::client);
    ask(queue, "a", Priority::client);
    ask(queue, "b", Priority::client);
    world_.run_for(100ms);
    ask(queue, "c", Priority::client);
    EXPECT_EQ(turned_away_, (Names{"a:overloaded"}));
    EXPECT_EQ(queue.turned_away().full, 1U);
    let_all_go();
}

TEST_F(AdmissionQueueTest, NobodyIsLetInWhoseTimeHasPassed) {
    AdmissionQueue queue(1, 10, kOverload);
    expected_ = 30ms;
    ask(queue, "busy", Priority::client);
    ask(queue, "hopeless", Priority::client, 1, 20ms);  // who finds room may try, who must wait not
    EXPECT_EQ(turned_away_, (Names{"hopeless:deadline"}));
    ask(queue, "short", Priority::client, 1, 50ms);
    ask(queue, "long", Priority::client, 1, 500ms);
    world_.stall(25ms);  // "short" has no chance any more, and its timer has not run
    leave(queue);
    EXPECT_EQ(entered_, (Names{"busy", "long"}));
    EXPECT_EQ(turned_away_, (Names{"hopeless:deadline", "short:deadline"}));
    EXPECT_EQ(queue.turned_away().late, 2U);
}

TEST_F(AdmissionQueueTest, CapacityChangesWhileItIsUsed) {
    AdmissionQueue queue(3, 10);
    for (const char* name : {"a", "b", "c", "d", "e"}) ask(queue, name, Priority::client);
    queue.set_capacity(1, world_.now());
    leave(queue);
    leave(queue);
    EXPECT_EQ(entered_, (Names{"a", "b", "c"}));
    leave(queue);
    EXPECT_EQ(entered_, (Names{"a", "b", "c", "d"}));
    queue.set_capacity(2, world_.now());
    world_.run_for(1us);
    EXPECT_EQ(entered_, (Names{"a", "b", "c", "d", "e"}));
}

// A request of 100 loads, then single ones, as many as places become free: both go on, and the
// large one's first loads are not behind.
TEST_F(AdmissionQueueTest, ALargeRequestNeitherStarvesOthersNorIsStarved) {
    AdmissionQueue queue(1, 1000);
    ask(queue, "busy", Priority::client);
    for (std::uint32_t i = 0; i < 100; ++i) ask_as(queue, "large", i);
    std::size_t behind = 0;
    for (int i = 0; i < 60; ++i) {
        ask(queue, "small", Priority::client);
        leave(queue);
        behind =
            std::max(behind, static_cast<std::size_t>(i + 1) -
                                 static_cast<std::size_t>(std::ranges::count(entered_, "small")));
    }
    EXPECT_LE(behind, 40U);
    EXPECT_EQ(std::ranges::count(std::span(entered_).first(9), "small"), 0);
    // After the first eight of the large one, every second place is a small one's.
    const auto smalls = std::ranges::count(entered_, "small");
    EXPECT_GE(smalls, 22);
    EXPECT_LE(smalls, 30);
    let_all_go();
}

TEST_F(AdmissionQueueTest, AFullQueueTurnsAwayTheLastSliceFirst) {
    AdmissionQueue queue(1, 20);
    ask(queue, "busy", Priority::client);
    for (std::uint32_t i = 0; i < 20; ++i) ask_as(queue, "large" + std::to_string(i), i);
    ask(queue, "small", Priority::client);
    EXPECT_EQ(turned_away_, (Names{"large19:overloaded"}));
    for (std::uint32_t i = 20; i < 40; ++i) ask_as(queue, "more", i);
    EXPECT_EQ(std::ranges::count(turned_away_, "more:overloaded"), 20);
    let_all_go();
}

}  // namespace
}  // namespace aside::engine
