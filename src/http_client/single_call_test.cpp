#include "http_client/single_call.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::http_client {
namespace {

using std::chrono::seconds;

const runtime::Endpoint kServer{"127.0.0.1", 9090};

// Answers one connection: reads until `asked` ends with the request's body, then says `reply`
// (empty: nothing) and closes.
runtime::Task<> answer_once(runtime::Listener& listener, std::string reply, std::string& asked) {
    auto stream = co_await listener.accept();
    if (!stream) co_return;
    std::array<char, 4096> buffer;
    while (!asked.ends_with("{}")) {
        const auto got = co_await read_some(**stream, buffer);
        if (!got || *got == 0) co_return;
        asked.append(buffer.data(), *got);
    }
    if (reply == "(hangs)") {
        const auto end = co_await read_some(**stream, buffer);
        EXPECT_TRUE(!end || *end == 0);
        co_return;
    }
    const auto written = co_await write_all(**stream, reply);
    EXPECT_TRUE(written);
}

struct Outcome {
    Result<HttpAnswer> reply;
    std::string asked;
};

Outcome call_server_that_says(std::string reply) {
    runtime::SimWorld world;
    auto listener = world.worker(0).listen(kServer);
    EXPECT_TRUE(listener);
    std::string asked;
    world.spawn(0, answer_once(**listener, std::move(reply), asked));
    auto got = world.run(
        call_once(world.worker(0), {kServer, "POST", "/invalidate", "word", "{}"}, seconds(5)));
    world.run_until_idle();  // the other side hears of the end
    return {std::move(got), asked};
}

TEST(SingleCall, SendsOneRequestAndReadsItsAnswer) {
    const auto [reply, asked] =
        call_server_that_says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\"ok\"");
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->head.status, 200U);
    EXPECT_EQ(reply->body, "\"ok\"");
    EXPECT_EQ(asked,
              "POST /invalidate HTTP/1.1\r\nHost: 127.0.0.1:9090\r\nConnection: "
              "close\r\nAuthorization: Bearer word\r\n"
              "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(SingleCall, WhatIsNoAnswerIsAnError) {
    EXPECT_EQ(call_server_that_says("SSH-2.0-OpenSSH\r\n\r\n").reply.error().code, Errc::protocol);
    EXPECT_EQ(call_server_that_says("HTTP/1.1 200 OK\r\nContent").reply.error().code,
              Errc::connection_lost);
    EXPECT_EQ(call_server_that_says("").reply.error().code, Errc::connection_lost);
    const std::string endless(kSingleAnswerMaxBytes + 1, 'x');
    EXPECT_EQ(call_server_that_says("HTTP/1.1 200 OK\r\n\r\n" + endless).reply.error().code,
              Errc::too_large);
}

TEST(SingleCall, AServerThatHangsIsLeft) {
    EXPECT_EQ(call_server_that_says("(hangs)").reply.error().code, Errc::timed_out);
}

TEST(SingleCall, NobodyThereIsRefused) {
    runtime::SimWorld world;
    const auto reply =
        world.run(call_once(world.worker(0), {kServer, "POST", "/", "", "{}"}, seconds(5)));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::refused);
}

}  // namespace
}  // namespace aside::http_client
