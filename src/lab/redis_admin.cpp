#include "lab/redis_admin.h"

#include <algorithm>
#include <span>

#include "runtime/when_all.h"

namespace aside::lab {

namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

RedisReply copy_of(const wire::RespNode& node) {
    RedisReply reply{node.type, std::string(node.text), node.number, {}};
    const wire::RespNode* child = wire::first_child(node);
    for (std::uint32_t i = 0; i < node.count; ++i, child = wire::next_sibling(child)) {
        reply.elements.push_back(copy_of(*child));
    }
    return reply;
}

std::string encoded(const std::vector<RedisCommand>& commands) {
    std::string bytes;
    for (const RedisCommand& command : commands) {
        const std::vector<std::string_view> words(command.begin(), command.end());
        wire::append_resp_command(bytes, words);
    }
    return bytes;
}

runtime::Task<Result<std::vector<RedisReply>>> replies(runtime::Stream& stream, std::size_t count) {
    std::vector<RedisReply> replies;
    wire::RespReader reader;
    std::string buffer;
    while (replies.size() < count) {
        const auto found = reader.read(buffer);
        if (found == wire::RespReader::Result::broken) {
            co_return fail(Errc::protocol, std::string(reader.problem()));
        }
        if (found == wire::RespReader::Result::frame) {
            replies.push_back(copy_of(reader.root()));
            buffer.erase(0, reader.frame_bytes());
            continue;
        }
        const std::size_t old_size = buffer.size();
        buffer.resize(old_size + kReadBytes);
        const auto got = co_await runtime::read_some(stream, std::span(buffer).subspan(old_size));
        if (!got) co_return fail(got.error());
        if (*got == 0) co_return fail(Errc::connection_lost, "the server closed the connection");
        buffer.resize(old_size + *got);
    }
    co_return replies;
}

runtime::Task<Result<std::vector<RedisReply>>> exchange(runtime::Worker& worker,
                                                        runtime::Endpoint node, std::string bytes,
                                                        std::size_t count, Duration patience) {
    const SteadyTime deadline = worker.now() + patience;
    auto connected = co_await worker.connect(node, deadline);
    if (!connected) co_return fail(std::move(connected.error()));
    const std::unique_ptr<runtime::Stream> stream = std::move(*connected);
    const auto limit = worker.make_timer([&stream] { stream->close(); });
    limit->arm(deadline);
    auto wrote = co_await runtime::write_all(*stream, bytes);
    if (!wrote) co_return fail(std::move(wrote.error()));
    auto got = co_await replies(*stream, count);
    if (!got && got.error().code == Errc::cancelled) {
        co_return fail(Errc::timed_out, to_string(node) + " does not answer");
    }
    co_return got;
}

runtime::Task<> ask_one(runtime::Worker& worker, runtime::Endpoint node, std::string bytes,
                        std::size_t count, Duration patience, bool& all) {
    const auto replies =
        co_await exchange(worker, std::move(node), std::move(bytes), count, patience);
    all = all && replies && std::ranges::none_of(*replies, &RedisReply::is_error);
}

}  // namespace

bool ask_at_once(ControlThread& control, const std::vector<runtime::Endpoint>& nodes,
                 const std::vector<RedisCommand>& commands, Duration patience) {
    bool all = true;
    control.run([&](runtime::Worker& worker) {
        std::vector<runtime::Task<>> asked;
        for (const runtime::Endpoint& node : nodes) {
            asked.push_back(
                ask_one(worker, node, encoded(commands), commands.size(), patience, all));
        }
        return runtime::when_all(worker, std::move(asked));
    });
    return all;
}

Result<std::vector<RedisReply>> ask_redis(ControlThread& control, const runtime::Endpoint& node,
                                          const std::vector<RedisCommand>& commands,
                                          Duration patience) {
    return control.run([&](runtime::Worker& worker) {
        return exchange(worker, node, encoded(commands), commands.size(), patience);
    });
}

Result<RedisReply> command_redis(ControlThread& control, const runtime::Endpoint& node,
                                 const RedisCommand& command, Duration patience) {
    auto replies = ask_redis(control, node, {command}, patience);
    if (!replies) return fail(std::move(replies.error()));
    RedisReply& reply = replies->front();
    if (!reply.is_error()) return std::move(reply);
    return fail(Errc::refused, to_string(node) + " to " + command.front() + ": " + reply.text);
}

}  // namespace aside::lab
