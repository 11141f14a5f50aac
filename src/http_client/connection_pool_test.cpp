#include "http_client/connection_pool.h"

#include "http_client/http_client_fixture.h"

namespace aside::http_client {
namespace {

using Then = ScriptedReply::Then;

std::size_t succeeded(const std::vector<Result<HttpAnswer>>& answers) {
    return static_cast<std::size_t>(
        std::ranges::count_if(answers, [](const auto& answer) { return answer.has_value(); }));
}

struct PoolTest : ClientTest {
    PoolTest() {
        server.answer = [](const ScriptedRequest&) {
            ScriptedReply slow = reply(200, "ok");
            slow.after = 100ms;
            return slow;
        };
    }
};

TEST_F(PoolTest, BoundsConnectionsAndServesInTurn) {
    make({.max_connections = 3});
    const SteadyTime began = world.now();
    EXPECT_EQ(succeeded(get_at_once(12)), 12U);
    EXPECT_EQ(server.accepted, 3U);
    EXPECT_GE(world.now() - began, 400ms);
    EXPECT_LT(world.now() - began, 410ms);
    EXPECT_EQ(client->metrics().open, 3);
}

TEST_F(PoolTest, WhoWaitsTooLongIsToldSo) {
    make({.max_connections = 1});
    const auto answers = get_at_once(4, 250ms);
    EXPECT_EQ(succeeded(answers), 2U);
    // The third was sent, and had no time left; the fourth never was.
    EXPECT_EQ(answers[2].error().code, Errc::timed_out);
    EXPECT_EQ(answers[3].error().code, Errc::overloaded);
    EXPECT_NE(health_sign(answers[3].error().code), HealthSign::failed);
    EXPECT_EQ(client->metrics().refused.value(), 1U);
}

TEST_F(PoolTest, TheQueueIsBounded) {
    make({.max_connections = 1, .max_waiting = 2});
    const auto answers = get_at_once(10);
    EXPECT_EQ(succeeded(answers), 3U);
    for (const auto& answer : answers) {
        if (!answer) EXPECT_EQ(answer.error().code, Errc::overloaded);
    }
    EXPECT_EQ(client->metrics().refused.value(), 7U);
}

TEST_F(PoolTest, AFailedConnectionsPlaceGoesToWhoWaits) {
    make({.max_connections = 1});
    server.next.push_back({.then = Then::close});
    server.next.push_back({.bytes = "garbage\r\n\r\n"});
    EXPECT_EQ(succeeded(get_at_once(5)), 3U);
    EXPECT_EQ(server.accepted, 3U);
    world.network().host(at.host).refuse_connect = true;
    server.close_connections();
    EXPECT_EQ(succeeded(get_at_once(5)), 0U);
    world.network().host(at.host).refuse_connect = false;
    EXPECT_EQ(succeeded(get_at_once(5)), 5U);
}

TEST_F(PoolTest, IdleConnectionsEnd) {
    make({.idle_timeout = 10s});
    EXPECT_EQ(succeeded(get_at_once(5)), 5U);
    EXPECT_EQ(client->metrics().open, 5);
    world.run_for(5s);
    EXPECT_TRUE(get());  // the one used last stays
    world.run_for(6s);
    EXPECT_EQ(client->metrics().open, 1);
    world.run_for(6s);
    EXPECT_EQ(client->metrics().open, 0);
    EXPECT_EQ(server.accepted, 5U);
}

TEST_F(PoolTest, OldConnectionsAreNotKept) {
    make({.idle_timeout = 1h, .max_age = 1min});
    EXPECT_TRUE(get());
    world.run_for(50s);
    EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 1U);
    world.run_for(11s);
    EXPECT_TRUE(get());  // its last
    EXPECT_EQ(client->metrics().open, 0);
    EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 2U);
}

// Closed by the server while nobody used it: known before the next call, which is not even retried.
TEST_F(PoolTest, AConnectionThatEndsWhileIdleIsForgotten) {
    EXPECT_TRUE(get());
    server.close_connections();
    world.run_for(1s);
    EXPECT_EQ(client->metrics().open, 0);
    HttpCall post = make_call("POST", "/");
    EXPECT_TRUE(call(post));
    EXPECT_EQ(client->metrics().stale_retries.value(), 0U);
}

// Closed by the server just when it was used.
TEST_F(PoolTest, AStaleConnectionIsReplacedOnceForIdempotentCalls) {
    EXPECT_EQ(succeeded(get_at_once(4)), 4U);
    EXPECT_EQ(server.accepted, 4U);
    server.next.push_back({.then = Then::close});
    EXPECT_TRUE(get());
    EXPECT_EQ(client->metrics().stale_retries.value(), 1U);
    EXPECT_EQ(server.accepted, 5U);  // not another of those that had rested
    EXPECT_EQ(client->metrics().open, 1);

    // A second time is an error, and so is a first of what may not be sent twice.
    server.next.push_back({.then = Then::close});
    server.next.push_back({.then = Then::close});
    EXPECT_EQ(get().error().code, Errc::connection_lost);
    EXPECT_EQ(client->metrics().stale_retries.value(), 2U);
    EXPECT_TRUE(get());
    server.next.push_back({.then = Then::close});
    EXPECT_EQ(call(make_call("POST", "/")).error().code, Errc::connection_lost);
    EXPECT_EQ(client->metrics().stale_retries.value(), 2U);
}

TEST_F(PoolTest, WhatFailsOnANewConnectionOrInTheAnswerIsNotSentAgain) {
    server.next.push_back({.then = Then::close});
    EXPECT_EQ(get().error().code, Errc::connection_lost);
    EXPECT_EQ(server.requests.size(), 1U);
    EXPECT_TRUE(get());
    server.next.push_back({.bytes = "H", .then = Then::close});
    EXPECT_EQ(get().error().code, Errc::connection_lost);
    EXPECT_EQ(server.requests.size(), 3U);
    EXPECT_EQ(client->metrics().stale_retries.value(), 0U);
}

TEST_F(PoolTest, CloseEndsEverything) {
    make({.max_connections = 2});
    std::vector<Result<HttpAnswer>> answers(5);
    std::size_t ended = 0;
    const auto one = [&](Result<HttpAnswer>& into) -> runtime::Task<> {
        co_await get_into(into, world.now() + 5s);
        ++ended;
    };
    for (auto& answer : answers) world.spawn(0, one(answer));
    world.run_for(50ms);
    client->close(world.worker(0));
    EXPECT_TRUE(world.run_until([&] { return ended == 5; }, 10ms));
    for (const auto& answer : answers) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, Errc::cancelled);
    }
    EXPECT_EQ(client->metrics().open, 0);
    EXPECT_EQ(get().error().code, Errc::cancelled);
}

// Calls under all faults at once, from many seeds: each ends, with its own answer or an error that
// it can have, and no connection or task is left.
TEST(ConnectionPoolChaos, EveryCallEndsWithItsOwnAnswer) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        struct ChaosTest : ClientTest {
            explicit ChaosTest(std::uint64_t from)
                : ClientTest({.seed = from, .workers = 2, .hosts = {"10.0.0.1", "10.0.0.2"}}) {}
            void TestBody() override {}
            runtime::Task<> ask(std::string target, std::size_t& wrong, std::size_t& right) {
                HttpCall call = make_call("GET", target);
                call.deadline = world.now() + 2s;
                const SteadyTime deadline = call.deadline;
                auto answer = co_await client->call(world.worker(0), std::move(call));
                if (answer && answer->body == "GET " + target) ++right;
                if (answer && answer->body != "GET " + target) ++wrong;
                if (world.now() > deadline + 1ms) ++wrong;
            }
        } test(seed);
        auto& faults = test.world.network().faults;
        faults.short_read = faults.short_write = {1, 3};
        faults.reset = faults.hang = {1, 60};
        faults.refuse_connect = faults.hang_connect = {1, 20};
        test.make({.connect_timeout = 200ms, .max_connections = 4, .max_waiting = 20});
        std::size_t wrong = 0;
        std::size_t right = 0;
        for (int burst = 0; burst < 10; ++burst) {
            for (int i = 0; i < 12; ++i) {
                test.world.spawn(0, test.ask("/" + std::to_string(burst) + "-" + std::to_string(i),
                                             wrong, right));
            }
            test.world.run_for(500ms);
        }
        test.world.run_for(5s);
        EXPECT_EQ(wrong, 0U);
        EXPECT_GT(right, 30U);
        faults = {};
        test.server.close_connections();
    }
}

}  // namespace
}  // namespace aside::http_client
