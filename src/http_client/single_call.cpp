#include "http_client/single_call.h"

#include <array>

namespace aside::http_client {

namespace {

std::string as_text(const SingleCall& call) {
    std::string text = call.method + " " + call.target + " HTTP/1.1\r\nHost: ";
    text.append(to_string(call.to)).append("\r\nConnection: close\r\n");
    if (!call.token.empty())
        text.append("Authorization: Bearer ").append(call.token).append("\r\n");
    if (!call.body.empty()) {
        text.append("Content-Type: application/json\r\nContent-Length: ");
        text.append(std::to_string(call.body.size())).append("\r\n");
    }
    return text.append("\r\n").append(call.body);
}

runtime::Task<Result<HttpAnswer>> read_answer(runtime::Stream& stream, bool to_head) {
    wire::ResponseReader reader({.body_bytes = kSingleAnswerMaxBytes}, to_head);
    std::array<char, 16384> buffer;
    while (!reader.done()) {
        const auto got = co_await read_some(stream, buffer);
        if (!got) co_return fail(got.error());
        if (*got > 0) {
            const auto fed = reader.feed({buffer.data(), *got});
            if (!fed) co_return fail(fed.error());
        } else {
            const auto ended = reader.end_of_stream();
            if (!ended) co_return fail(ended.error());
        }
    }
    co_return HttpAnswer{std::move(reader.head()), reader.take_body()};
}

}  // namespace

runtime::Task<Result<HttpAnswer>> call_once(runtime::Worker& worker, SingleCall call,
                                            Duration limit) {
    const SteadyTime deadline = worker.now() + limit;
    const auto connected = co_await worker.connect(call.to, deadline);
    if (!connected) co_return fail(connected.error());
    runtime::Stream& stream = **connected;
    bool late = false;
    const auto timer = worker.make_timer([&] {
        late = true;
        stream.close();
    });
    timer->arm(deadline);
    const auto sent = co_await write_all(stream, as_text(call));
    // A server that refused early has answered, though it did not read all: so read before judging.
    auto answer = co_await read_answer(stream, call.method == "HEAD");
    timer->disarm();
    if (late) co_return fail(Errc::timed_out, "no answer in time");
    if (!answer && !sent) co_return fail(sent.error());
    co_return answer;
}

}  // namespace aside::http_client
