#include "lab/sim/sim_redis_node.h"

#include <algorithm>

namespace aside::lab {

namespace {
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kOutputMax = 64U << 20U;  // as client-output-buffer-limit: over it, closed
}  // namespace

struct SimRedisNode::Connection {
    explicit Connection(std::unique_ptr<runtime::Stream> of) : stream(std::move(of)) {}

    std::unique_ptr<runtime::Stream> stream;
    ServerSession session;
    wire::RespReader reader;
    std::string in, out;
    bool closed = false;
    bool paused = false;  // a write at the head of `in` waits
    bool writing = false;
    bool close_when_written = false;

    void close() {
        closed = true;
        stream->close();
    }
};

// Waits for the node's next change of state.
struct SimRedisNode::Runnable {
    SimRedisNode& node;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) { node.waiting_.push_back(frame); }
    void await_resume() const noexcept {}
};

SimRedisNode::SimRedisNode(runtime::SimWorld& world, unsigned worker, runtime::Endpoint at,
                           ServerSetup setup, ServerHost& host, const std::vector<NodeName>& names)
    : world_(world),
      worker_(world.worker(worker)),
      at_(std::move(at)),
      host_(host),
      core_(std::move(setup), host, names),
      random_(worker_.random().next()) {}

SimRedisNode::~SimRedisNode() = default;

void SimRedisNode::start() {
    if (running_) return;
    auto listener = worker_.listen(at_);
    if (!listener) world_.die("a simulated node cannot listen: " + to_string(listener.error()));
    running_ = true;
    frozen_ = false;
    listener_ = listener->get();
    worker_.spawn(accept_connections(std::move(*listener)));
}

void SimRedisNode::kill() {
    if (!running_) return;
    running_ = false;
    frozen_ = false;
    listener_->close();
    listener_ = nullptr;
    drop_connections();
    wake();
}

void SimRedisNode::drop_connections() {
    for (const auto& connection : std::exchange(connections_, {})) connection->close();
    wake();
}

void SimRedisNode::freeze() {
    frozen_ = true;
}
void SimRedisNode::thaw() {
    frozen_ = false;
    wake();
}
void SimRedisNode::pause_writes() {
    core_.writes_paused = true;
}
void SimRedisNode::resume_writes() {
    core_.writes_paused = false;
    wake();
}

void SimRedisNode::wake() {
    for (const auto frame : std::exchange(waiting_, {})) {
        worker_.post([frame] { frame.resume(); });
    }
}

runtime::Task<> SimRedisNode::accept_connections(std::unique_ptr<runtime::Listener> listener) {
    for (;;) {
        auto stream = co_await listener->accept();
        if (!stream && stream.error().code == Errc::overloaded) {
            co_await sleep_for(worker_, std::chrono::milliseconds(10));
            continue;
        }
        if (!stream) co_return;
        // A stopped process accepts nothing; its kernel has done so already.
        while (frozen_) co_await Runnable{*this};
        accepted(std::move(*stream));
    }
}

void SimRedisNode::accepted(std::unique_ptr<runtime::Stream> stream) {
    ++counts_.accepted;
    if (!running_) return;
    auto connection = std::make_shared<Connection>(std::move(stream));
    if (connections_.size() >= core_.states.max_clients) {
        ++counts_.refused;
        std::string text;
        append_error(text, core_.setup().cluster
                               ? "ERR max number of clients + cluster connections reached"
                               : "ERR max number of clients reached");
        const std::string_view piece = text;
        (void)connection->stream->try_write({&piece, 1});
        connection->close();
        return;
    }
    connection->session = core_.open_session();
    connections_.push_back(connection);
    counts_.connections_peak = std::max(counts_.connections_peak, connections_.size());
    worker_.spawn(serve(connection));
}

runtime::Task<> SimRedisNode::serve(ConnectionRef connection) {
    std::vector<char> room(kReadBytes);
    while (!connection->closed) {
        const auto got = co_await read_some(*connection->stream, room);
        if (!got || *got == 0) break;
        connection->in.append(room.data(), *got);
        if (core_.states.delay.count() > 0) co_await sleep_for(worker_, core_.states.delay);
        bool keep = true;
        do {
            if (connection->paused) co_await Runnable{*this};
            while (frozen_ && !connection->closed) co_await Runnable{*this};
            keep = !connection->closed && run_commands(connection);
        } while (keep && connection->paused);
        if (!keep) break;
    }
    if (connection->writing) {
        connection->close_when_written = true;
    } else if (!connection->closed) {
        connection->close();
    }
    std::erase(connections_, connection);
}

bool SimRedisNode::run_commands(const ConnectionRef& connection) {
    connection->paused = false;
    std::vector<Reply> replies;
    bool keep = true;
    std::size_t used = 0;
    const std::string input = std::exchange(connection->in, {});
    while (keep && used < input.size()) {
        // What the reader remembers of an incomplete frame is of the buffer's rest: it is kept.
        const auto rest = std::string_view(input).substr(used);
        const auto result = connection->reader.read(rest);
        if (result == wire::RespReader::Result::more) break;
        if (result == wire::RespReader::Result::broken) {
            host_.violated(core_, "protocol error: " + std::string(connection->reader.problem()));
            Reply& reply = replies.emplace_back();
            append_error(reply.bytes,
                         "ERR Protocol error: " + std::string(connection->reader.problem()));
            keep = false;
            break;
        }
        const std::size_t frame = connection->reader.frame_bytes();
        keep = run_frame(*connection, replies);
        if (connection->paused) break;
        used += frame;
    }
    connection->in = input.substr(used);
    if (!lie(connection, replies)) return false;
    std::string bytes;
    for (const Reply& reply : replies) bytes += reply.bytes;
    send(connection, bytes);
    push_changes();
    return keep;
}

bool SimRedisNode::run_frame(Connection& connection, std::vector<Reply>& replies) {
    std::vector<std::string_view> words;
    const auto nodes = connection.reader.nodes();
    const bool flat = nodes[0].type == wire::RespType::array && nodes[0].count > 0 &&
                      std::ranges::all_of(nodes.subspan(1), [](const wire::RespNode& node) {
                          return node.type == wire::RespType::bulk_string;
                      });
    Reply reply;
    if (!flat) {
        host_.violated(core_, "a command that is no array of bulk strings");
        append_error(reply.bytes, "ERR Protocol error: expected '$'");
        replies.push_back(std::move(reply));
        return false;
    }
    for (const wire::RespNode& node : nodes.subspan(1)) words.push_back(node.text);
    if (core_.run(connection.session, words, reply.bytes) == ServerCore::Ran::paused) {
        connection.paused = true;
        // The frame is read again when writes go on.
        connection.reader = wire::RespReader();
        return true;
    }
    ++counts_.commands;
    const std::string command = lower_case(words[0]);
    if (command == "get" && words.size() == 2) {
        ++counts_.gets;
        reply.get_of = words[1];
    }
    if (command == "cluster") ++counts_.topology;
    replies.push_back(std::move(reply));
    return true;
}

void SimRedisNode::send(const ConnectionRef& connection, std::string_view bytes) {
    if (bytes.empty() || connection->closed) return;
    connection->out += bytes;
    if (connection->out.size() > kOutputMax) return connection->close();
    if (connection->writing) return;
    connection->writing = true;
    worker_.spawn(write_out(connection));
}

runtime::Task<> SimRedisNode::write_out(ConnectionRef connection) {
    while (!connection->out.empty() && !connection->closed) {
        const std::string bytes = std::exchange(connection->out, {});
        const auto written = co_await write_all(*connection->stream, bytes);
        if (!written) break;
    }
    connection->writing = false;
    if (connection->close_when_written && !connection->closed) connection->close();
}

void SimRedisNode::push_changes() {
    const auto changed = core_.take_changed();
    if (changed.empty()) return;
    for (const auto& connection : std::vector(connections_)) {
        const ServerSession& session = connection->session;
        if (session.tracked.empty() || session.protocol != Protocol::resp3) continue;
        std::string pushes;
        for (const auto& name : changed) {
            if (name.empty()) {
                append_invalidation_of_all(pushes);
            } else if (std::ranges::any_of(session.tracked, [&](const auto& prefix) {
                           return name.starts_with(prefix);
                       })) {
                append_invalidation(pushes, name);
            }
        }
        send(connection, pushes);
    }
}

// --- lies

bool SimRedisNode::lie(const ConnectionRef& connection, std::vector<Reply>& replies) {
    if (!lies.any() || replies.empty()) return true;
    for (Reply& reply : replies) lie_about(reply);
    const auto tell_all = [&] {
        ++counts_.lies;
        for (const Reply& reply : replies) host_.lied(core_, reply.get_of);
    };
    for (std::size_t i = 1; i < replies.size(); ++i) {
        const bool gets = !replies[i].get_of.empty() && !replies[i - 1].get_of.empty();
        if (!gets || !lies.swapped.drawn(random_)) continue;
        ++counts_.lies;
        host_.lied(core_, replies[i].get_of);
        host_.lied(core_, replies[i - 1].get_of);
        std::swap(replies[i].bytes, replies[i - 1].bytes);
        break;
    }
    if (lies.reset.drawn(random_)) {
        tell_all();
        connection->close();
        return false;
    }
    if (lies.garbage.drawn(random_)) {
        tell_all();
        replies.back().bytes = "\x01garbage\r\n" + replies.back().bytes;
    }
    if (lies.half_reply.drawn(random_)) {
        tell_all();
        std::string bytes;
        for (const Reply& reply : replies) bytes += reply.bytes;
        const auto cut = replies.back().bytes.size() / 2 + 1;
        send(connection, std::string_view(bytes).substr(0, bytes.size() - cut));
        return false;
    }
    return true;
}

void SimRedisNode::lie_about(Reply& reply) {
    const bool has_value = !reply.get_of.empty() && reply.bytes.size() > 8;
    if (!has_value) return;
    if (lies.corrupt.drawn(random_)) {
        const auto body = reply.bytes.find('\n') + 1;
        const auto at = body + random_.below(reply.bytes.size() - body - 2);
        reply.bytes[at] = static_cast<char>(reply.bytes[at] ^ (1U << random_.below(8)));
    } else if (lies.other_value.drawn(random_)) {
        const auto& keys = core_.data.keys();
        auto other = keys.begin();
        std::advance(other, static_cast<std::ptrdiff_t>(random_.below(keys.size())));
        reply.bytes.clear();
        append_bulk(reply.bytes, other->second.bytes);
    } else {
        return;
    }
    ++counts_.lies;
    host_.lied(core_, reply.get_of);
}

}  // namespace aside::lab
