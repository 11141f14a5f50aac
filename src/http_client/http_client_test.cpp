#include "http_client/http_client.h"

#include "http_client/http_client_fixture.h"

namespace aside::http_client {
namespace {

using testing::HasSubstr;
using Then = ScriptedReply::Then;

TEST_F(ClientTest, SendsAndReads) {
    const auto answer = call(make_call("PUT", "/a%20b?x=1", "the body"));
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(answer->head.status, 200U);
    EXPECT_EQ(answer->body, "PUT /a%20b?x=1");
    EXPECT_EQ(server.requests[0].body, "the body");
    EXPECT_EQ(server.requests[0].field("host"), "server");
}

TEST_F(ClientTest, KeepsConnections) {
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 1U);
    EXPECT_EQ(client->metrics().dials.value(), 1U);
    EXPECT_EQ(client->metrics().calls.value(), 20U);
    EXPECT_EQ(client->metrics().calls_on_kept.value(), 19U);
    EXPECT_THAT(registry.render(), HasSubstr("aside_http_connections{client=\"test\"} 1"));
}

TEST_F(ClientTest, AnswersOfAnyStatusAreAnswers) {
    for (const unsigned status : {301U, 307U, 404U, 500U, 503U}) {
        server.next.push_back(reply(status, "<Error/>", "Location: http://elsewhere/\r\n"));
        const auto answer = get();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->head.status, status);
        EXPECT_EQ(answer->body, "<Error/>");
        EXPECT_EQ(answer->head.field("location"), "http://elsewhere/");
    }
    EXPECT_EQ(server.requests.size(), 5U);  // nothing was followed, nothing sent again
    EXPECT_EQ(server.accepted, 1U);
}

TEST_F(ClientTest, AnswersWithoutBodyKeepTheConnection) {
    server.next.push_back({.bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 239\r\n\r\n"});
    const auto head = call(make_call("HEAD", "/"));
    ASSERT_TRUE(head);
    EXPECT_EQ(head->head.content_length, 239U);
    server.next.push_back({.bytes = "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"});
    EXPECT_EQ(get()->head.status, 304U);
    EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 1U);
}

TEST_F(ClientTest, ReadsUntilTheEndWhereNoLengthIsTold) {
    server.next.push_back({.bytes = "HTTP/1.1 200 OK\r\n\r\nall of it", .then = Then::close});
    EXPECT_EQ(get()->body, "all of it");
    EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 2U);
}

TEST_F(ClientTest, AConnectionThatIsToBeClosedIsNotUsedAgain) {
    server.next.push_back(reply(200, "x", "Connection: close\r\n"));
    EXPECT_TRUE(get());
    EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 2U);
    EXPECT_EQ(client->metrics().stale_retries.value(), 0U);
}

// A kept connection that died without a word would only be found out by the deadline.
TEST_F(ClientTest, AfterAThawNoConnectionThatSatThroughItIsUsed) {
    EXPECT_EQ(get_at_once(3).size(), 3U);
    EXPECT_EQ(server.accepted, 3U);
    world.network().lose_silently("10.0.0.1");
    client->thawed(world.now());
    const SteadyTime began = world.now();
    EXPECT_TRUE(get());
    EXPECT_LE(world.now() - began, 1ms);
    EXPECT_EQ(server.accepted, 4U);
    EXPECT_THAT(registry.render(), HasSubstr("aside_http_connections{client=\"test\"} 1"));
    EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 4U) << "those opened since are good";
    EXPECT_EQ(client->metrics().stale_retries.value(), 0U);
}

TEST_F(ClientTest, AConnectionThatWasInUseThroughAThawIsNotKept) {
    Result<HttpAnswer> answer = fail(Errc::internal);
    make();
    server.next.push_back(reply(200, "late"));
    server.next.back().after = 100ms;
    world.spawn(0, get_into(answer, world.now() + 5s));
    world.run_for(50ms);
    client->thawed(world.now());
    world.run_for(100ms);
    EXPECT_TRUE(answer) << "what it has answered is an answer";
    EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 2U);
}

TEST_F(ClientTest, SilenceEndsWithTheDeadline) {
    const SteadyTime began = world.now();
    EXPECT_EQ(error_of({.then = Then::silence}, 700ms), Errc::timed_out);
    EXPECT_EQ(world.now() - began, 700ms);
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
                        .then = Then::silence},
                       700ms),
              Errc::timed_out);
    EXPECT_TRUE(get());
    EXPECT_EQ(server.accepted, 3U);
}

TEST_F(ClientTest, SlowDripEndsWithTheDeadline) {
    ScriptedReply drip = reply(200, std::string(100, 'd'));
    drip.drip_bytes = 1;
    drip.drip_every = 100ms;
    EXPECT_EQ(error_of(drip, 3s), Errc::timed_out);
    // The same is read when there is time.
    server.next.push_back(drip);
    EXPECT_EQ(get("/", 60s)->body, std::string(100, 'd'));
}

TEST_F(ClientTest, TruncatedAndBrokenAnswersAreErrors) {
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
                        .then = Then::close}),
              Errc::connection_lost);
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
                        .then = Then::reset}),
              Errc::connection_lost);
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200", .then = Then::close}), Errc::connection_lost);
    EXPECT_EQ(error_of({.bytes = "SSH-2.0-OpenSSH_9.2\r\n\r\n"}), Errc::protocol);
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n"}),
              Errc::protocol);
    EXPECT_TRUE(get());
}

TEST_F(ClientTest, WhatComesBehindAnAnswerIsNotTakenForTheNext) {
    auto more = reply(200, "ok");
    more.bytes += "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nWRONG";
    server.next.push_back(more);
    EXPECT_EQ(get("/1")->body, "ok");
    EXPECT_EQ(get("/2")->body, "GET /2");
    EXPECT_EQ(server.accepted, 2U);
}

TEST_F(ClientTest, AnIdleConnectionThatSpeaksIsClosed) {
    server.next.push_back(reply(200, "ok"));
    ScriptedReply two = reply(200, "ok");
    two.bytes += "HTTP/1.1 408 Request Timeout\r\n\r\n";
    two.drip_bytes = two.bytes.find("HTTP/1.1 408");
    server.next.back() = two;
    EXPECT_EQ(get()->body, "ok");
    world.run_for(2s);
    EXPECT_EQ(client->metrics().open, 0);
    EXPECT_EQ(get("/2")->body, "GET /2");
}

TEST_F(ClientTest, BoundsTheAnswer) {
    HttpCall small = make_call("GET", "/");
    small.limits = {.head_bytes = 100, .body_bytes = 10};
    server.next.push_back(reply(200, "more than ten bytes"));
    EXPECT_EQ(call(small).error().code, Errc::too_large);
    server.next.push_back(reply(200, "", "X: " + std::string(100, 'x') + "\r\n"));
    EXPECT_EQ(call(small).error().code, Errc::too_large);
    small.limits.admit = [](std::uint64_t) { return false; };
    server.next.push_back(reply(200, "ten bytes!"));
    const auto refused = call(small);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bytes_in_flight);
    EXPECT_EQ(refused.error().amount, 10U);
    EXPECT_EQ(client->metrics().open, 0);
}

TEST_F(ClientTest, AServerThatIsGoneIsAnErrorAtOnce) {
    server.close();
    const auto refused = get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_TRUE(retry_may_help(refused.error().code));
    EXPECT_EQ(client->metrics().dials_failed.value(), 1U);
    world.network().host(at.host).hang_connect = true;
    const SteadyTime began = world.now();
    EXPECT_EQ(get().error().code, Errc::timed_out);
    EXPECT_EQ(world.now() - began, ClientOptions{}.connect_timeout);
    EXPECT_EQ(get("/", 100ms).error().code, Errc::timed_out);
    EXPECT_EQ(world.now() - began, ClientOptions{}.connect_timeout + 100ms);
}

TEST_F(ClientTest, SendsLargeBodies) {
    std::string body;
    for (int i = 0; i < 20'000; ++i) body += std::to_string(i);
    server.answer = [](const ScriptedRequest& to) { return reply(200, to.body); };
    HttpCall put = make_call("PUT", "/", body);
    put.limits.body_bytes = 10'000'000;
    EXPECT_EQ(call(put, 60s)->body, body);
}

TEST_F(ClientTest, AnAnswerBeforeAllIsSentIsAnAnswer) {
    server.reads_bodies = false;
    server.next.push_back(reply(403, "denied"));
    server.next.back().then = Then::silence;
    // More than the network takes while nobody reads: it could never be sent whole.
    HttpCall put = make_call("PUT", "/", std::string(1'000'000, 'x'));
    const auto answer = call(put);
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(answer->head.status, 403U);
    EXPECT_EQ(client->metrics().open, 0);  // and its connection is done with
}

TEST_F(ClientTest, DialsWithTheOptionsGiven) {
    ClientOptions options;
    options.connect.tls = std::make_shared<runtime::TlsOptions>();
    make(options);
    world.network().tls_hosts.insert(at.host);
    const runtime::TlsOptions* seen = nullptr;
    world.network().on_connect = [&](const auto&, const auto&, const auto& connect) {
        seen = connect.tls.get();
    };
    EXPECT_TRUE(get());
    EXPECT_EQ(seen, options.connect.tls.get());
    world.network().tls_hosts.clear();
    server.close_connections();
    world.run_for(1s);
    EXPECT_EQ(get().error().code, Errc::protocol);
}

}  // namespace
}  // namespace aside::http_client
