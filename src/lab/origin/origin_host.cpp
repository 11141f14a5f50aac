#include "lab/origin/origin_host.h"

#include "lab/origin/request_reader.h"

namespace aside::lab {

namespace {

constexpr Duration kPauseWhenOverloaded = std::chrono::milliseconds(50);  // no descriptors left

HttpReply refusal_reply(const wire::Refusal& refusal) {
    return {.status = refusal.status,
            .content_type = "text/plain",
            .body = std::string(refusal.why) + "\n"};
}

}  // namespace

Result<runtime::Endpoint> OriginHost::listen(const runtime::Endpoint& endpoint) {
    auto listener = worker_.listen(endpoint);
    if (!listener) return fail(std::move(listener.error()));
    listener_ = std::move(*listener);
    worker_.spawn(accept(*listener_));
    return listener_->local();
}

void OriginHost::close() {
    ++life_;
    listener_.reset();
    for (runtime::Stream* const stream : streams_) stream->close();
}

runtime::Task<> OriginHost::accept(runtime::Listener& listener) {
    const std::uint64_t life = life_;
    while (life_ == life) {
        auto stream = co_await listener.accept();
        if (stream) {
            accepted_.fetch_add(1, std::memory_order_relaxed);
            if (streams_.size() < kMostConnections) worker_.spawn(serve(std::move(*stream)));
            continue;
        }
        if (stream.error().code != Errc::overloaded) co_return;
        co_await runtime::sleep_for(worker_, kPauseWhenOverloaded);
    }
}

runtime::Task<> OriginHost::serve(std::unique_ptr<runtime::Stream> stream) {
    streams_.insert(stream.get());
    {
        RequestReader reader(worker_, *stream);
        bool more = true;
        while (more) more = co_await answer(*stream, reader);
        stream->close();
        co_await reader.settled();
    }
    streams_.erase(stream.get());
}

runtime::Task<bool> OriginHost::answer(runtime::Stream& stream, RequestReader& reader) {
    const auto request = co_await reader.next();
    if (!request) {
        const wire::Refusal refusal = request.error();
        if (refusal.status == 0) co_return false;
        const std::string text = http_text(refusal_reply(refusal), false);
        const auto said = co_await runtime::write_all(stream, text);
        if (said) co_await reader.linger();
        co_return false;
    }
    StoreAnswer answer;
    if (request->operation.empty()) {
        answer = co_await bucket_.answer(worker_, *request);
    } else {
        answer = co_await table_.answer(worker_, *request);
    }
    bool left = reader.peer_left();
    if (answer.reply) {
        const std::string text = http_text(*answer.reply, request->keep_alive);
        const auto written = co_await runtime::write_all(stream, text);
        if (!written) left = true;
    }
    const SteadyTime now = worker_.now();
    for (OriginLoad& load : answer.loads) {
        load.ended = now;
        if (left && answer.reply) load.end = LoadEnd::abandoned;
        log_.add(load);
    }
    co_return answer.reply && !left && request->keep_alive;
}

}  // namespace aside::lab
