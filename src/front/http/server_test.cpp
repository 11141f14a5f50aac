// A port as a whole: how many may come, and how it ends.
#include "front/http/server.h"

#include "front/http/testbed_fixture.h"

namespace aside::front {
namespace {

const std::string kItem = "GET /items/i HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kObject = "GET /objects/k HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(Server, TurnsAwayConnectionsOverItsLimit) {
    Testbed bed({.server = {.max_connections = 2}});
    bed.connect();
    bed.connect();
    bed.world.run_for(100ms);
    EXPECT_EQ(bed.server.connections(), 2u);
    TestClient& third = bed.connect();
    bed.world.run_for(100ms);
    EXPECT_TRUE(third.ended);
    EXPECT_EQ(responses(third.received).at(0).status, 503u);
    bed.clients[0]->close();
    bed.world.run_for(100ms);
    EXPECT_EQ(bed.ask(kItem).at(0).status, 200u);
}

TEST(Server, GoesOnAcceptingAfterAnOverload) {
    Testbed bed;
    bed.world.network().faults.accept_overloaded = {1, 2};
    for (int round = 0; round < 10; ++round) EXPECT_EQ(bed.ask(kItem, 2s).at(0).status, 200u);
    bed.world.network().faults = {};
}

struct Drain {
    explicit Drain(Testbed& bed, Duration limit) { bed.world.spawn(0, run(bed, limit)); }
    runtime::Task<> run(Testbed& bed, Duration limit) {
        co_await bed.server.drain(bed.world.worker(0), limit);
        done = true;
    }
    bool done = false;
};

TEST(Server, DrainsInOrder) {
    Testbed bed;
    bed.service.cold = {"k"};
    bed.service.load_time = 2s;
    TestClient& idle = bed.connect();
    idle.send(kItem);
    TestClient& fresh = bed.connect();
    TestClient& busy = bed.connect();
    busy.send(kObject + kItem);
    TestClient& halfway = bed.connect();
    halfway.send(kItem.substr(0, 10));
    bed.world.run_for(100ms);

    Drain drain(bed, 10s);
    bed.world.run_for(500ms);
    EXPECT_TRUE(idle.ended && !idle.lost);
    EXPECT_TRUE(fresh.ended);
    EXPECT_FALSE(busy.ended);
    EXPECT_FALSE(halfway.ended);
    halfway.send(kItem.substr(10));
    TestClient& late = bed.connect();
    bed.world.run_for(100ms);
    EXPECT_TRUE(late.lost);
    EXPECT_EQ(responses(halfway.received).at(0).field("Connection"), "close");
    EXPECT_TRUE(halfway.ended);
    EXPECT_FALSE(drain.done);
    bed.world.run_for(3s);
    const auto all = responses(busy.received);
    ASSERT_EQ(all.size(), 1u);  // the one in progress; the next is refused by closing
    EXPECT_EQ(all[0].status, 200u);
    EXPECT_EQ(all[0].field("Connection"), "close");
    EXPECT_TRUE(drain.done);
}

// A client that keeps asking learns of the end from an answer, not from a connection that breaks
// under its request.
TEST(Server, DrainAnswersRequestsThatWereOnTheirWay) {
    Testbed bed;
    TestClient& used = bed.connect();
    used.send(kItem);
    TestClient& fresh = bed.connect();
    bed.world.run_for(100ms);
    used.received.clear();
    Drain drain(bed, 10s);
    bed.world.run_for(1ms);
    used.send(kItem);
    fresh.send(kItem);
    bed.world.run_for(2s);
    for (const TestClient* client : {&used, &fresh}) {
        const auto all = responses(client->received);
        ASSERT_EQ(all.size(), 1u);
        EXPECT_EQ(all[0].status, 200u);
        EXPECT_EQ(all[0].field("Connection"), "close");
        EXPECT_FALSE(client->lost);
    }
    EXPECT_TRUE(drain.done);
    EXPECT_EQ(bed.metric("aside_connections_ended_total{front=\"http\",reason=\"idle_timeout\"}"),
              0);
}

TEST(Server, DrainHasALimit) {
    Testbed bed({.server = {.send_timeout = 600s}});
    bed.service.put("large", "\"" + std::string(1 << 20, 'x') + "\"");
    bed.slow_reader();
    bed.world.run_for(100ms);
    Drain drain(bed, 5s);
    bed.world.run_for(4s);
    EXPECT_FALSE(drain.done);
    bed.world.run_for(2s);
    EXPECT_TRUE(drain.done);
    EXPECT_EQ(bed.server.connections(), 0u);
}

}  // namespace
}  // namespace aside::front
