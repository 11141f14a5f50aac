// The part of a connection that waits: bodies of requests, answers that are not in memory, the end,
// and what the sweep does to it.
#include "front/http/connection.h"
#include "front/http/reply.h"

namespace aside::front {
namespace {

constexpr std::size_t kBodyReadBytes = 16 * 1024;
// Many a client sends the whole body before it reads a word; http.linger_timeout bounds it as well.
constexpr std::uint64_t kMostLingeringBytes = 64 * 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kTimeout =
    "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json\r\n"
    "Content-Length: 61\r\nConnection: close\r\n\r\n"
    R"({"type":"about:blank","title":"Request Timeout","status":408})";

}  // namespace

runtime::Task<> Connection::answer_suspended(Next& next) {
    // From here on nothing before the head's end moves: the exchange has views of it.
    if (body_follows_) input_.settle(kBodyReadBytes);
    const auto parsed =
        wire::parse_head(input_.bytes().substr(0, head_bytes_), front_.options().head);
    const wire::RequestHead& head = *parsed;  // it parsed before
    std::string body;
    if (body_follows_) {
        auto read = co_await read_body(head);
        if (!read) {
            next = refuse_body(read.error());
            co_return;
        }
        body = std::move(*read);
        woken_ = front_.worker().now();
    }
    phase_ = Phase::answering;
    deadline_ = kNever;  // the service keeps the request's own
    outbox_ = front_.outboxes().take();
    Exchange exchange{.worker = front_.worker(),
                      .head = head,
                      .outbox = *outbox_,
                      .date = front_.date_line(woken_),
                      .now = woken_,
                      .draining = front_.draining(),
                      .close = is_last(head),
                      .body = std::move(body)};
    co_await front_.handler().answer(exchange);
    next = after(exchange, head_bytes_, /*unread=*/false);
    if (!flush()) next = Next::end;
}

Connection::Next Connection::refuse_body(const wire::Refusal& refusal) {
    if (refusal.status == 0) return Next::end;
    outbox_ = front_.outboxes().take();
    const Next next = refuse(refusal, front_.worker().now());
    return flush() ? next : Next::end;
}

// The body, or why not; status 0: the connection is lost.
runtime::Task<std::expected<std::string, wire::Refusal>> Connection::read_body(
    const wire::RequestHead& head) {
    constexpr wire::Refusal kLost{0, ""};
    enter(Phase::body, front_.options().body_timeout);
    wire::BodyDecoder decoder(head, front_.handler().max_body_bytes());
    bool said_continue = !head.expects_continue;
    for (;;) {
        const auto used = decoder.feed(input_.bytes().substr(head_bytes_));
        if (!used) co_return std::unexpected(used.error());
        input_.erase_behind(head_bytes_, *used);
        if (decoder.done()) co_return decoder.take();
        if (!std::exchange(said_continue, true)) {
            const Result<void> said = co_await runtime::write_all(*stream_, kContinue);
            if (!said) co_return std::unexpected(kLost);
        }
        const Result<std::size_t> got =
            co_await runtime::read_some(*stream_, input_.settled_space());
        if (!got || *got == 0 || closed_) co_return std::unexpected(kLost);
        input_.filled(*got);
    }
}

// Lets the peer read our last answer: closing with unread bytes would reset the connection under
// it.
runtime::Task<> Connection::linger() {
    stream_->shutdown_send();
    enter(Phase::lingering, front_.options().linger_timeout);
    std::uint64_t passed_over = 0;
    input_.consume(input_.bytes().size());
    while (passed_over < kMostLingeringBytes && !closed_) {
        const Result<std::size_t> got = co_await runtime::read_some(*stream_, input_.space());
        if (!got || *got == 0) co_return;
        passed_over += *got;
    }
}

void Connection::time_out() {
    if (closed_) return;
    if (front_.draining() && awaits_request()) return close();
    const auto ended = [&](Ended why) { front_.metrics().ended(front_.worker().index(), why); };
    switch (phase_) {
        case Phase::head:
        case Phase::body: {
            ended(phase_ == Phase::head ? Ended::header_timeout : Ended::body_timeout);
            if (input_.empty()) break;  // it never said anything
            front_.metrics().answered(front_.worker().index(), 408);
            (void)stream_->try_write(
                std::span(&kTimeout, 1));  // as far as it goes: the connection ends either way
            break;
        }
        case Phase::idle:
            ended(Ended::idle_timeout);
            break;
        case Phase::sending:
            ended(Ended::send_timeout);
            break;
        case Phase::answering:
        case Phase::lingering:
            break;
    }
    close();
}

bool Connection::awaits_request() const {
    return (phase_ == Phase::idle || phase_ == Phase::head) && input_.empty();
}

void Connection::end_soon_if_idle() {
    if (awaits_request()) enter(phase_, front_.patience(deadline_ - front_.worker().now()));
}

void Connection::close() {
    if (std::exchange(closed_, true)) return;
    stream_->close();
}

}  // namespace aside::front
