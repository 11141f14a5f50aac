#include "lab/origin/origin_host.h"

namespace aside::lab {

namespace {

OriginRequest origin_request(ServedRequest request) {
    return {.method = request.method,
            .keep_alive = request.keep_alive,
            .target = std::move(request.target),
            .if_none_match = std::move(request.if_none_match),
            .operation = std::string(request.field("x-amz-target")),
            .body = std::move(request.body)};
}

}  // namespace

runtime::Task<bool> OriginHost::answer(runtime::Stream& stream, RequestReader& reader) {
    auto served = co_await reader.next();
    if (!served) {
        co_await refuse(stream, reader, served.error());
        co_return false;
    }
    const OriginRequest request = origin_request(std::move(*served));
    StoreAnswer answer;
    if (request.operation.empty()) {
        answer = co_await bucket_.answer(worker_, request);
    } else {
        answer = co_await table_.answer(worker_, request);
    }
    bool left = reader.peer_left();
    if (answer.reply) {
        const std::string text = http_text(*answer.reply, request.keep_alive);
        const auto written = co_await runtime::write_all(stream, text);
        if (!written) left = true;
    }
    const SteadyTime now = worker_.now();
    for (OriginLoad& load : answer.loads) {
        load.ended = now;
        if (left && answer.reply) load.end = LoadEnd::abandoned;
        log_.add(load);
    }
    co_return answer.reply && !left && request.keep_alive;
}

}  // namespace aside::lab
