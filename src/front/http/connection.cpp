#include "front/http/connection.h"

#include "front/http/reply.h"

namespace aside::front {

Connection::Connection(WorkerFront& front, std::unique_ptr<runtime::Stream> stream)
    : front_(front), stream_(std::move(stream)) {
    front_.add(*this);
    enter(Phase::head, front_.patience(front_.options().header_timeout));
}

Connection::~Connection() {
    if (outbox_) front_.outboxes().give_back(std::move(outbox_));
    front_.remove(*this);
}

void Connection::enter(Phase phase, Duration limit) {
    phase_ = phase;
    deadline_ = front_.worker().now() + limit;
}

runtime::Task<> Connection::run(std::unique_ptr<Connection> self) {
    Connection& own = *self;
    Next next = Next::read;
    while (next != Next::end && !own.closed_) {
        if (next == Next::read) {
            own.expect_request();
            if (own.closed_) break;
            const Result<std::size_t> got =
                co_await runtime::read_some(*own.stream_, own.input_.space());
            if (!got || *got == 0) break;
            own.input_.filled(*got);
            next = own.answer_ready();
        } else if (next == Next::again) {
            next = own.answer_ready();
        } else if (next == Next::suspend) {
            co_await own.answer_suspended(next);
        }
        while (own.outbox_) {
            const Result<std::size_t> ready = co_await runtime::writable(*own.stream_);
            if (!ready || !own.flush()) co_return;
        }
        if (next == Next::linger) {
            co_await own.linger();
            break;
        }
    }
}

void Connection::expect_request() {
    if (input_.empty() && requests_ > 0) {
        if (phase_ != Phase::idle)
            enter(Phase::idle, front_.patience(front_.options().idle_timeout));
    } else if (phase_ != Phase::head) {
        enter(Phase::head,
              front_.options().header_timeout);  // once: the head as a whole has this long
    }
}

Connection::Next Connection::answer_ready() {
    woken_ = front_.worker().now();
    outbox_ = front_.outboxes().take();
    Next next;
    {
        const ReadSection section(front_.service().epochs(), front_.worker().index());
        next = gather(woken_);
        if (!flush()) return Next::end;
        if (outbox_) outbox_->keep();
    }
    return next;
}

Connection::Next Connection::gather(SteadyTime now) {
    const ServerOptions& options = front_.options();
    for (;;) {
        if (unsent_ >= options.max_pipelined ||
            outbox_->pending_bytes() >= options.max_pending_bytes)
            return Next::again;
        const std::size_t head_bytes = wire::find_head_end(input_.bytes(), scanned_);
        if (head_bytes == 0) {
            if (auto over = wire::over_limit(input_.bytes(), options.head))
                return refuse(*over, now);
            return Next::read;
        }
        const Next next = answer_at_once(head_bytes, now);
        if (next != Next::again) return next;
    }
}

bool Connection::is_last(const wire::RequestHead& head) const {
    const std::uint64_t most = front_.options().max_requests;
    return !head.keep_alive || (most != 0 && requests_ + 1 >= most);
}

Connection::Next Connection::answer_at_once(std::size_t head_bytes, SteadyTime now) {
    const auto head = wire::parse_head(input_.bytes().substr(0, head_bytes), front_.options().head);
    if (!head) return refuse(head.error(), now);
    Exchange exchange{.worker = front_.worker(),
                      .head = *head,
                      .outbox = *outbox_,
                      .date = front_.date_line(now),
                      .scratch = &front_.scratch(),
                      .now = now,
                      .draining = front_.draining(),
                      .close = is_last(*head) || head->has_body()};
    if (!front_.handler().answer_at_once(exchange)) {
        head_bytes_ = static_cast<std::uint32_t>(head_bytes);
        body_follows_ = head->has_body();
        return Next::suspend;
    }
    return after(exchange, head_bytes, true);
}

Connection::Next Connection::after(const Exchange& exchange, std::size_t head_bytes, bool unread) {
    front_.metrics().answered(front_.worker().index(), exchange.status);
    input_.consume(head_bytes);
    scanned_ = 0;
    ++requests_;
    ++unsent_;
    if (!exchange.is_last()) return Next::again;
    // Unread bytes would turn our close into a reset that can overtake the answer; and a client
    // that does not expect the end may be sending more.
    const bool left =
        (unread && exchange.head.has_body()) || !input_.empty() || exchange.head.keep_alive;
    return left ? Next::linger : Next::end;
}

Connection::Next Connection::refuse(const wire::Refusal& refusal, SteadyTime now) {
    const wire::RequestHead nothing;
    Exchange exchange{.worker = front_.worker(),
                      .head = nothing,
                      .outbox = *outbox_,
                      .date = front_.date_line(now),
                      .now = now,
                      .draining = front_.draining(),
                      .close = true};
    reply_problem(exchange, {.status = refusal.status, .detail = std::string(refusal.why)});
    front_.metrics().answered(front_.worker().index(), refusal.status);
    front_.metrics().ended(front_.worker().index(), Ended::refused);
    ++unsent_;
    return Next::linger;
}

// Writes what the peer takes. False: the connection is lost. Afterwards there is an outbox only if
// something is left in it.
bool Connection::flush() {
    const auto written = outbox_->write(*stream_);
    if (!written) {
        lose();
        return false;
    }
    front_.metrics().sent(front_.worker().index(), *written);
    if (outbox_->pending_bytes() == 0) {
        sent_all();
        return true;
    }
    const bool newly = phase_ != Phase::sending;
    if (newly || *written > 0) enter(Phase::sending, front_.options().send_timeout);
    if (newly) {
        blocked_since_ = front_.worker().now();
        front_.shed_slow_readers();
    }
    if (closed_) lose();
    return !closed_;
}

// What was to be said cannot be: values borrowed in the present ReadSection must not outlive it.
void Connection::lose() {
    front_.outboxes().give_back(std::move(outbox_));
    close();
}

void Connection::sent_all() {
    front_.outboxes().give_back(std::move(outbox_));
    if (unsent_ == 0) return;
    const SteadyTime now = front_.worker().now();
    for (; unsent_ > 0; --unsent_) front_.metrics().took(front_.worker().index(), now - woken_);
    phase_ = Phase::idle;
    deadline_ = now + front_.patience(front_.options().idle_timeout);
}

}  // namespace aside::front
