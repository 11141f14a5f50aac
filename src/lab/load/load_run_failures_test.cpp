#include "lab/load/load_run_fixture.h"

namespace aside::lab::load {
namespace {

using Then = ScriptedReply::Then;

TEST_F(LoadRunTest, NobodyListens) {
    at(100, 500ms);
    world->network().host(host(0)).refuse_connect = true;
    load();
    EXPECT_EQ(witness.with(Fate::refused), 50U);
    EXPECT_NE(run->connect_error(), "");
    for (const Seen& one : seen()) EXPECT_EQ(one.sent, one.ended);
}

TEST_F(LoadRunTest, ConnectsThatHangAreRefused) {
    at(10, 1s);
    settings.connect_timeout = 300ms;
    world->network().host(host(0)).hang_connect = true;
    load();
    EXPECT_EQ(witness.with(Fate::refused), 10U);
    EXPECT_GE(witness.latency.quantile(0.5), 295ms);
}

TEST_F(LoadRunTest, WhatIsRefusedMovesOnceToTheNextTarget) {
    at(100, 1s);
    use_both();
    settings.move_when_refused = true;
    world->network().host(host(0)).refuse_connect = true;
    load();
    EXPECT_EQ(witness.with(Fate::answered), 100U);
    EXPECT_EQ(server(1).requests.size(), 100U);
    EXPECT_EQ(std::ranges::count_if(seen(), [](const Seen& one) { return one.moved; }), 50);
    for (const Seen& one : seen()) EXPECT_EQ(one.target, 1U);
}

TEST_F(LoadRunTest, WhatIsRefusedTwiceIsRefused) {
    at(100, 100ms);
    use_both();
    settings.move_when_refused = true;
    world->network().host(host(0)).refuse_connect = true;
    world->network().host(host(1)).refuse_connect = true;
    load();
    EXPECT_EQ(witness.with(Fate::refused), 10U);
}

TEST_F(LoadRunTest, HalfAnAnswerIsLost) {
    at(10, 300ms);
    server().next.push_back(
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .then = Then::close});
    server().next.push_back({.bytes = "HTTP/1.1 200 OK\r\nConte", .then = Then::close});
    server().next.push_back({.then = Then::reset});
    load();
    EXPECT_EQ(witness.with(Fate::lost), 3U);
    EXPECT_EQ(run->counts().connections_opened, 3U);
}

TEST_F(LoadRunTest, GarbageIsMalformed) {
    at(10, 400ms);
    server().next.push_back({.bytes = "SSH-2.0-OpenSSH_9.2\r\n", .then = Then::silence});
    server().next.push_back({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"});
    server().next.push_back(
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"});
    server().next.push_back(
        {.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"});
    load();
    EXPECT_EQ(witness.with(Fate::malformed), 4U);
}

TEST_F(LoadRunTest, ABodyOverTheLimitIsNotTaken) {
    at(10, 100ms);
    settings.answer_bytes_max = 1000;
    server().answer = [&](const ScriptedRequest&) { return reply(200, std::string(1001, 'x')); };
    load();
    EXPECT_EQ(witness.with(Fate::malformed), 1U);
}

TEST_F(LoadRunTest, PatienceCountsFromWhenItWasDue) {
    at(10, 1s);
    settings.patience = 2s;
    settings.connections = 1;
    server().next.push_back({.then = Then::silence});
    load();
    EXPECT_EQ(witness.with(Fate::timed_out), 1U);
    EXPECT_EQ(witness.with(Fate::answered), 9U);
    EXPECT_EQ(seen()[0].latency(), 2s);
    EXPECT_EQ(run->counts().connections_opened, 2U);
    EXPECT_EQ(server().requests.size(), 10U);
}

TEST_F(LoadRunTest, RequestsThatNeverFoundAConnectionTimeOut) {
    at(10, 1s);
    settings.patience = 500ms;
    settings.connections = 1;
    server().answer = [](const ScriptedRequest&) { return ScriptedReply{.then = Then::silence}; };
    load();
    EXPECT_EQ(witness.with(Fate::timed_out), 10U);
    for (const Seen& one : seen()) EXPECT_EQ(one.latency(), 500ms);
}

TEST_F(LoadRunTest, WhatStandsBehindALastAnswerIsAskedAgain) {
    at(10'000, 1ms);
    settings.connections = 1;
    settings.pipelined = 10;
    server().answer = [](const ScriptedRequest& to) {
        return ScriptedReply{.bytes = reply(200, to.target, "Connection: close\r\n").bytes,
                             .then = Then::close};
    };
    load();
    EXPECT_EQ(witness.with(Fate::answered), 10U);
    EXPECT_EQ(run->counts().connections_opened, 10U);
}

TEST_F(LoadRunTest, WhatStandsBehindALateOneIsAskedAgain) {
    at(1000, 5ms);
    settings.connections = 1;
    settings.pipelined = 5;
    settings.patience = 1s;
    server().next.push_back({.then = Then::silence});
    load();
    EXPECT_EQ(witness.with(Fate::timed_out), 1U);
    EXPECT_EQ(witness.with(Fate::answered), 4U);
}

TEST_F(LoadRunTest, AStaleConnectionIsReplacedOnceWhereAllowed) {
    settings.resend_when_stale = true;
    at(10, 300ms);
    server().answer = [this](const ScriptedRequest&) {
        const auto count = server().requests.size();
        return count == 2 ? ScriptedReply{.then = Then::close} : reply(200, "ok");
    };
    load();
    EXPECT_EQ(witness.with(Fate::answered), 3U);
    EXPECT_EQ(run->counts().resent, 1U);
    EXPECT_EQ(run->counts().connections_opened, 2U);
}

TEST_F(LoadRunTest, AServerThatAlwaysClosesIsNotAskedForever) {
    settings.resend_when_stale = true;
    at(10, 300ms);
    server().answer = [](const ScriptedRequest&) { return ScriptedReply{.then = Then::close}; };
    load();
    EXPECT_EQ(witness.with(Fate::lost), 3U);
    EXPECT_EQ(server().requests.size(), 3U);
}

TEST_F(LoadRunTest, AServerThatComesBackIsUsedAgain) {
    at(100, 3s);
    start();
    world->run_for(1s);
    server().close();
    server().close_connections();
    world->run_for(1s);
    server().open();
    finish();
    EXPECT_NEAR(static_cast<double>(witness.with(Fate::refused)), 100, 2);
    EXPECT_NEAR(static_cast<double>(witness.with(Fate::answered)), 200, 2);
}

TEST_F(LoadRunTest, FlatOutAgainstNobodyEnds) {
    flat_out(1s);
    settings.connections = 4;
    world->network().host(host(0)).refuse_connect = true;
    load();
    EXPECT_EQ(witness.with(Fate::refused), seen().size());
    EXPECT_NEAR(static_cast<double>(seen().size()), 40, 8);
}

}  // namespace
}  // namespace aside::lab::load
