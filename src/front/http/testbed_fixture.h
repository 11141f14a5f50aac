// For tests: a server on a simulated network, and clients of it that write and read what they are
// told, when they are told. Thread rule: the world's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "front/http/admin_handler.h"
#include "front/http/fake_service_fixture.h"
#include "front/http/public_handler.h"
#include "front/http/server.h"
#include "runtime/sim/world.h"

namespace aside::front {

using namespace std::chrono_literals;

// One connection to the server. Reads as bytes arrive unless `reading` is false.
class TestClient {
  public:
    TestClient(runtime::SimWorld& world, runtime::Endpoint to) : world_(world) {
        world_.spawn(0, live(std::move(to)));
    }

    void send(const std::string& bytes) { world_.spawn(0, write(bytes)); }
    void close() {
        reading = true;  // which ends it
        if (stream_) stream_->close();
    }
    void stop_sending() { stream_->shutdown_send(); }

    bool reading = true;
    bool connected() const { return stream_ != nullptr; }
    bool ended = false;  // the server closed, or the connection is lost
    bool lost = false;   // it ended by an error
    std::string received;

  private:
    runtime::Task<> live(runtime::Endpoint to) {
        auto stream = co_await world_.worker(0).connect(std::move(to), world_.now() + 1s);
        if (!stream) {
            ended = lost = true;
            co_return;
        }
        stream_ = std::move(*stream);
        std::vector<char> buffer(16 * 1024);
        while (!ended) {
            if (!reading) {
                co_await runtime::sleep_for(world_.worker(0), 1ms);
                continue;
            }
            const Result<std::size_t> got =
                co_await runtime::read_some(*stream_, std::span(buffer));
            ended = !got || *got == 0;
            lost = !got;
            if (!ended) received.append(buffer.data(), *got);
        }
    }
    runtime::Task<> write(std::string bytes) {
        while (!stream_ && !ended) co_await runtime::sleep_for(world_.worker(0), 1ms);
        if (stream_) (void)co_await runtime::write_all(*stream_, bytes);
    }

    runtime::SimWorld& world_;
    std::unique_ptr<runtime::Stream> stream_;
};

struct Response {
    unsigned status = 0;
    std::string head, body;

    std::string field(const std::string& name) const {
        const std::size_t at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return "NONE";
        const std::size_t from = at + name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
};

// Takes complete answers apart; `bodiless` for answers to HEAD.
inline std::vector<Response> responses(std::string bytes, bool bodiless = false) {
    std::vector<Response> all;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find("\r\n\r\n");
        if (end == std::string::npos || !bytes.starts_with("HTTP/1.1 ")) {
            ADD_FAILURE() << "not an answer: " << bytes.substr(0, 200);
            break;
        }
        Response one{
            static_cast<unsigned>(std::stoul(bytes.substr(9, 3))), bytes.substr(0, end + 2), {}};
        const std::string length = one.field("Content-Length");
        bytes.erase(0, end + 4);
        if (!bodiless && length != "NONE") {
            EXPECT_LE(std::stoul(length), bytes.size()) << one.head;
            one.body = bytes.substr(0, std::stoul(length));
            bytes.erase(0, one.body.size());
        }
        all.push_back(std::move(one));
    }
    return all;
}

struct TestbedOptions {
    ServerOptions server{};
    PublicOptions open{};
    AdminOptions admin{};
};

class Testbed {
  public:
    using Options = TestbedOptions;
    explicit Testbed(Options options = {})
        : registry(1),
          metrics(registry, "http"),
          open(service, options.open),
          admin(service, options.admin),
          server(service, open, options.server, metrics, 1),
          admin_server(service, admin, options.server, metrics, 1) {
        world.spawn(0, start());
        world.run_for(1ms);
        service.put("k", R"({"k":1})");
        service.put("a/b", "[2]");
        service.put("k@7", "7");
        service.items["i"] = {"k", "a/b"};
    }
    ~Testbed() {
        for (auto& client : clients) client->close();
        world.run(server.drain(world.worker(0), 1s));
        world.run(admin_server.drain(world.worker(0), 1s));
        world.run_for(20ms);
    }

    TestClient& connect(bool to_admin = false) {
        clients.push_back(
            std::make_unique<TestClient>(world, to_admin ? admin_endpoint : endpoint));
        return *clients.back();
    }
    // Asks for the object "large", and reads nothing.
    TestClient& slow_reader() {
        TestClient& client = connect();
        client.reading = false;
        client.send("GET /objects/large HTTP/1.1\r\nHost: h\r\n\r\n");
        return client;
    }
    // Sends, waits, and gives every answer that came.
    std::vector<Response> ask(const std::string& request, Duration wait = 500ms) {
        TestClient& client = connect();
        client.send(request);
        world.run_for(wait);
        return responses(client.received, request.starts_with("HEAD"));
    }
    Response get(const std::string& target, const std::string& fields = "") {
        auto all = ask("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
        EXPECT_EQ(all.size(), 1u) << target;
        return all.empty() ? Response{} : all[0];
    }
    double metric(const std::string& name_and_labels) const {
        const std::string text = registry.render();
        const std::size_t at = text.find(name_and_labels + " ");
        return at == std::string::npos ? -1
                                       : std::stod(text.substr(at + name_and_labels.size() + 1));
    }

    runtime::SimWorld world;
    telemetry::Registry registry;
    FakeService service;
    FrontMetrics metrics;
    PublicHandler open;
    AdminHandler admin;
    Server server, admin_server;
    runtime::Endpoint endpoint, admin_endpoint;
    std::vector<std::unique_ptr<TestClient>> clients;

  private:
    runtime::Task<> start() {
        endpoint = server.start(world.worker(0), {"127.0.0.1", 8080}).value();
        admin_endpoint = admin_server.start(world.worker(0), {"127.0.0.1", 9090}).value();
        co_return;
    }
};

}  // namespace aside::front
