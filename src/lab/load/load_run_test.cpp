#include "lab/load/load_run_fixture.h"

namespace aside::lab::load {
namespace {

using Then = ScriptedReply::Then;

TEST_F(LoadRunTest, AsksForEachKeyWhenItIsDue) {
    at(100, 1s);
    load();
    ASSERT_EQ(seen().size(), 100U);
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ(seen()[i].number, i);
        EXPECT_EQ(seen()[i].key, i);
        EXPECT_EQ(seen()[i].status, 200);
        EXPECT_EQ(seen()[i].body, "GET /items/item-" + std::to_string(i));
        EXPECT_LT(seen()[i].latency(), 1ms);
        EXPECT_EQ(server().requests[i].field("Host"), "10.0.0.2:8080");
    }
    EXPECT_NEAR(std::chrono::duration<double>(seen()[50].due).count(), 0.5, 0.011);
    EXPECT_EQ(run->counts().connections_opened, 1U);
    EXPECT_EQ(run->counts().due, 100U);
    EXPECT_EQ(run->counts().ended, 100U);
}

// Coordinated omission: a load of one connection that waits for its answer would see one slow
// request. Here a tenth of all were due during the stall, and waited for half of it on average.

TEST_F(LoadRunTest, AStallIsSeenByAllThatWereDueInIt) {
    at(1000, 10s);
    settings.connections = 1;
    server().answer = [this](const ScriptedRequest&) {
        ScriptedReply said = reply(200, "ok");
        if (server().requests.size() == 5000) said.after = 1s;
        return said;
    };
    load();
    ASSERT_EQ(seen().size(), 10'000U);
    EXPECT_LT(witness.latency.quantile(0.8), 1ms);
    const double p95_ms =
        std::chrono::duration<double, std::milli>(witness.latency.quantile(0.95)).count();
    EXPECT_NEAR(p95_ms, 550, 60);  // one answer a round trip: the queue takes 0.15 s to be gone
    const double p99_ms =
        std::chrono::duration<double, std::milli>(witness.latency.quantile(0.99)).count();
    EXPECT_NEAR(p99_ms, 910, 30);
    EXPECT_GE(witness.latency.longest(), 1s);
}

TEST_F(LoadRunTest, WaitsForAConnectionCountAsLatency) {
    at(1000, 20ms);
    settings.connections = 4;
    server().answer = [](const ScriptedRequest&) {
        ScriptedReply slow = reply(200, "ok");
        slow.after = 100ms;
        return slow;
    };
    load();
    ASSERT_EQ(seen().size(), 20U);
    EXPECT_EQ(server().accepted, 4U);
    EXPECT_GT(seen().back().latency(), 480ms);
    EXPECT_LT(seen().back().latency(), 505ms);
}

TEST_F(LoadRunTest, ManyDueAtOnceAllLeave) {
    settings.arrivals.times = std::make_shared<const std::vector<Duration>>(3000, 5ms);
    settings.connections = 200;
    load();
    EXPECT_EQ(seen().size(), 3000U);
    EXPECT_EQ(witness.with(Fate::answered), 3000U);
    EXPECT_EQ(server().accepted, 200U);
    for (const Seen& one : seen()) EXPECT_EQ(one.due, 5ms);
}

TEST_F(LoadRunTest, TargetsTakeTurns) {
    at(100, 1s);
    use_both();
    load();
    EXPECT_EQ(server(0).requests.size(), 50U);
    EXPECT_EQ(server(1).requests.size(), 50U);
}

TEST_F(LoadRunTest, AnswersOfEveryShapeAreRead) {
    at(10, 700ms);
    const std::string kept = "HTTP/1.1 200 OK\r\n", text = "hello";
    server().next = {
        {.bytes = kept + "Transfer-Encoding: chunked\r\nAge: 4\r\nCache-Status: aside; hit; "
                         "detail=\"l1=1,l2=2,origin=0\"\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"},
        {.bytes = "HTTP/1.1 103 Early Hints\r\n\r\n" + kept + "Content-Length: 5\r\n\r\nhello"},
        {.bytes = kept + "\r\nhello", .then = Then::close},
        {.bytes = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", .then = Then::close},
        {.bytes = kept + "connection: close\r\ncontent-length: 5\r\n\r\nhello",
         .then = Then::close},
        {.bytes = "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"},
        {.bytes = kept + "AGE:  17 \r\nContent-Length: 5\r\nCache-Status: aside; fwd=miss; "
                         "detail=\"l1=3,l2=1,origin=2\"\r\n\r\nhello",
         .drip_bytes = 1,
         .drip_every = 1ms}};
    load();
    ASSERT_EQ(witness.with(Fate::answered), 7U);
    for (const Seen& one : seen()) EXPECT_EQ(one.body, one.status == 304 ? "" : text);
    EXPECT_EQ(seen()[0].age_s, 4);
    EXPECT_EQ(seen()[0].sources.l2, 2U);
    EXPECT_TRUE(seen()[0].sources.told);
    EXPECT_FALSE(seen()[1].sources.told);
    EXPECT_EQ(seen()[6].age_s, 17);
    EXPECT_EQ(seen()[6].sources.l1, 3U);
    EXPECT_EQ(seen()[6].sources.origin, 2U);
}

TEST_F(LoadRunTest, LargeBodiesArriveWhole) {
    at(10, 300ms);
    std::string large(3'000'000, 'x');
    large.back() = 'y';
    server().answer = [&](const ScriptedRequest&) { return reply(200, large); };
    load();
    ASSERT_EQ(witness.with(Fate::answered), 3U);
    for (const Seen& one : seen()) EXPECT_EQ(one.body, large);
}

TEST_F(LoadRunTest, PipelinedRequestsLeaveBeforeTheirAnswers) {
    at(10'000, 3ms);
    settings.connections = 1;
    settings.pipelined = 16;
    server().answer = [](const ScriptedRequest& to) {
        ScriptedReply slow = reply(200, to.target);
        slow.after = 10ms;
        return slow;
    };
    load();
    ASSERT_EQ(seen().size(), 30U);
    EXPECT_EQ(server().accepted, 1U);
    for (std::size_t i = 0; i < 30; ++i) {
        EXPECT_EQ(seen()[i].number, i);
        EXPECT_EQ(seen()[i].body, "/items/item-" + std::to_string(i));
    }
    EXPECT_LT(seen()[15].sent, 3ms);
    EXPECT_GT(seen()[16].sent, 10ms);
}

TEST_F(LoadRunTest, AnswersInOneSegmentAreTakenApart) {
    at(1000, 10ms);
    settings.connections = 1;
    settings.pipelined = 10;
    server().answer = [this](const ScriptedRequest& to) {
        // All that had come is answered at once, behind the last.
        ScriptedReply said;
        if (server().requests.size() < 10) return said;
        for (const auto& request : server().requests)
            said.bytes += reply(200, request.target).bytes;
        (void)to;
        return said;
    };
    load();
    ASSERT_EQ(witness.with(Fate::answered), 10U);
    for (const Seen& one : seen()) EXPECT_EQ(one.body, "/items/item-" + std::to_string(one.key));
}

TEST_F(LoadRunTest, FlatOutKeepsEachConnectionBusy) {
    flat_out(1s);
    settings.connections = 8;
    server().answer = [](const ScriptedRequest&) {
        ScriptedReply slow = reply(200, "ok");
        slow.after = 10ms;
        return slow;
    };
    load();
    EXPECT_EQ(run->counts().connections_opened, 8U);
    EXPECT_NEAR(static_cast<double>(seen().size()), 800, 24);
    for (const Seen& one : seen()) EXPECT_EQ(one.due, one.sent);
}

TEST_F(LoadRunTest, StopEndsWithWhatWasDue) {
    at(100, 1h);
    start();
    world->run_for(1s);
    run->stop();
    finish();
    EXPECT_NEAR(static_cast<double>(seen().size()), 100, 1);
    EXPECT_EQ(run->counts().due, run->counts().ended);
}

TEST_F(LoadRunTest, AbandonedRequestsAreNotTold) {
    at(100, 1h);
    server().answer = [](const ScriptedRequest&) { return ScriptedReply{.then = Then::silence}; };
    start();
    world->run_for(1s);
    EXPECT_GE(run->under_way(), 99U);
    run->abandon();
    finish();
    EXPECT_TRUE(seen().empty());
}

TEST_F(LoadRunTest, ACdnKeepsWhatItHasFromTheTarget) {
    CdnModel cdn(10, 1s);
    settings.cdn = &cdn;
    settings.keys = scanned_keys(10);
    at(1000, 2500ms);
    load();
    EXPECT_EQ(seen().size(), 30U);  // each key at 0, 1 and 2 s
    EXPECT_EQ(witness.from_cdn, 2470U);
    EXPECT_EQ(run->counts().due, 2500U);
    EXPECT_EQ(run->counts().ended, 2500U);
}

TEST_F(LoadRunTest, SharesAddUpToTheWhole) {
    std::vector<std::uint64_t> numbers;
    for (unsigned index = 0; index < 3; ++index) {
        settings.targets = {{.endpoint = {host(0), 8080}}};
        settings.keys = uniform_keys(1000);
        settings.arrivals = {.pieces = {{100, 100, 1s}}, .poisson = true};
        settings.share = {index, 3};
        witness.seen.clear();
        load();
        for (const Seen& one : seen()) {
            EXPECT_EQ(one.number % 3, index);
            numbers.push_back(one.number);
        }
        settings = {};
    }
    std::ranges::sort(numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], i);
    EXPECT_GT(numbers.size(), 60U);
}

TEST_F(LoadRunTest, NonsenseIsRefused) {
    EXPECT_FALSE(check(LoadSettings{}));
    at(1, 1s);
    EXPECT_TRUE(check(settings));
    settings.path = "items/{}";
    EXPECT_FALSE(check(settings));
    settings.path = "/a b";
    EXPECT_FALSE(check(settings));
    settings.path = "/";
    settings.fields = "X: a\r\nY";
    EXPECT_FALSE(check(settings));
    settings.fields = "X: a\r\nY: b\r\n";
    EXPECT_TRUE(check(settings));
    settings.connections = 0;
    EXPECT_FALSE(check(settings));
}

}  // namespace
}  // namespace aside::lab::load
