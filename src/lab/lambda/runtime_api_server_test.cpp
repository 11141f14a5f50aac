// The Runtime API over simulated connections: what a runtime may say, and lies.
#include "lab/lambda/runtime_api_server.h"

#include <array>

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::lab::lambda {
namespace {

using namespace std::chrono_literals;

struct RuntimeApiServerTest : testing::Test {
    RuntimeApiServerTest() {
        EXPECT_TRUE(server.listen(at));
        machine.init(moment());
        settle();
    }
    ~RuntimeApiServerTest() override {
        server.close();
        EXPECT_TRUE(world.run_until_idle(10min));
        EXPECT_EQ(world.running_tasks(), 0U);
    }

    Moment moment() { return {world.now(), world.wall_now()}; }
    void settle() {
        for (Action& action : machine.take_actions()) {
            if (auto* const answer = std::get_if<NextAnswer>(&action)) {
                if (!server.answer_next(answer->call, std::move(answer->reply))) {
                    machine.event_lost();
                }
            }
            if (auto* const told = std::get_if<InvocationReport>(&action)) {
                reports.push_back(std::move(*told));
            }
        }
    }
    void invoke(std::string payload = "{}") {
        in_world([&] {
            machine.invoke({.request_id = "id", .event = {.payload = std::move(payload)}},
                           moment());
            settle();
        });
        world.run_for(1s);
    }
    // The machine is called on the server's worker only.
    void in_world(std::function<void()> call) {
        const auto task = [](std::function<void()> what) -> runtime::Task<> {
            what();
            co_return;
        };
        world.run(task(std::move(call)), 1);
    }

    static std::string post(const std::string& path, const std::string& body,
                            const std::string& fields = {}) {
        return "POST /2018-06-01/runtime/" + path + " HTTP/1.1\r\nHost: a\r\n" + fields +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    // A connection; what is said on it is read as it comes.
    struct Connection {
        std::unique_ptr<runtime::Stream> stream;
        std::string said;
        bool ended = false;
    };
    runtime::Task<> hold(Connection& into) {
        auto stream = co_await world.worker(0).connect(at, world.now() + 1s);
        if (!stream) co_return;
        into.stream = std::move(*stream);
        std::array<char, 4096> buffer;
        for (;;) {
            const auto got = co_await runtime::read_some(*into.stream, buffer);
            if (!got || *got == 0) break;
            into.said.append(buffer.data(), *got);
        }
        into.ended = true;
    }
    void open(Connection& into) {
        world.spawn(0, hold(into));
        ASSERT_TRUE(world.run_until([&] { return into.stream != nullptr; }, 1s));
    }
    void close(Connection& one) {
        const auto task = [](Connection& what) -> runtime::Task<> {
            what.stream->close();
            co_return;
        };
        world.run(task(one));
        ASSERT_TRUE(world.run_until([&] { return one.ended; }, 1s));
    }
    runtime::Task<> write(Connection& to, std::string bytes) {
        const auto written = co_await runtime::write_all(*to.stream, bytes);
        EXPECT_TRUE(written);
    }
    // What is said within a second.
    std::string say(Connection& to, std::string bytes) {
        to.said.clear();
        world.run(write(to, std::move(bytes)));
        world.run_for(1s);
        return to.said;
    }
    static std::string status(const std::string& answer) {
        return answer.starts_with("HTTP/1.1 ") ? answer.substr(9, 3) : "\"" + answer + "\"";
    }

    const runtime::Endpoint at{"10.0.0.2", 9001};
    runtime::SimWorld world{{.workers = 2, .hosts = {"10.0.0.1", "10.0.0.2"}}};
    EnvironmentMachine machine{0, {.function_arn = "arn", .timeout = 15min}};
    RuntimeApiServer server{world.worker(1), machine, [this] { settle(); }};
    std::vector<InvocationReport> reports;
    const std::string next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n";
};

TEST_F(RuntimeApiServerTest, NextWaitsForAnEventAndAllGoesOverOneConnection) {
    Connection connection;
    open(connection);
    EXPECT_EQ(say(connection, next), "");
    world.run_for(10min);
    invoke(R"({"a":1})");
    EXPECT_EQ(status(connection.said), "200");
    EXPECT_NE(connection.said.find("Lambda-Runtime-Aws-Request-Id: id\r\n"), std::string::npos);
    EXPECT_TRUE(connection.said.ends_with("\r\n\r\n{\"a\":1}"));
    const std::string answer = say(connection, post("invocation/id/response", "answer"));
    EXPECT_EQ(status(answer), "202");
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"status\":\"OK\"}"));
    EXPECT_TRUE(reports.empty());
    EXPECT_EQ(say(connection, next), "");
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(*reports[0].answer, "answer");
    EXPECT_FALSE(reports[0].event_lost);
    EXPECT_FALSE(connection.ended);
    close(connection);
}

TEST_F(RuntimeApiServerTest, AWrongIdIsReadAndRefusedAndTheConnectionStaysInStep) {
    Connection connection;
    open(connection);
    say(connection, next);
    invoke();
    EXPECT_EQ(status(say(connection, post("invocation/other/response", "lie"))), "400");
    EXPECT_EQ(status(say(connection, post("invocation/id/response", "truth"))), "202");
    EXPECT_EQ(status(say(connection, post("invocation/id/error", "again"))), "403");
    say(connection, next);
    EXPECT_EQ(*reports.at(0).answer, "truth");
    EXPECT_EQ(status(say(connection, "GET /2018-06-01/ HTTP/1.1\r\nHost: a\r\n\r\n")), "\"\"")
        << "behind a next that waits";
    close(connection);
}

TEST_F(RuntimeApiServerTest, WhatIsNoCall) {
    Connection connection;
    open(connection);
    EXPECT_EQ(status(say(connection, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")), "404");
    EXPECT_EQ(status(say(connection, post("invocation/next", ""))), "405");
    EXPECT_EQ(status(say(connection, "hello\r\n\r\n")), "400");
    EXPECT_TRUE(world.run_until([&] { return connection.ended; }, 10s));
}

TEST_F(RuntimeApiServerTest, ErrorsComeWithTheirTypes) {
    Connection connection;
    open(connection);
    say(connection, next);
    invoke();
    say(connection, post("invocation/id/error", R"({"errorMessage":"why"})",
                         "Lambda-Runtime-Function-Error-Type: Function.Broken\r\n"));
    say(connection, next);
    EXPECT_EQ(reports.at(0).error->type, "Function.Broken");
    EXPECT_EQ(reports.at(0).error->message, "why");
    close(connection);
}

TEST_F(RuntimeApiServerTest, AnInitErrorIsTakenOnce) {
    Connection connection;
    open(connection);
    EXPECT_EQ(status(say(connection, post("init/error", "{}"))), "202");
    EXPECT_EQ(status(say(connection, post("init/error", "{}"))), "403");
    EXPECT_EQ(status(say(connection, next)), "403");
    close(connection);
}

TEST_F(RuntimeApiServerTest, HalfAnAnswerIsNone) {
    Connection waiting, half;
    open(waiting);
    say(waiting, next);
    invoke();
    open(half);
    const std::string whole = post("invocation/id/response", std::string(100'000, 'a'));
    EXPECT_EQ(say(half, whole.substr(0, 50'000)), "");
    close(half);
    EXPECT_EQ(status(say(waiting, post("invocation/id/response", "whole"))), "403");
    say(waiting, next);
    EXPECT_EQ(reports.at(0).error->type, "Runtime.TruncatedResponse");
    close(waiting);
}

TEST_F(RuntimeApiServerTest, OfTwoNextsAtOnceTheFirstGetsTheEvent) {
    Connection first, second;
    open(first);
    open(second);
    say(first, next);
    say(second, next);
    invoke();
    EXPECT_EQ(status(first.said), "200");
    EXPECT_EQ(second.said, "");
    close(first);
    close(second);
}

TEST_F(RuntimeApiServerTest, AnEventForANextThatWasGivenUpIsLost) {
    Connection given_up, later;
    open(given_up);
    say(given_up, next);
    close(given_up);
    open(later);
    say(later, next);
    invoke();
    EXPECT_EQ(later.said, "") << "it is the next one's turn";
    EXPECT_EQ(status(say(later, post("invocation/id/response", "blind"))), "\"\"");
    in_world([&] {
        machine.expire({world.now() + 1h, world.wall_now()});
        machine.process_ended("signal: killed", moment());
        settle();
    });
    EXPECT_TRUE(reports.at(0).event_lost);
    server.drop_connections();
    EXPECT_TRUE(world.run_until([&] { return later.ended; }, 1s));
}

TEST_F(RuntimeApiServerTest, DroppedConnectionsEndWhateverTheyWaitFor) {
    Connection waiting, idle;
    open(waiting);
    open(idle);
    say(waiting, next);
    in_world([&] { server.drop_connections(); });
    EXPECT_TRUE(world.run_until([&] { return waiting.ended && idle.ended; }, 1s));
    Connection anew;
    open(anew);
    close(anew);
}

}  // namespace
}  // namespace aside::lab::lambda
