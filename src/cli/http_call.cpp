#include "cli/http_call.h"

#include <array>
#include <charconv>

namespace aside::cli {

namespace {

std::string as_text(const HttpCall& request) {
    std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: ";
    text.append(to_string(request.to)).append("\r\nConnection: close\r\n");
    if (!request.token.empty())
        text.append("Authorization: Bearer ").append(request.token).append("\r\n");
    text.append("Content-Type: application/json\r\nContent-Length: ");
    text.append(std::to_string(request.body.size())).append("\r\n\r\n");
    return text += request.body;
}

// "HTTP/1.1 200 OK\r\n…\r\n\r\nbody"
Result<HttpReply> parse(std::string_view text) {
    constexpr std::string_view kVersion = "HTTP/1.1 ";
    const auto end = text.find("\r\n\r\n");
    if (!text.starts_with(kVersion) || end == std::string_view::npos) {
        return fail(Errc::protocol, "not an answer of Aside's admin port");
    }
    HttpReply reply;
    const std::string_view status = text.substr(kVersion.size(), 3);
    std::from_chars(status.data(), status.data() + status.size(), reply.status);
    reply.body = text.substr(end + 4);
    return reply;
}

runtime::Task<Result<std::string>> read_all(runtime::Stream& stream) {
    std::string text;
    std::array<char, 16384> buffer;
    for (;;) {
        const auto got = co_await read_some(stream, buffer);
        if (!got) co_return fail(got.error());
        if (*got == 0) co_return text;
        text.append(buffer.data(), *got);
        if (text.size() > kMaxReplyBytes) co_return fail(Errc::too_large, "the answer has no end");
    }
}

}  // namespace

runtime::Task<Result<HttpReply>> call(runtime::Worker& worker, HttpCall request, Duration limit) {
    const SteadyTime deadline = worker.now() + limit;
    const auto connected = co_await worker.connect(request.to, deadline);
    if (!connected) co_return fail(connected.error());
    runtime::Stream& stream = **connected;
    bool late = false;
    const auto timer = worker.make_timer([&] {
        late = true;
        stream.close();
    });
    timer->arm(deadline);
    const auto sent = co_await write_all(stream, as_text(request));
    // A server that refused early has answered, though it did not read all: so read before judging.
    const auto text = co_await read_all(stream);
    timer->disarm();
    if (late) co_return fail(Errc::timed_out, "no answer in time");
    if (!text) co_return fail(sent ? text.error() : sent.error());
    co_return parse(*text);
}

}  // namespace aside::cli
