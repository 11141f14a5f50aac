// Making a cluster: processes, ports, slots, replicas.
#include "lab/local_cluster.h"

#include <algorithm>

#include "lab/leftovers.h"
#include "lab/shell_command.h"
#include "redis/protocol/command.h"
#include "runtime/os/files.h"

namespace aside::lab {

namespace {

constexpr Duration kStartLimit = std::chrono::seconds(10);
constexpr Duration kFormLimit = std::chrono::seconds(30);
// Above every slot's number (a port in a reply cannot be taken for one) and below the ports that
// the system gives to outgoing connections.
constexpr std::uint16_t kPortFirst = 17000, kPortLast = 32000;
constexpr unsigned kPortTries = 1000;
constexpr unsigned kStartTries = 5;
constexpr std::uint16_t kBusOffset = 10000;  // with ports that were asked for
constexpr std::uint16_t kTlsOffset = 1000;

}  // namespace

Result<std::unique_ptr<LocalCluster>> LocalCluster::form(ControlThread& control,
                                                         ClusterOptions options) {
    std::unique_ptr<LocalCluster> cluster(new LocalCluster(control, std::move(options)));
    auto done = cluster->prepare();
    if (!done) return fail(std::move(done.error()));
    const unsigned count = cluster->options_.primaries * (1 + cluster->options_.replicas);
    for (unsigned i = 0; i < count; ++i) {
        done = cluster->add_server();
        if (!done) return fail(std::move(done.error()));
    }
    done = cluster->assign_and_meet();
    if (!done) return fail(std::move(done.error()));
    done = cluster->replicate();
    if (!done) return fail(std::move(done.error()));
    done = cluster->await_ready(kFormLimit);
    if (!done) return fail(std::move(done.error()));
    return cluster;
}

LocalCluster::~LocalCluster() {
    if (options_.detached) return;
    servers_.clear();
    if (options_.keep_directory || directory_.empty()) return;
    (void)run_program({"rm", "-rf", directory_}, kStartLimit);
}

Result<void> LocalCluster::prepare() {
    directory_ = options_.directory;
    if (directory_.empty()) {
        std::uint64_t number = 0;
        control_.on_worker([&] { number = control_.worker().random().next(); });
        directory_ = lab_directory(number);
    }
    runtime::OsFiles files;
    auto opened = files.open_directory(directory_, true);
    if (!opened) return fail(std::move(opened.error()));
    if (!options_.tls) return {};
    auto made = make_certificate(directory_);
    if (!made) return fail(std::move(made.error()));
    certificates_ = *made;
    return {};
}

Result<std::uint16_t> LocalCluster::free_port() {
    std::uint16_t found = 0;
    control_.on_worker([&] {
        runtime::Worker& worker = control_.worker();
        for (unsigned tries = 0; tries < kPortTries && found == 0; ++tries) {
            const auto port = static_cast<std::uint16_t>(
                kPortFirst + worker.random().below(kPortLast - kPortFirst));
            if (worker.listen({"127.0.0.1", port})) found = port;
        }
    });
    if (found == 0) return fail(Errc::conflict, "no free port on loopback");
    return found;
}

Result<ServerOptions> LocalCluster::new_server_options(unsigned node) {
    const auto number = static_cast<std::uint16_t>(node);
    ServerOptions server;
    server.program = options_.program;
    server.directory = directory_ + "/node-" + std::to_string(number);
    server.node_timeout = options_.node_timeout;
    server.as_managed = options_.as_managed;
    server.certificates = certificates_;
    server.lines = options_.lines;
    server.lines.push_back("user " + std::string(kClientUser) + " on >" +
                           std::string(kClientPassword) + " " + redis::acl_rules("aside:"));
    for (std::uint16_t* port : {&server.port, &server.bus_port, &server.tls_port}) {
        if (port == &server.tls_port && !options_.tls) continue;
        auto free = free_port();
        if (!free) return fail(std::move(free.error()));
        *port = *free;
    }
    if (number < options_.places.size()) {
        const NodePlace& place = options_.places[number];
        server.host = place.address;
        server.name = place.name;
        server.run_under = place.run_under;
    }
    if (options_.first_port != 0) {
        server.port = options_.first_port + number;
        server.bus_port = server.port + kBusOffset;
        if (options_.tls) server.tls_port = server.port + kTlsOffset;
    }
    return server;
}

Result<void> LocalCluster::add_server() {
    auto wanted = new_server_options(size());
    if (!wanted) return fail(std::move(wanted.error()));
    servers_.push_back(std::make_unique<RedisServer>(std::move(*wanted)));
    removed_.push_back(false);
    RedisServer& server = *servers_.back();
    return options_.detached ? server.start_detached() : server.start();
}

Result<void> LocalCluster::await_answering(unsigned node) {
    return control_.await(kStartLimit, "node " + std::to_string(node) + " to answer",
                          [&] { return command(node, {"PING"}).has_value(); });
}

// The node itself, and not another server that had its port first.
bool LocalCluster::answers(unsigned node) {
    const int pid = server(node).pid();
    if (options_.detached || pid == 0) return command(node, {"PING"}).has_value();
    return info(node, "server", "process_id") == std::to_string(pid);
}

// Between the look for a free port and the server's start another process may take it, for one is
// free for everybody: then others are tried.
Result<void> LocalCluster::await_started(unsigned node) {
    const bool chosen = options_.detached || options_.first_port != 0;
    for (unsigned tries = 1;; ++tries) {
        bool ended = false;
        auto done = control_.await(kStartLimit, "node " + std::to_string(node) + " to answer", [&] {
            ended = !options_.detached && !server(node).running();
            return ended || answers(node);
        });
        if (!done || !ended) return done;
        if (chosen || tries == kStartTries)
            return fail(Errc::io, options_.program + " ends as soon as it is started");
        auto wanted = new_server_options(node);
        if (!wanted) return fail(std::move(wanted.error()));
        servers_[node] = std::make_unique<RedisServer>(std::move(*wanted));
        done = servers_[node]->start();
        if (!done) return done;
    }
}

Result<void> LocalCluster::assign_and_meet() {
    for (unsigned i = 0; i < size(); ++i) {
        auto done = await_started(i);
        if (!done) return done;
        // Different epochs from the start: nobody has to settle collisions.
        auto reply = command(i, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
        if (!reply) return fail(std::move(reply.error()));
    }
    // The small ones first: what is left is divided evenly among the others.
    const unsigned few = options_.small_primaries * kFewSlots;
    const unsigned large = options_.primaries - options_.small_primaries;
    for (unsigned i = 0; i < options_.primaries; ++i) {
        const bool small = i >= large;
        const unsigned first = small ? (i - large) * kFewSlots : few + (kSlots - few) * i / large;
        const unsigned last =
            small ? first + kFewSlots - 1 : few + (kSlots - few) * (i + 1) / large - 1;
        auto reply =
            command(i, {"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
        if (!reply) return fail(std::move(reply.error()));
    }
    for (unsigned i = 1; i < size(); ++i) {
        const ServerOptions& other = server(i).options();
        auto reply = command(0, {"CLUSTER", "MEET", other.host, std::to_string(other.port),
                                 std::to_string(other.bus_port)});
        if (!reply) return fail(std::move(reply.error()));
    }
    return await_known(size());
}

Result<void> LocalCluster::await_known(std::size_t nodes) {
    const auto knows_all = [&](unsigned node) {
        const auto seen = layout_by(node);
        return seen && seen->nodes.size() == nodes &&
               std::ranges::none_of(seen->nodes, &LaidOutNode::handshake);
    };
    for (unsigned i = 0; i < size(); ++i) {
        if (!expected(i)) continue;
        auto done = control_.await(kFormLimit, "all nodes to know each other",
                                   [&] { return knows_all(i); });
        if (!done) return done;
    }
    return {};
}

Result<void> LocalCluster::replicate() {
    const auto known = layout_by(0);
    if (!known) return fail(known.error());
    for (unsigned i = options_.primaries; i < size(); ++i) {
        const unsigned primary = (i - options_.primaries) % options_.primaries;
        const LaidOutNode* of = known->by_port(server(primary).options().port);
        auto reply = command(i, {"CLUSTER", "REPLICATE", of->id});
        if (!reply) return fail(std::move(reply.error()));
    }
    // Something to copy: nobody is told of a replica that has copied nothing.
    for (unsigned i = 0; i < options_.primaries; ++i) {
        auto reply = command(i, {"FLUSHALL"});
        if (!reply) return fail(std::move(reply.error()));
    }
    return {};
}

Result<unsigned> LocalCluster::add_node(unsigned of) {
    auto done = add_server();
    if (!done) return fail(std::move(done.error()));
    const unsigned node = size() - 1;
    done = await_started(node);
    if (!done) return fail(std::move(done.error()));
    const std::vector<unsigned> others = primaries();
    if (others.empty()) return fail(Errc::not_found, "no cluster to join");
    const ServerOptions& server = this->server(node).options();
    auto reply =
        command(others.front(), {"CLUSTER", "MEET", server.host, std::to_string(server.port),
                                 std::to_string(server.bus_port)});
    if (!reply) return fail(std::move(reply.error()));
    const auto expected_nodes = static_cast<std::size_t>(std::ranges::count(removed_, false));
    done = await_known(expected_nodes);
    if (!done) return fail(std::move(done.error()));
    if (of == kNobody) return node;
    const auto known = layout_by(node);
    if (!known) return fail(known.error());
    reply = command(node,
                    {"CLUSTER", "REPLICATE", known->by_port(this->server(of).options().port)->id});
    if (!reply) return fail(std::move(reply.error()));
    return node;
}

Result<void> LocalCluster::remove_node(unsigned node) {
    const auto known = layout_by(node);
    if (!known) return fail(known.error());
    const LaidOutNode* gone = known->by_port(server(node).options().port);
    removed_[node] = true;
    server(node).kill();
    for (unsigned i = 0; i < size(); ++i) {
        if (!expected(i)) continue;
        auto reply = command(i, {"CLUSTER", "FORGET", gone->id});
        if (!reply) return fail(std::move(reply.error()));
    }
    return {};
}

}  // namespace aside::lab
