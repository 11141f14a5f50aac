#include "runtime/sim/hosts.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint16_t kPort = 6379;
constexpr const char* kHosts[] = {"10.0.0.1", "10.0.0.2"};

// Says its host's name, then what it hears.
Task<> answer(std::unique_ptr<Stream> stream, std::string name) {
    auto wrote = co_await write_all(*stream, name + ":");
    std::string buffer(4096, '\0');
    while (wrote) {
        const auto got = co_await read_some(*stream, buffer);
        if (!got || *got == 0) break;
        wrote = co_await write_all(*stream, std::string_view(buffer).substr(0, *got));
    }
}

Task<> serve(Worker& worker, Listener& listener) {
    for (;;) {
        auto stream = co_await listener.accept();
        if (!stream) co_return;
        worker.spawn(answer(std::move(*stream), listener.local().host));
    }
}

// Two clients' workers with hosts of their own; a third is home to both servers' hosts.
struct HostsTest : testing::Test {
    HostsTest() {
        for (const char* host : kHosts) {
            listeners.push_back(world.worker(2).listen({host, kPort}).value());
            world.spawn(2, serve(world.worker(2), *listeners.back()));
        }
    }
    ~HostsTest() override {
        world.worker(2).post([this] {
            for (auto& listener : listeners) listener->close();
        });
        for (auto& client : clients) client.reset();
        EXPECT_TRUE(world.run_until_idle()) << world.describe();
        EXPECT_EQ(world.network().connections(), 0U) << world.describe();
    }
    Task<Result<std::unique_ptr<Stream>>> connecting(unsigned from, std::string host,
                                                     ConnectOptions options = {}) {
        auto& worker = world.worker(from);
        return worker.connect({std::move(host), kPort}, worker.now() + seconds(4), options);
    }
    // The connection's number, or how the connect ended.
    Result<std::size_t> connect(unsigned from, const std::string& host,
                                ConnectOptions options = {}) {
        auto stream = world.run(connecting(from, host, std::move(options)), from);
        if (!stream) return fail(stream.error());
        clients.push_back(std::move(*stream));
        return clients.size() - 1;
    }
    Errc connect_error(unsigned from, const std::string& host, ConnectOptions options = {}) {
        const auto connected = connect(from, host, std::move(options));
        return connected ? Errc::internal : connected.error().code;
    }
    void send(std::size_t client, std::string_view text) {
        const std::string_view pieces[] = {text};
        EXPECT_EQ(clients[client]->try_write(pieces).value(), text.size());
    }
    static Task<Result<std::string>> reading(Stream& stream, std::size_t bytes) {
        std::string all;
        while (all.size() < bytes) {
            std::string buffer(bytes - all.size(), '\0');
            const auto got = co_await read_some(stream, buffer);
            if (!got) co_return fail(got.error());
            if (*got == 0) break;
            all.append(buffer, 0, *got);
        }
        co_return all;
    }
    // What `client`, of worker 0, hears next; empty after a second of silence.
    std::string hear(std::size_t client, std::size_t bytes) {
        std::optional<Result<std::string>> heard;
        world.spawn(0, hear_into(*clients[client], bytes, heard));
        if (world.run_until([&] { return heard.has_value(); }, seconds(1))) {
            return heard->value_or(std::string("lost"));
        }
        clients[client]->close();
        world.run_until([&] { return heard.has_value(); });
        return "";
    }
    static Task<> hear_into(Stream& stream, std::size_t bytes,
                            std::optional<Result<std::string>>& heard) {
        auto result = co_await reading(stream, bytes);
        heard.emplace(std::move(result));
    }

    SimWorld world{{.seed = 5, .workers = 3, .hosts = {"10.1.0.1", "10.2.0.1"}}};
    SimNetwork& network = world.network();
    std::vector<std::unique_ptr<Listener>> listeners;
    std::vector<std::unique_ptr<Stream>> clients;
};

constexpr std::size_t kGreeting = 9;  // "10.0.0.1:"

TEST_F(HostsTest, OneWorkerListensOnManyHosts) {
    const auto first = connect(0, kHosts[0]).value();
    const auto second = connect(0, kHosts[1]).value();
    EXPECT_EQ(hear(first, kGreeting), "10.0.0.1:");
    EXPECT_EQ(hear(second, kGreeting), "10.0.0.2:");
    EXPECT_EQ(connect_error(0, "10.0.0.3"), Errc::refused);
}

TEST_F(HostsTest, ExtraLatencyIsOneHostsAlone) {
    network.host(kHosts[0]).extra_latency = milliseconds(10);
    const auto slow = connect(0, kHosts[0]).value();
    EXPECT_GE(world.now().time_since_epoch(), milliseconds(20));
    EXPECT_EQ(hear(slow, kGreeting), "10.0.0.1:");
    const auto before = world.now();
    send(slow, "x");
    EXPECT_EQ(hear(slow, 1), "x");
    EXPECT_GE(world.now() - before, milliseconds(20));
    const auto then = world.now();
    const auto fast = connect(0, kHosts[1]).value();
    EXPECT_EQ(hear(fast, kGreeting), "10.0.0.2:");
    EXPECT_LT(world.now() - then, milliseconds(1));
}

TEST_F(HostsTest, BandwidthIsSharedByTheConnectionsOfAHost) {
    network.host(kHosts[0]).bandwidth_bytes_per_second = 100'000;
    const auto one = connect(0, kHosts[0]).value();
    const auto two = connect(0, kHosts[0]).value();
    const auto before = world.now();
    const std::string block(20'000, 'x');
    send(one, block);
    send(two, block);
    EXPECT_EQ(hear(one, kGreeting + block.size()), "10.0.0.1:" + block);
    EXPECT_EQ(hear(two, kGreeting + block.size()), "10.0.0.1:" + block);
    EXPECT_GE(world.now() - before, milliseconds(400));
    EXPECT_LT(world.now() - before, milliseconds(1000));
}

TEST_F(HostsTest, ConnectsToOneHostFail) {
    network.host(kHosts[0]).refuse_connect = true;
    EXPECT_EQ(connect_error(0, kHosts[0]), Errc::refused);
    network.host(kHosts[0]).hang_connect = true;
    EXPECT_EQ(connect_error(0, kHosts[0]), Errc::timed_out);
    EXPECT_TRUE(connect(0, kHosts[1]));
    network.host(kHosts[0]) = {};
    EXPECT_TRUE(connect(0, kHosts[0]));
}

TEST_F(HostsTest, AFrozenHostTakesConnectsAndBytesAndAnswersAfterTheThaw) {
    network.faults.send_buffer_bytes = 100;
    const auto old = connect(0, kHosts[0]).value();
    EXPECT_EQ(hear(old, kGreeting), "10.0.0.1:");
    network.freeze(kHosts[0]);
    const auto fresh = connect(0, kHosts[0]).value();
    send(old, "old");
    send(fresh, "new");
    const std::string filling(97, 'x');
    const std::string_view much[] = {"0123456789", filling};
    EXPECT_EQ(clients[old]->try_write(much).value(), 97U);
    world.run_for(seconds(60));
    EXPECT_EQ(clients[old]->try_write(much).value(), 0U);
    const auto thawed = world.now();
    network.thaw(kHosts[0]);
    EXPECT_EQ(hear(old, 13), "old0123456789");
    EXPECT_EQ(hear(fresh, kGreeting + 3), "10.0.0.1:new");
    EXPECT_LT(world.now() - thawed, milliseconds(2));
}

TEST_F(HostsTest, AFrozenHostDoesNotWrite) {
    network.freeze("10.1.0.1");
    const auto client = connect(0, kHosts[0]).value();
    const std::string_view pieces[] = {"x"};
    EXPECT_EQ(clients[client]->try_write(pieces).value(), 0U);
    EXPECT_EQ(hear(client, 1), "");
    network.thaw("10.1.0.1");
}

TEST_F(HostsTest, WhatACutLinkHeldArrivesInOrderOnceItIsHealed) {
    for (const bool towards_server : {true, false}) {
        const auto client = connect(0, kHosts[0]).value();
        const auto other = connect(1, kHosts[0]).value();
        EXPECT_EQ(hear(client, kGreeting), "10.0.0.1:");
        if (towards_server) {
            network.cut_one_way("10.1.0.1", kHosts[0]);
        } else {
            network.cut_one_way(kHosts[0], "10.1.0.1");
        }
        send(client, "one ");
        send(other, "x");
        world.run_for(seconds(30));
        EXPECT_EQ(connect_error(0, kHosts[0]), Errc::timed_out);
        EXPECT_TRUE(connect(1, kHosts[0]));
        EXPECT_TRUE(connect(0, kHosts[1]));
        send(client, "two ");
        network.heal("10.1.0.1", kHosts[0]);
        send(client, "three");
        EXPECT_EQ(hear(client, 13), "one two three");
        clients[other]->close();
    }
}

TEST_F(HostsTest, AConnectionClosedBehindACutEndsOnBothSidesAfterIt) {
    const auto client = connect(0, kHosts[0]).value();
    network.cut("10.1.0.1", kHosts[0]);
    clients[client].reset();
    world.run_for(seconds(5));
    EXPECT_EQ(network.connections(), 1U);
    network.heal("10.1.0.1", kHosts[0]);
    EXPECT_TRUE(world.run_until([&] { return network.connections() == 0; }, seconds(1)));
}

TEST_F(HostsTest, ResetsReachOneHostsConnections) {
    const auto first = connect(0, kHosts[0]).value();
    const auto second = connect(0, kHosts[1]).value();
    network.reset_connections(kHosts[0]);
    EXPECT_EQ(hear(first, kGreeting), "lost");
    EXPECT_EQ(hear(second, kGreeting), "10.0.0.2:");
}

TEST_F(HostsTest, ANameIsLookedUpAtEachConnect) {
    network.names["redis.example"] = {kHosts[0]};
    EXPECT_EQ(hear(connect(0, "redis.example").value(), kGreeting), "10.0.0.1:");
    network.names["redis.example"] = {kHosts[1]};
    const auto moved = connect(0, "redis.example").value();
    EXPECT_EQ(hear(moved, kGreeting), "10.0.0.2:");
    EXPECT_EQ(clients[moved]->peer().host, "10.0.0.2");
    network.names["redis.example"] = {};
    EXPECT_EQ(connect_error(0, "redis.example"), Errc::not_found);
}

TEST_F(HostsTest, EachAddressOfANameIsTried) {
    network.names["redis.example"] = {"10.0.0.9", kHosts[0], kHosts[1]};
    network.cut_off(kHosts[0]);
    EXPECT_EQ(hear(connect(0, "redis.example").value(), kGreeting), "10.0.0.2:");
    network.cut_off(kHosts[1]);
    EXPECT_EQ(connect_error(0, "redis.example"), Errc::timed_out);
    network.heal(kHosts[0]);
    network.heal(kHosts[1]);
}

TEST_F(HostsTest, WithoutTheResolverOnlyAddressesAreReached) {
    network.names["redis.example"] = {kHosts[0]};
    network.resolver_down = true;
    const auto before = world.now();
    EXPECT_EQ(connect_error(0, "redis.example"), Errc::timed_out);
    EXPECT_EQ(world.now() - before, seconds(4));
    EXPECT_TRUE(connect(0, kHosts[0]));
    network.resolver_down = false;
    EXPECT_TRUE(connect(0, "redis.example"));
}

TEST_F(HostsTest, TlsAndPlainDoNotMix) {
    const ConnectOptions tls{.tls = std::make_shared<const TlsOptions>()};
    network.tls_hosts = {kHosts[0]};
    EXPECT_EQ(hear(connect(0, kHosts[0], tls).value(), kGreeting), "10.0.0.1:");
    EXPECT_EQ(connect_error(0, kHosts[1], tls), Errc::protocol);
    const auto plain = connect(0, kHosts[0]).value();
    send(plain, "PING\r\n");
    EXPECT_EQ(hear(plain, 1), "");
    network.freeze(kHosts[0]);
    EXPECT_EQ(connect_error(0, kHosts[0], tls), Errc::timed_out);
    network.thaw(kHosts[0]);
}

TEST_F(HostsTest, ConnectsAreObserved) {
    std::vector<std::string> seen;
    network.on_connect = [&](const SimWorker& from, const Endpoint& to,
                             const ConnectOptions& options) {
        seen.push_back(from.host() + " " + to_string(to) + " " +
                       std::to_string(options.keepalive_idle / seconds(1)));
    };
    EXPECT_TRUE(connect(1, kHosts[0], {.keepalive_idle = seconds(3)}));
    EXPECT_EQ(seen, std::vector<std::string>{"10.2.0.1 10.0.0.1:6379 3"});
}

}  // namespace
}  // namespace aside::runtime
