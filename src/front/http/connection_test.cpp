// Connections: framing, order, limits, times, the end.
#include "front/http/connection.h"

#include "front/http/testbed_fixture.h"

namespace aside::front {
namespace {

const std::string kItem = "GET /items/i HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kObject = "GET /objects/k HTTP/1.1\r\nHost: h\r\n\r\n";

std::string bodies(const std::vector<Response>& all) {
    std::string joined;
    for (const Response& one : all) joined += one.body + "|";
    return joined;
}

TEST(Connection, OneByteAtATimeIsTheSame) {
    Testbed bed;
    const std::string whole = bed.ask(kItem).at(0).body;
    TestClient& client = bed.connect();
    for (const char byte : kItem + kObject) {
        client.send(std::string(1, byte));
        bed.world.run_for(10ms);
    }
    const auto all = responses(client.received);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].body, whole);
    EXPECT_EQ(all[1].body, R"({"k":1})");
    EXPECT_FALSE(client.ended);
}

TEST(Connection, PipelinedAnswersKeepTheirOrder) {
    Testbed bed;
    bed.service.cold = {"k"};
    std::string many;
    std::string expected;
    for (int round = 0; round < 30; ++round) {
        many += kItem;
        expected += R"({"id":"i","values":[{"k":1},[2]]}|)";
        if (round % 10 == 5) {
            many += kObject;  // takes a while; those behind it wait
            expected += R"({"k":1}|)";
        }
    }
    const auto all = bed.ask(many);
    EXPECT_EQ(bodies(all), expected);
    EXPECT_EQ(bed.metric("aside_requests_total{front=\"http\",status=\"200\"}"), 33);
}

TEST(Connection, ManyPipelinedRequestsOverManyReads) {
    Testbed bed;
    bed.world.network().faults.short_read = {1, 2};
    bed.world.network().faults.short_write = {1, 2};
    std::string many;
    for (int round = 0; round < 2000; ++round) many += kItem;
    EXPECT_EQ(bed.ask(many, 10s).size(), 2000u);
}

TEST(Connection, KeepAliveAndClose) {
    Testbed bed;
    TestClient& first = bed.connect();
    first.send("GET /items/i HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    TestClient& second = bed.connect();
    second.send("GET /items/i HTTP/1.0\r\n\r\n");
    TestClient& third = bed.connect();
    third.send("GET /items/i HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    bed.world.run_for(100ms);
    EXPECT_TRUE(first.ended && !first.lost);
    EXPECT_EQ(responses(first.received).at(0).field("Connection"), "close");
    EXPECT_TRUE(second.ended && !second.lost);
    EXPECT_FALSE(third.ended);
    EXPECT_EQ(responses(third.received).at(0).field("Connection"), "keep-alive");
}

TEST(Connection, RequestsPerConnectionMayBeLimited) {
    Testbed bed({.server = {.max_requests = 2}});
    TestClient& client = bed.connect();
    client.send(kItem + kItem + kItem);
    bed.world.run_for(100ms);
    EXPECT_EQ(responses(client.received).size(), 2u);
    EXPECT_EQ(responses(client.received).at(1).field("Connection"), "close");
    EXPECT_TRUE(client.ended);
}

TEST(Connection, HostileRequestsEndIt) {
    Testbed bed;
    const struct {
        std::string request;
        unsigned status;
    } table[] = {
        {"POST /items:batch HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         400},
        {"POST /items:batch HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        {"POST /items:batch HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400},
        {"POST /items:batch HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", 413},
        {"POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 37\r\n\r\n", 404},
        {"GET /items/i HTTP/1.1\r\nHost: h\r\nContent-Length: 37\r\n\r\n", 400},
        {"GET /items/i HTTP/1.1\r\n\r\n", 400},
        {"GET /items/i HTTP/3.0\r\nHost: h\r\n\r\n", 505},
        {"GET /" + std::string(9000, 'a'), 414},
        {"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(17000, 'a'), 431},
        {std::string(100, '\0') + "\r\n\r\n", 400},
    };
    for (const auto& [request, status] : table) {
        TestClient& client = bed.connect();
        client.send(request + kItem);  // what follows must not be answered
        bed.world.run_for(3s);
        const auto all = responses(client.received);
        ASSERT_EQ(all.size(), 1u) << request.substr(0, 100);
        EXPECT_EQ(all[0].status, status) << request.substr(0, 100);
        EXPECT_EQ(all[0].field("Connection"), "close");
        EXPECT_TRUE(client.ended) << request.substr(0, 100);
    }
}

TEST(Connection, BodiesOfEitherFraming) {
    Testbed bed;
    const std::string head = "POST /items:batch HTTP/1.1\r\nHost: h\r\n";
    const std::string counted = head + "Content-Length: 13\r\n\r\n{\"ids\":[\"i\"]}";
    const std::string chunked =
        head +
        "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"ids\":\r\n006;x=y\r\n[\"i\"]}\r\n0\r\nT: "
        "1\r\n\r\n";
    const auto all = bed.ask(counted + kObject + chunked + kItem + chunked);
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(all[0].body, all[2].body);
    EXPECT_EQ(all[0].body, all[4].body);
    EXPECT_EQ(all[1].body, R"({"k":1})");
    TestClient& client = bed.connect();
    for (const char byte : counted + chunked + kObject) {
        client.send(std::string(1, byte));
        bed.world.run_for(5ms);
    }
    EXPECT_EQ(bodies(responses(client.received)), all[0].body + "|" + all[0].body + R"(|{"k":1}|)");
}

TEST(Connection, LargeBodies) {
    Testbed bed;
    const std::string body = R"({"ids":["i"]})" + std::string(900'000, ' ');
    const auto all = bed.ask("POST /items:batch HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body + kItem);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].status, 200u);
    EXPECT_EQ(all[1].status, 200u);
}

TEST(Connection, TellsThatItWantsTheBody) {
    Testbed bed;
    TestClient& client = bed.connect();
    client.send(
        "POST /items:batch HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\nExpect: "
        "100-continue\r\n\r\n");
    bed.world.run_for(100ms);
    EXPECT_EQ(client.received, "HTTP/1.1 100 Continue\r\n\r\n");
    client.received.clear();
    client.send("{\"ids\":[\"i\"]}");
    bed.world.run_for(100ms);
    EXPECT_EQ(responses(client.received).at(0).status, 200u);
    TestClient& refused = bed.connect();
    refused.send(
        "POST /items:batch HTTP/1.1\r\nHost: h\r\nContent-Length: 1300000000\r\nExpect: "
        "100-continue\r\n\r\n");
    bed.world.run_for(100ms);
    EXPECT_EQ(responses(refused.received).at(0).status, 413u);
}

TEST(Connection, ValuesOutliveEvictionWhileTheyAreSent) {
    Testbed bed;
    const std::string large = "\"" + std::string(1 << 20, 'x') + "\"";
    bed.service.put("large", large);
    bed.service.items["l"] = {"large", "k", "large"};
    TestClient& client = bed.connect();
    client.reading = false;
    client.send("GET /items/l HTTP/1.1\r\nHost: h\r\n\r\n" + kObject);
    bed.world.run_for(100ms);
    bed.service.objects.clear();  // evicted: only the answer holds the bytes now
    bed.service.items.clear();
    bed.service.put("k", "0");
    client.reading = true;
    bed.world.run_for(5s);
    const auto all = responses(client.received);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].body, R"({"id":"l","values":[)" + large + R"(,{"k":1},)" + large + "]}");
    EXPECT_EQ(all[1].body, "0");
}

TEST(Connection, ShortWritesLoseNothing) {
    Testbed bed;
    bed.world.network().faults.short_write = {1, 1};
    bed.world.network().faults.send_buffer_bytes = 1000;
    bed.service.put("large", "\"" + std::string(20000, 'x') + "\"");
    const auto all = bed.ask("GET /objects/large HTTP/1.1\r\nHost: h\r\n\r\n" + kItem + kItem, 60s);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].body.size(), 20002u);
    EXPECT_EQ(all[2].body, R"({"id":"i","values":[{"k":1},[2]]})");
}

TEST(Connection, HeadTimeout) {
    Testbed bed({.server = {.header_timeout = 5s}});
    TestClient& silent = bed.connect();
    TestClient& slow = bed.connect();
    for (int second = 0; second < 20 && !slow.ended; ++second) {
        slow.send(std::string(
            1, kItem[static_cast<std::size_t>(second)]));  // a byte a second keeps nothing open
        bed.world.run_for(1s);
        if (second == 3) EXPECT_FALSE(silent.ended || slow.ended);
        if (second == 6) EXPECT_TRUE(silent.ended && slow.ended);
    }
    EXPECT_EQ(silent.received, "");
    EXPECT_EQ(responses(slow.received).at(0).status, 408u);
    EXPECT_EQ(bed.metric("aside_connections_ended_total{front=\"http\",reason=\"header_timeout\"}"),
              2);
}

TEST(Connection, HeadTimeoutRunsFromTheFirstByteOfTheSecondRequest) {
    Testbed bed({.server = {.header_timeout = 5s, .idle_timeout = 60s}});
    TestClient& client = bed.connect();
    client.send(kItem);
    bed.world.run_for(30s);
    EXPECT_FALSE(client.ended);
    client.send("GET");
    bed.world.run_for(4s);
    EXPECT_FALSE(client.ended);
    bed.world.run_for(2s);
    EXPECT_TRUE(client.ended);
}

TEST(Connection, IdleTimeout) {
    Testbed bed({.server = {.idle_timeout = 20s}});
    TestClient& client = bed.connect();
    for (int round = 0; round < 3; ++round) {
        client.send(kItem);
        bed.world.run_for(19s);
        EXPECT_FALSE(client.ended);
    }
    bed.world.run_for(2s);
    EXPECT_TRUE(client.ended && !client.lost);
}

TEST(Connection, BodyTimeout) {
    Testbed bed({.server = {.body_timeout = 5s}});
    TestClient& client = bed.connect();
    client.send("POST /items:batch HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    for (int second = 0; second < 4; ++second) {
        client.send(" ");
        bed.world.run_for(1s);
    }
    EXPECT_FALSE(client.ended);
    bed.world.run_for(2s);
    EXPECT_EQ(responses(client.received).at(0).status, 408u);
    EXPECT_TRUE(client.ended);
}

TEST(Connection, SendTimeoutCountsFromTheLastProgress) {
    Testbed bed({.server = {.send_timeout = 5s}});
    bed.service.put("large", "\"" + std::string(1 << 20, 'x') + "\"");
    TestClient& client = bed.slow_reader();
    bed.world.run_for(4s);
    client.reading = true;
    bed.world.run_for(1ms);
    client.reading = false;
    bed.world.run_for(4s);
    EXPECT_EQ(bed.server.connections(), 1u);
    bed.world.run_for(2s);
    EXPECT_EQ(bed.server.connections(), 0u);
    EXPECT_EQ(bed.metric("aside_connections_ended_total{front=\"http\",reason=\"send_timeout\"}"),
              1);
}

TEST(Connection, SlowestReaderGivesWay) {
    Testbed bed({.server = {.send_timeout = 600s}});
    bed.service.put("large", "\"" + std::string(1 << 20, 'x') + "\"");
    for (int readers = 0; readers < 2; ++readers) {
        bed.slow_reader();
        bed.world.run_for(1s);
    }
    bed.world.run_for(60s);
    EXPECT_EQ(bed.server.connections(), 2u);
    bed.service.lent_max = 1 << 20;
    bed.service.lent = (1 << 20) + 1;  // one over: the one that waits longest gives way
    bed.world.run_until([&] { return bed.server.connections() == 1; }, 1s);
    bed.service.lent = 0;
    bed.world.run_for(10s);
    EXPECT_EQ(bed.server.connections(), 1u);
    EXPECT_EQ(bed.metric("aside_connections_ended_total{front=\"http\",reason=\"slowest_reader\"}"),
              1);
    bed.clients[0]->reading = bed.clients[1]->reading = true;
    bed.world.run_for(10s);
    EXPECT_LT(bed.clients[0]->received.size(), 1u << 20);
    EXPECT_GT(bed.clients[1]->received.size(), 1u << 20);
}

// What the closed one held counts, not what it had yet to send: one in the middle of a large answer
// is enough.
TEST(Connection, NoMoreReadersGiveWayThanNeeded) {
    Testbed bed({.server = {.send_timeout = 600s}});
    bed.world.network().faults.send_buffer_bytes = 1000 * 1000;
    bed.service.put("large", "\"" + std::string(1 << 20, 'x') + "\"");
    for (int readers = 0; readers < 4; ++readers) {
        bed.slow_reader();
        bed.world.run_for(10ms);
    }
    bed.service.lent_max = 1 << 20;
    bed.service.lent = (2 << 20) - 1;
    bed.world.run_until([&] { return bed.server.connections() < 4; }, 1s);
    bed.service.lent = 0;
    bed.world.run_for(1s);
    EXPECT_EQ(bed.server.connections(), 3u);
}

// A reader that has given way still holds its bytes when the next one begins to wait.
TEST(Connection, NobodyGivesWayForBytesThatAreOnTheirWayBack) {
    Testbed bed({.server = {.send_timeout = 600s}});
    bed.world.network().faults.send_buffer_bytes = 1000 * 1000;
    bed.service.put("large", "\"" + std::string(1 << 20, 'x') + "\"");
    bed.slow_reader();
    bed.slow_reader();
    bed.world.run_for(10ms);
    bed.service.lent_max = 1 << 20;
    bed.service.lent = (2 << 20) - 1;
    bed.slow_reader();
    bed.slow_reader();
    const auto given_way = [&] {
        return bed.metric(
            "aside_connections_ended_total{front=\"http\",reason=\"slowest_reader\"}");
    };
    EXPECT_TRUE(bed.world.run_until([&] { return given_way() == 1; }, 1s));
    EXPECT_TRUE(bed.world.run_until([&] { return bed.server.connections() == 3; }, 1s));
    bed.service.lent = 0;
    bed.world.run_for(1s);
    EXPECT_EQ(given_way(), 1);
}

TEST(Connection, ClosingUnaskedDoesNotCutOffTheAnswer) {
    Testbed bed({.server = {.max_requests = 1}});
    bed.service.put("large", "\"" + std::string(1 << 20, 'x') + "\"");
    TestClient& client = bed.slow_reader();
    bed.world.run_for(100ms);
    client.send(kItem);  // it cannot know yet that it is too late
    client.reading = true;
    bed.world.run_for(5s);
    ASSERT_GT(client.received.size(), 1u << 20);
    EXPECT_FALSE(client.lost);
    EXPECT_EQ(responses(client.received).at(0).body.size(), (1u << 20) + 2);
}

TEST(Connection, LostWhileItsAnswerIsLoaded) {
    Testbed bed;
    bed.service.cold = {"k"};
    TestClient& client = bed.connect();
    client.send(kObject + kItem);
    bed.world.run_for(50ms);
    client.close();
    bed.world.run_for(1s);
    EXPECT_EQ(bed.server.connections(), 0u);
}

TEST(Connection, AnswersAfterTheClientStoppedSending) {
    Testbed bed;
    bed.service.cold = {"k"};
    TestClient& client = bed.connect();
    client.send(kObject);
    bed.world.run_for(10ms);
    client.stop_sending();
    bed.world.run_for(1s);
    EXPECT_EQ(bodies(responses(client.received)), R"({"k":1}|)");
    EXPECT_TRUE(client.ended && !client.lost);
}

TEST(Connection, ResetsLeaveNothingBehind) {
    Testbed bed;
    bed.world.network().faults.reset = {1, 20};
    bed.world.network().faults.short_write = {1, 3};
    bed.service.cold = {"k"};
    for (int round = 0; round < 200; ++round) {
        bed.connect().send(kItem + kObject + kItem);
        bed.world.run_for(20ms);
    }
    bed.world.network().faults = {};
    for (auto& client : bed.clients) client->close();
    bed.world.run_for(5s);
    EXPECT_EQ(bed.server.connections(), 0u);
}

}  // namespace
}  // namespace aside::front
