#include "http_client/connection.h"

#include <algorithm>

namespace aside::http_client {
namespace {

// Takes `bytes` off the front of the pieces.
void drop_front(std::array<std::string_view, 2>& pieces, std::size_t bytes) {
    for (std::string_view& piece : pieces) {
        const std::size_t dropped = std::min(bytes, piece.size());
        piece.remove_prefix(dropped);
        bytes -= dropped;
    }
}

}  // namespace

struct Connection::Progress {
    Connection& connection;
    bool await_ready() const noexcept { return !connection.reading_; }
    void await_suspend(std::coroutine_handle<> frame) { connection.waiting_ = frame; }
    void await_resume() const noexcept {}
};

Connection::Connection(runtime::Worker& worker, std::unique_ptr<runtime::Stream> stream,
                       ConnectionOwner& owner)
    : worker_(worker),
      stream_(std::move(stream)),
      owner_(owner),
      opened_at_(worker.now()),
      deadline_(worker.make_timer([this] {
          late_ = true;
          close();
      })) {}

void Connection::start() {
    start_read();
}

void Connection::close() {
    closed_ = true;
    resting_ = false;
    deadline_->disarm();
    stream_->close();
}

void Connection::start_read() {
    reading_ = true;
    worker_.spawn(read_once(shared_from_this()));
}

runtime::Task<> Connection::read_once(std::shared_ptr<Connection> self) {
    auto received = co_await runtime::read_some(*self->stream_, self->buffer_);
    self->received_ = std::move(received);
    self->reading_ = false;
    if (self->resting_) {
        self->owner_.idle_ended(*self);
    } else {
        self->wake();
    }
}

void Connection::start_wait_writable() {
    waiting_writable_ = true;
    worker_.spawn(wait_writable_once(shared_from_this()));
}

runtime::Task<> Connection::wait_writable_once(std::shared_ptr<Connection> self) {
    const auto ended = co_await runtime::writable(*self->stream_);
    (void)ended;  // the next write tells
    self->waiting_writable_ = false;
    self->wake();
}

void Connection::wake() {
    if (waiting_) std::exchange(waiting_, nullptr).resume();
}

runtime::Task<Result<HttpAnswer>> Connection::exchange(const HttpCall& call) {
    const auto self = shared_from_this();
    ++exchanges_;
    exchange_began_ = worker_.now();
    resting_ = reusable_ = answer_begun_ = false;
    if (closed_) co_return fail(Errc::cancelled, "the connection was closed");
    // What was said before this request was sent is no answer to it.
    if (exchanges_ > 1 && !reading_) {
        co_return fail(Errc::connection_lost, "the connection ended while it was kept");
    }
    deadline_->arm(call.deadline);
    const Result<bool> sent = co_await send(call);
    wire::ResponseReader reader(call.limits, call.head.starts_with("HEAD "));
    // A server that refuses early has answered though it did not read all: so read before judging.
    Result<bool> received = co_await receive(reader);
    deadline_->disarm();
    answer_begun_ = reader.begun();
    if (late_) co_return fail(Errc::timed_out, "no answer in time");
    if (!received) co_return fail(std::move(received.error()));
    reusable_ = *received && sent && *sent && reader.keep_alive() && !closed_;
    if (reusable_) start_read();
    HttpAnswer answer{std::move(reader.head()), reader.take_body()};
    co_return answer;
}

// False: the server spoke before all was sent.
runtime::Task<Result<bool>> Connection::send(const HttpCall& call) {
    std::array<std::string_view, 2> pieces = {call.head, call.body};
    while (!pieces[0].empty() || !pieces[1].empty()) {
        if (!reading_) co_return false;
        const auto wrote = stream_->try_write(pieces);
        if (!wrote) co_return fail(wrote.error());
        drop_front(pieces, *wrote);
        if (pieces[0].empty() && pieces[1].empty()) break;
        if (!waiting_writable_) start_wait_writable();
        co_await Progress{*this};
    }
    co_return true;
}

// False: the connection ended with the answer, or something came behind it.
runtime::Task<Result<bool>> Connection::receive(wire::ResponseReader& reader) {
    for (;;) {
        while (reading_) co_await Progress{*this};
        if (!received_) co_return fail(received_.error());
        if (*received_ == 0) {
            auto ended = reader.end_of_stream();
            if (!ended) co_return fail(std::move(ended.error()));
            co_return false;
        }
        const auto used = reader.feed({buffer_.data(), *received_});
        if (!used) co_return fail(used.error());
        if (reader.done()) co_return *used == *received_;
        start_read();
    }
}

}  // namespace aside::http_client
