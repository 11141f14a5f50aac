#include "lab/proxy_session.h"

#include <charconv>
#include <utility>

namespace aside::lab {

namespace {

using runtime::Task;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr Duration kConnectLimit = std::chrono::seconds(1);
constexpr Duration kLookAgain = std::chrono::milliseconds(5);  // at a fault that holds things up

std::string upper(std::string_view word) {
    std::string name(word);
    for (char& letter : name) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return name;
}

// Lets the rest of the loop go on first.
struct OtherTurn {
    runtime::Worker& worker;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) const {
        worker.post([frame] { frame.resume(); });
    }
    void await_resume() const noexcept {}
};

// Reads more into `buffer`; false at the end of the stream.
Task<bool> read_more(runtime::Stream& stream, std::string& buffer) {
    const std::size_t old_size = buffer.size();
    std::string room(kReadBytes, '\0');
    const auto got = co_await runtime::read_some(stream, room);
    if (!got || *got == 0) co_return false;
    buffer.resize(old_size);
    buffer.append(room, 0, *got);
    co_return true;
}

}  // namespace

void ProxySession::start(runtime::Endpoint node) {
    parts_ = 1;
    worker_.spawn(part_ended(connect_and_run(std::move(node))));
}

void ProxySession::close() {
    closed_ = true;
    client_->close();
    if (node_) node_->close();
    ring();
}

Task<> ProxySession::part_ended(Task<> part) {
    co_await part;
    close();
    if (--parts_ > 0) co_return;
    // Not from here: this frame still refers to the session.
    worker_.post([&host = host_, this] { host.session_ended(*this); });
}

Task<> ProxySession::connect_and_run(runtime::Endpoint node) {
    auto connected = co_await worker_.connect(std::move(node), worker_.now() + kConnectLimit);
    if (!connected || closed_) co_return;
    node_ = std::move(*connected);
    parts_ += 2;
    worker_.spawn(part_ended(carry_replies()));
    worker_.spawn(part_ended(carry_outbox()));
    auto commands = carry_commands();
    co_await commands;
}

// --- client to node

Task<> ProxySession::carry_commands() {
    std::string to_node;
    while (!closed_) {
        if (host_.current().deaf || host_.current().hang) {
            co_await runtime::sleep_for(worker_, kLookAgain);
            continue;
        }
        const bool more = co_await read_more(*client_, commands_);
        if (!more) co_return;
        lost_bytes_ |= host_.current().swallow;
        if (lost_bytes_) {
            commands_.clear();
            continue;
        }
        if (!take_commands(to_node)) co_return;
        send_ready();
        const auto wrote = co_await runtime::write_all(*node_, to_node);
        if (!wrote) co_return;
        to_node.clear();
    }
}

bool ProxySession::take_commands(std::string& to_node) {
    for (;;) {
        const auto found = command_reader_.read(commands_);
        if (found == wire::RespReader::Result::broken) return false;
        if (found == wire::RespReader::Result::more) return true;
        take_command(std::string_view(commands_).substr(0, command_reader_.frame_bytes()), to_node);
        commands_.erase(0, command_reader_.frame_bytes());
    }
}

void ProxySession::take_command(std::string_view bytes, std::string& to_node) {
    const wire::RespNode* const first = wire::child(command_reader_.root(), 0);
    const wire::RespNode* const second = wire::child(command_reader_.root(), 1);
    Pending pending{.name = upper(first ? first->text : ""), .reply = {}};
    ProxySeen& seen = host_.seen();
    ++seen.commands[pending.name];
    if (seen.record && seen.recorded.size() < ProxySeen::kRecordMax) {
        seen.recorded.push_back(std::to_string(number_) + " " + pending.name + " " +
                                std::string(second ? second->text : ""));
    }
    if (ReplyRule* const rule = rule_for(pending.name, bytes)) {
        pending.reply = rule->reply;
        pending.from_node = rule->executed;
        if (rule->times != kEachTime) --rule->times;
        ++seen.answered_here;
    }
    if (pending.from_node) to_node += bytes;
    pending_.push_back(std::move(pending));
}

ReplyRule* ProxySession::rule_for(const std::string& name, std::string_view bytes) {
    for (ReplyRule& rule : host_.current().rules) {
        const bool fits = rule.times > 0 && (rule.command == "*" || rule.command == name) &&
                          bytes.find(rule.containing) != std::string_view::npos;
        if (fits) return &rule;
    }
    return nullptr;
}

// --- node to outbox

Task<> ProxySession::carry_replies() {
    while (!closed_) {
        const bool more = co_await read_more(*node_, replies_);
        if (!more) break;
        lost_bytes_ |= host_.current().swallow;
        if (lost_bytes_) {
            while (!closed_) {
                co_await runtime::sleep_for(worker_, kLookAgain);
            }
            break;
        }
        if (!take_replies()) break;
    }
    // What was said before the end still arrives.
    while (!closed_ && !outbox_.empty()) {
        co_await runtime::sleep_for(worker_, kLookAgain);
    }
}

bool ProxySession::take_replies() {
    for (;;) {
        const auto found = reply_reader_.read(replies_);
        if (found == wire::RespReader::Result::broken) return false;
        if (found == wire::RespReader::Result::more) return true;
        std::string bytes = replies_.substr(0, reply_reader_.frame_bytes());
        replies_.erase(0, reply_reader_.frame_bytes());
        if (reply_reader_.root().type == wire::RespType::push) {
            send(std::move(bytes));
        } else {
            take_reply(std::move(bytes));
        }
    }
}

void ProxySession::take_reply(std::string bytes) {
    if (pending_.empty()) return send(std::move(bytes));  // an error said unasked
    const Pending pending = std::move(pending_.front());
    pending_.pop_front();
    if (!garbled_ && !host_.current().garbage.empty()) {
        garbled_ = true;
        send(host_.current().garbage);
    } else if (!pending.reply.empty()) {
        send(pending.reply);
    } else {
        send(rewritten(std::move(bytes), pending.name));
    }
    send_ready();
}

// Ports of nodes become those of their proxies.
std::string ProxySession::rewritten(std::string bytes, const std::string& command) const {
    const bool redirect = bytes.starts_with("-MOVED ") || bytes.starts_with("-ASK ");
    if (!redirect && command != "CLUSTER") return bytes;
    std::string result;
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::size_t colon = bytes.find(':', at);
        if (colon == std::string::npos) break;
        result.append(bytes, at, colon + 1 - at);
        at = colon + 1;
        std::uint16_t port = 0;
        const char* const begin = bytes.data() + at;
        const auto [end, problem] = std::from_chars(begin, bytes.data() + bytes.size(), port);
        if (problem != std::errc() || *end != '\r') continue;
        result += std::to_string(host_.port_for_clients(port));
        at += static_cast<std::size_t>(end - begin);
    }
    return result.append(bytes, std::min(at, bytes.size()));
}

// Replies of rules whose turn has come.
void ProxySession::send_ready() {
    while (!pending_.empty() && !pending_.front().from_node) {
        send(std::move(pending_.front().reply));
        pending_.pop_front();
    }
}

// --- outbox to client

void ProxySession::send(std::string bytes) {
    outbox_.push_back({worker_.now() + host_.current().delay, std::move(bytes)});
    ring();
}

void ProxySession::ring() {
    bell_.rung = true;
    if (!bell_.waiting) return;
    worker_.post([frame = std::exchange(bell_.waiting, nullptr)] { frame.resume(); });
}

Task<> ProxySession::carry_outbox() {
    while (!closed_) {
        if (outbox_.empty()) {
            co_await bell_;
            continue;
        }
        if (host_.current().hang || lost_bytes_ || host_.current().swallow) {
            co_await runtime::sleep_for(worker_, kLookAgain);
            continue;
        }
        const SteadyTime due = outbox_.front().due;
        if (due > worker_.now()) {
            co_await runtime::sleep_until(worker_, due);
            continue;
        }
        std::string bytes = std::move(outbox_.front().bytes);
        outbox_.pop_front();
        const std::uint64_t rate = host_.current().bytes_per_second;
        if (rate > 0) {
            co_await runtime::sleep_for(
                worker_, Duration(static_cast<Duration::rep>(bytes.size() * 1'000'000'000 / rate)));
        }
        const std::size_t step = host_.current().split ? 1 : bytes.size();
        for (std::size_t at = 0; at < bytes.size() && !closed_; at += step) {
            const auto wrote =
                co_await runtime::write_all(*client_, std::string_view(bytes).substr(at, step));
            if (!wrote) co_return;
            if (step != bytes.size()) co_await OtherTurn{worker_};
        }
    }
}

}  // namespace aside::lab
