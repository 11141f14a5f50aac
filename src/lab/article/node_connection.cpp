#include "lab/article/node_connection.h"

#include <array>

namespace aside::lab {

using runtime::Task;

namespace {

constexpr std::size_t kReadBytes = 64UL * 1024;

}  // namespace

NodeConnection::NodeConnection(runtime::Worker& worker, runtime::Endpoint at,
                               const NodeOptions& options)
    : worker_(worker),
      at_(std::move(at)),
      options_(options),
      timer_(worker.make_timer([this] { late(); })) {}

void NodeConnection::close() {
    closed_ = true;
    if (stream_) stream_->close();
}

void NodeConnection::start(Asked& asked) {
    if (asked.asking_) send(std::array<std::string_view, 1>{"ASKING"}, nullptr);
    send(asked.words_, &asked);
    if (!dialled_) {
        dialled_ = true;
        worker_.spawn(converse(shared_from_this()));
    } else if (stream_) {
        flush();
    }
}

void NodeConnection::send(Words words, Asked* asked) {
    wire::append_resp_command(unsent_, words);
    pending_.push_back({asked, worker_.now() + options_.timeout});
    if (pending_.size() == 1) arm();
}

void NodeConnection::flush() {
    if (!writing_) worker_.spawn(write_out(shared_from_this()));
}

Task<> NodeConnection::write_out(std::shared_ptr<NodeConnection> self) {
    self->writing_ = true;
    while (!self->unsent_.empty()) {
        const std::string bytes = std::exchange(self->unsent_, {});
        const auto sent = co_await write_all(*self->stream_, bytes);
        if (!sent) {
            self->stream_->close();  // the reader tells those who wait
            break;
        }
    }
    self->writing_ = false;
}

// From the dial to the end, which is told here and nowhere else.
Task<> NodeConnection::converse(std::shared_ptr<NodeConnection> self) {
    if (self->options_.dials) self->options_.dials->add(self->worker_.index());
    auto connected = co_await self->worker_.connect(
        self->at_, self->worker_.now() + self->options_.timeout, self->options_.connect);
    if (!connected) {
        self->end(connected.error());
        co_return;
    }
    self->stream_ = std::move(*connected);
    if (self->closed_) self->stream_->close();
    if (!self->options_.password.empty()) {
        // Before everything that waits already. What comes of it is seen by what follows.
        const std::string waiting = std::exchange(self->unsent_, {});
        const std::string_view words[] = {"AUTH", self->options_.user, self->options_.password};
        wire::append_resp_command(self->unsent_, words);
        self->unsent_ += waiting;
        self->pending_.push_front({nullptr, self->worker_.now() + self->options_.timeout});
    }
    self->arm();
    self->flush();
    const Error why = co_await self->read_replies();
    self->end(why);
}

Task<Error> NodeConnection::read_replies() {
    wire::RespReader reader;
    std::string received;
    std::string buffer(kReadBytes, '\0');
    for (;;) {
        const auto got = co_await read_some(*stream_, buffer);
        if (late_) co_return Error{Errc::timed_out, "no answer in time"};
        if (closed_) co_return Error{Errc::cancelled, "closed"};
        if (!got || *got == 0) co_return Error{Errc::connection_lost, "the connection was lost"};
        received.append(buffer, 0, *got);
        std::string_view left = received;
        auto read = reader.read(left);
        for (; read == wire::RespReader::Result::frame; read = reader.read(left)) {
            if (pending_.empty()) co_return Error{Errc::protocol, "an answer nobody asked for"};
            answer(reader.root());
            left.remove_prefix(reader.frame_bytes());
        }
        if (read == wire::RespReader::Result::broken)
            co_return Error{Errc::protocol, std::string(reader.problem())};
        received.erase(0, received.size() - left.size());
    }
}

void NodeConnection::answer(const wire::RespNode& reply) {
    Asked* const asked = pending_.front().asked;
    pending_.pop_front();
    arm();
    if (!asked) return;
    asked->reply_ = &reply;
    asked->waiting_.resume();
}

void NodeConnection::end(const Error& why) {
    ended_ = true;
    timer_->disarm();
    if (stream_) stream_->close();
    for (const Pending& pending : std::exchange(pending_, {})) {
        if (!pending.asked) continue;
        pending.asked->reply_ = fail(why.code, to_string(at_) + ": " + why.detail);
        pending.asked->waiting_.resume();
    }
}

void NodeConnection::arm() {
    pending_.empty() ? timer_->disarm() : timer_->arm(pending_.front().deadline);
}

// While it is being dialled, the dial ends by itself no later.
void NodeConnection::late() {
    if (!stream_) return;
    late_ = true;
    stream_->close();
}

}  // namespace aside::lab
