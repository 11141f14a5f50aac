// Test support: a worker's reads against a few scripted nodes in a simulated world.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "redis/link/scripted_server_fixture.h"
#include "redis/value_fixture.h"
#include "redis/worker_client.h"
#include "telemetry/metrics.h"

namespace aside::redis {

struct TestRead final : RemoteRead {
    TestRead(RemoteKey key, SteadyTime until) : RemoteRead(key, until) {}
    void read_done(const RemoteAnswer& given) override {
        ++ends;
        answer = given;
        body = given.body;
        node = given.node;
        answer.body = answer.validator = answer.node = {};
        if (then) then();
    }
    int ends = 0;
    RemoteAnswer answer;
    std::string body, node;
    std::function<void()> then;

    std::string says() const {
        if (ends == 0) return "nothing";
        if (answer.state == RemoteState::hit) return "hit";
        if (answer.state == RemoteState::miss) return "miss";
        return "unknown " + std::string(name_of(answer.reason));
    }
};

// One node, and what it holds.
struct TestNode {
    TestNode(runtime::SimWorld& world, std::string name)
        : at{std::move(name), 7000}, server(world, 1, at), worker(world.worker(1)) {
        server.answer = [this](ServerSession& session, const ScriptedServer::Words& words) {
            std::string said = reply(session, words);
            if (delay == Duration{} || said.empty()) return said;
            worker.spawn(say_later(worker, session, std::move(said), delay));
            return std::string();
        };
    }
    static runtime::Task<> say_later(runtime::Worker& on, ServerSession& session, std::string reply,
                                     Duration after) {
        co_await runtime::sleep_for(on, after);
        if (!session.ended) session.send(reply);
    }
    std::string reply(ServerSession& session, const ScriptedServer::Words& words) {
        if (words[0] == "HELLO") {
            const std::string_view said = replica ? "+replica\r\n" : "+master\r\n";
            return "%3\r\n+proto\r\n:3\r\n+mode\r\n+cluster\r\n+role\r\n" + std::string(said);
        }
        if (words[0] == "GET") ++gets;
        if (silent) return "";
        if (words[0] == "GET" && next) {
            if (auto given = next(session, words)) return *given;
        }
        if (words[0] == "GET") {
            const auto found = held.find(words[1]);
            return found == held.end() ? "_\r\n" : ScriptedServer::bulk(found->second);
        }
        if (words[0] == "PTTL") return ":" + std::to_string(left_ms) + "\r\n";
        if (words[0] == "PING") return "+PONG\r\n";
        return "+OK\r\n";
    }
    std::size_t sessions() const { return server.sessions.size(); }

    const runtime::Endpoint at;
    ScriptedServer server;
    runtime::Worker& worker;
    Duration delay{};  // of each reply
    bool replica = false;
    bool silent = false;  // answers nothing but HELLO
    int gets = 0;
    std::int64_t left_ms = -1;
    std::map<std::string, std::string> held;
    // Said to a GET instead of what is held, if anything.
    std::function<std::optional<std::string>(ServerSession&, const ScriptedServer::Words&)> next;
};

struct TestControl final : ControlRequests {
    void refresh(RefreshReason reason) override { refreshes.push_back(reason); }
    void moved(std::uint16_t slot, runtime::Endpoint to) override {
        moves.emplace_back(slot, runtime::to_string(to));
    }
    bool asked(RefreshReason reason) const { return std::ranges::count(refreshes, reason) > 0; }
    std::vector<RefreshReason> refreshes;
    std::vector<std::pair<std::uint16_t, std::string>> moves;
};

// P is the primary of every slot, R its replica, X knows nothing of it. The client is on worker 0
// (`apart`: of a process of its own, which can be frozen), the nodes on worker 1.
class ReadBed {
  public:
    explicit ReadBed(TierOptions given = {}, bool with_map = true, std::uint64_t seed = 1,
                     bool apart = false)
        : world({.seed = seed, .workers = 2}),
          process(apart ? world.add_process(1, "client") : world.home()),
          state(std::move(given), process, registry, nullptr, nullptr) {
        r.replica = true;
        state.control = &control;
        if (with_map) install(&p, {&r});
        on_client([this] { client = std::make_unique<WorkerClient>(state, process.worker(0)); });
    }
    ~ReadBed() {
        on_client([this] { client->close(); });
        EXPECT_TRUE(world.run_until([this] { return client->idle(); }, 10s)) << world.describe();
        client.reset();
        for (TestNode* node : {&p, &r, &x}) {
            if (!node->server.sessions.empty()) node->server.drop_sessions();
            if (!closed_servers.contains(node)) node->server.close();
        }
        EXPECT_TRUE(world.run_until_idle()) << world.describe();
        for (const TestRead& read : reads) EXPECT_EQ(read.ends, 1);
    }

    void on_client(std::function<void()> call) {
        bool done = false;
        process.worker(0).post([&] {
            call();
            done = true;
        });
        EXPECT_TRUE(world.run_until([&] { return done; }));
    }
    // Nobody listens there any more, and all connections end.
    void kill(TestNode& node) {
        node.server.close();
        closed_servers.insert(&node);
        if (!node.server.sessions.empty()) node.server.drop_sessions();
    }

    void install(TestNode* primary, const std::vector<TestNode*>& replicas) {
        ClusterView view;
        SlotOwners& all = view.ranges.emplace_back();
        all.slots = {0, kSlots - 1};
        all.primary = address(*primary);
        for (TestNode* replica : replicas) all.replicas.push_back(address(*replica));
        state.map.store(SlotMap::from_view(view, state.numbers, ++maps));
    }
    void install_and_tell(TestNode* primary, const std::vector<TestNode*>& replicas) {
        install(primary, replicas);
        on_client([this] { client->map_changed(); });
    }
    NodeAddress address(const TestNode& node) const {
        NodeAddress of;
        of.endpoint = node.at;
        const auto zone = zones.find(node.at.host);
        if (zone != zones.end()) of.zone = zone->second;
        return of;
    }
    NodeId id(const TestNode& node) { return state.numbers.number_of(address(node)); }

    // Puts a value where it is told.
    void hold(std::initializer_list<TestNode*> nodes, const std::string& key,
              const std::string& body = "1") {
        const RemoteKey remote{ValueKind::object, key};
        std::string name;
        state.names.data_name(remote, name);
        std::string bytes;
        RemoteFill fill;
        fill.value = TestValue::make({.key = key, .body = body});
        on_client([&] { ASSERT_TRUE(encode_fill(bytes, fill, process.worker(0), state.options)); });
        for (TestNode* node : nodes) node->held[name] = bytes;
    }

    TestRead& start(const std::string& key, Duration patience = 3s) {
        keys.push_back(key);
        TestRead& read =
            reads.emplace_back(RemoteKey{ValueKind::object, keys.back()}, process.now() + patience);
        on_client([&] {
            client->start_read(read);
            EXPECT_EQ(read.ends, 0);  // never inside the call
        });
        return read;
    }
    TestRead& finish(TestRead& read) {
        EXPECT_TRUE(world.run_until([&] { return read.ends > 0; }, 10s)) << world.describe();
        return read;
    }
    TestRead& read(const std::string& key, Duration patience = 3s) {
        return finish(start(key, patience));
    }
    std::string says(const std::string& key) { return read(key).says(); }

    runtime::SimWorld world;
    runtime::SimProcess& process;
    telemetry::Registry registry{2};
    std::map<std::string, std::string> zones;  // of hosts
    TestNode p{world, "node-p"}, r{world, "node-r"}, x{world, "node-x"};
    std::set<TestNode*> closed_servers;
    TestControl control;
    TierState state;
    std::uint64_t maps = 0;
    std::unique_ptr<WorkerClient> client;
    std::deque<std::string> keys;
    std::deque<TestRead> reads;
};

}  // namespace aside::redis
