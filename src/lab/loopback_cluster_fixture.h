// Test support: servers that answer as Redis does, on real sockets and a thread of their own, so
// that a client on real threads can be tried without a Redis. The slots stay where they are.
//
// Thread rule: made and destroyed on one thread that is no worker's; the calls block until the
// servers' worker has done it. Ownership: owns everything.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "lab/control_thread.h"
#include "lab/sim/server_core.h"
#include "wire/resp.h"

namespace aside::lab {

class LoopbackCluster final : ServerHost {
  public:
    // `primaries` share the slots; there are no replicas.
    explicit LoopbackCluster(std::size_t primaries) : control_(std::move(*ControlThread::start())) {
        control_->on_worker([&] {
            names_.reserve(primaries);
            for (std::size_t i = 0; i < primaries; ++i) add(i, primaries);
            for (auto& to : nodes_) {
                for (auto& of : nodes_) to->core->view.hear(of->claim, now());
            }
        });
    }
    ~LoopbackCluster() {
        control_->on_worker([&] {
            for (auto& node : nodes_) {
                if (node->listener) node->listener->close();
                drop(*node);
            }
        });
        while (busy()) control_->pause(std::chrono::milliseconds(2));
    }

    std::vector<runtime::Endpoint> seeds() const {
        std::vector<runtime::Endpoint> all;
        for (const auto& node : nodes_) all.push_back(node->at);
        return all;
    }
    // Its clients' connections end; it goes on listening.
    void drop_connections(std::size_t node) {
        control_->on_worker([&] { drop(*nodes_[node]); });
    }
    // From now on connections end as soon as they are made.
    void stop(std::size_t node) {
        control_->on_worker([&] {
            nodes_[node]->up = false;
            drop(*nodes_[node]);
        });
    }
    void start_again(std::size_t node, bool empty) {
        control_->on_worker([&] {
            if (empty) nodes_[node]->core->data.clear();
            nodes_[node]->up = true;
        });
    }
    void pause(Duration span) { control_->pause(span); }
    // What no client of Aside's may do.
    std::vector<std::string> violations() {
        std::vector<std::string> all;
        control_->on_worker([&] { all = violations_; });
        return all;
    }

  private:
    struct Connection {
        std::unique_ptr<runtime::Stream> stream;
        ServerSession session;
        wire::RespReader reader;
        std::string in, out;
        bool closed = false, writing = false;
        void close() {
            closed = true;
            stream->close();
        }
    };
    using ConnectionRef = std::shared_ptr<Connection>;
    struct Node {
        runtime::Endpoint at{"127.0.0.1", 0};
        runtime::Listener* listener = nullptr;  // of the accepting task
        bool up = true;
        std::unique_ptr<ServerCore> core;
        std::shared_ptr<Claim> claim;
        std::vector<ConnectionRef> connections;
    };

    SteadyTime now() const override { return control_->worker().now(); }
    void wrote(ServerCore&, const Effect&) override {}
    void answered(ServerCore&, std::string_view) override {}
    void lied(ServerCore&, std::string_view) override {}
    void violated(ServerCore&, const std::string& what) override { violations_.push_back(what); }

    void add(std::size_t index, std::size_t of) {
        Node& node = *nodes_.emplace_back(std::make_unique<Node>());
        auto listener = control_->worker().listen(node.at);
        if (!listener) {
            violations_.push_back("cannot listen: " + to_string(listener.error()));
            return;
        }
        node.at = (*listener)->local();
        std::string id = std::to_string(index);
        id.insert(0, 40 - id.size(), 'c');
        names_.push_back({.id = id, .host = node.at.host, .port = node.at.port});
        const auto number = static_cast<NodeIndex>(index);
        node.core =
            std::make_unique<ServerCore>(ServerSetup{.index = number, .zone = "z", .users = {}},
                                         static_cast<ServerHost&>(*this), names_);
        node.core->epoch = index + 1;
        node.claim = std::make_shared<Claim>();
        node.claim->node = number;
        node.claim->epoch = index + 1;
        const std::size_t end = (index + 1) * kSlotCount / of;
        for (std::size_t slot = index * kSlotCount / of; slot < end; ++slot)
            node.claim->slots[slot] = true;
        node.listener = listener->get();
        control_->worker().spawn(accept(node, std::move(*listener)));
    }
    void drop(Node& node) {
        for (const auto& connection : std::exchange(node.connections, {})) connection->close();
    }
    bool busy() {
        unsigned tasks = 0;
        control_->on_worker([&] { tasks = tasks_; });
        return tasks > 0;
    }

    runtime::Task<> accept(Node& node, std::unique_ptr<runtime::Listener> listener) {
        ++tasks_;
        for (;;) {
            auto stream = co_await listener->accept();
            if (!stream) break;
            if (!node.up) continue;
            auto connection = std::make_shared<Connection>();
            connection->stream = std::move(*stream);
            connection->session = node.core->open_session();
            node.connections.push_back(connection);
            control_->worker().spawn(serve(node, std::move(connection)));
        }
        node.listener = nullptr;
        --tasks_;
    }
    runtime::Task<> serve(Node& node, ConnectionRef connection) {
        ++tasks_;
        std::vector<char> room(std::size_t{16} * 1024);
        while (!connection->closed) {
            const auto got = co_await runtime::read_some(*connection->stream, room);
            if (!got || *got == 0) break;
            connection->in.append(room.data(), *got);
            if (!run(node, connection)) break;
        }
        connection->close();
        std::erase(node.connections, connection);
        --tasks_;
    }
    // False: the connection is to be closed.
    bool run(Node& node, const ConnectionRef& connection) {
        std::string out;
        std::size_t used = 0;
        while (used < connection->in.size()) {
            const auto rest = std::string_view(connection->in).substr(used);
            const auto result = connection->reader.read(rest);
            if (result == wire::RespReader::Result::more) break;
            if (result == wire::RespReader::Result::broken) {
                violations_.emplace_back("protocol error");
                return false;
            }
            std::vector<std::string_view> words;
            for (const wire::RespNode& word : connection->reader.nodes().subspan(1))
                words.push_back(word.text);
            (void)node.core->run(connection->session, words, out);
            used += connection->reader.frame_bytes();
        }
        connection->in.erase(0, used);
        send(connection, out);
        tell_changes(node);
        return true;
    }
    void tell_changes(Node& node) {
        for (const std::string& name : node.core->take_changed()) {
            std::string push;
            append_invalidation(push, name);
            for (const auto& connection : node.connections) {
                const auto& tracked = connection->session.tracked;
                const bool tell = std::ranges::any_of(
                    tracked, [&](const auto& prefix) { return name.starts_with(prefix); });
                if (tell) send(connection, push);
            }
        }
    }
    void send(const ConnectionRef& connection, std::string_view bytes) {
        if (bytes.empty() || connection->closed) return;
        connection->out += bytes;
        if (connection->writing) return;
        connection->writing = true;
        control_->worker().spawn(write_out(connection));
    }
    runtime::Task<> write_out(ConnectionRef connection) {
        ++tasks_;
        while (!connection->out.empty() && !connection->closed) {
            const std::string bytes = std::exchange(connection->out, {});
            const auto written = co_await runtime::write_all(*connection->stream, bytes);
            if (!written) break;
        }
        connection->writing = false;
        --tasks_;
    }

    std::unique_ptr<ControlThread> control_;
    // The rest is touched on its worker alone, but for what never changes.
    std::vector<NodeName> names_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<std::string> violations_;
    unsigned tasks_ = 0;
};

}  // namespace aside::lab
