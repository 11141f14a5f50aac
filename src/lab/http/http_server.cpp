#include "lab/http/http_server.h"

namespace aside::lab {

namespace {

constexpr Duration kPauseWhenOverloaded = std::chrono::milliseconds(50);  // no descriptors left

HttpReply refusal_reply(const wire::Refusal& refusal) {
    return {.status = refusal.status,
            .content_type = "text/plain",
            .body = std::string(refusal.why) + "\n"};
}

}  // namespace

Result<runtime::Endpoint> HttpServer::listen(const runtime::Endpoint& endpoint) {
    auto listener = worker_.listen(endpoint);
    if (!listener) return fail(std::move(listener.error()));
    listener_ = std::move(*listener);
    worker_.spawn(accept(*listener_));
    return listener_->local();
}

void HttpServer::close() {
    ++life_;
    listener_.reset();
    close_connections();
}

void HttpServer::close_connections() {
    for (runtime::Stream* const stream : streams_) stream->close();
}

runtime::Task<> HttpServer::accept(runtime::Listener& listener) {
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

runtime::Task<> HttpServer::serve(std::unique_ptr<runtime::Stream> stream) {
    streams_.insert(stream.get());
    {
        RequestReader reader(worker_, *stream, limits_);
        bool more = true;
        while (more) more = co_await service_.answer(*stream, reader);
        stream->close();
        co_await reader.settled();
    }
    streams_.erase(stream.get());
}

runtime::Task<bool> ReplyService::answer(runtime::Stream& stream, RequestReader& reader) {
    auto request = co_await reader.next();
    if (!request) {
        co_await refuse(stream, reader, request.error());
        co_return false;
    }
    const bool keep_alive = request->keep_alive;
    const auto reply = co_await reply_to(std::move(*request));
    const std::string text = http_text(reply, keep_alive);
    const auto written = co_await runtime::write_all(stream, text);
    co_return written&& keep_alive;
}

runtime::Task<> refuse(runtime::Stream& stream, RequestReader& reader, wire::Refusal refusal) {
    if (refusal.status == 0) co_return;
    const std::string text = http_text(refusal_reply(refusal), false);
    const auto said = co_await runtime::write_all(stream, text);
    if (said) co_await reader.linger();
}

}  // namespace aside::lab
