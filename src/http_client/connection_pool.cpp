#include "http_client/connection_pool.h"

#include <algorithm>

namespace aside::http_client {

// Lives in the frame of who waits.
struct ConnectionPool::Waiter {
    Waiter(ConnectionPool& of, SteadyTime until)
        : pool(of), deadline(until), timer(of.worker_.make_timer([this] { give_up(); })) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> suspended) {
        frame = suspended;
        pool.waiters_.push_back(this);
        timer->arm(deadline);
    }
    void await_resume() const noexcept {}

    void give_up() {
        std::erase(pool.waiters_, this);
        turn = Turn::late;
        frame.resume();
    }

    ConnectionPool& pool;
    const SteadyTime deadline;
    const std::unique_ptr<runtime::Timer> timer;
    std::coroutine_handle<> frame;
    Turn turn = Turn::waiting;
    std::shared_ptr<Connection> connection;
};

ConnectionPool::ConnectionPool(runtime::Worker& worker, const ClientOptions& options,
                               ClientMetrics& metrics)
    : worker_(worker),
      options_(options),
      metrics_(metrics),
      idle_timer_(worker.make_timer([this] { close_expired(); })) {}

ConnectionPool::~ConnectionPool() {
    close();
}

runtime::Task<Result<std::shared_ptr<Connection>>> ConnectionPool::take(SteadyTime deadline) {
    if (closed_) co_return fail(Errc::cancelled, "the client is closed");
    close_expired();
    if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        in_use_.insert(connection);
        co_return connection;
    }
    if (open_ < options_.max_connections) {
        count_open(1);
        co_return co_await dial(deadline);
    }
    if (waiters_.size() >= options_.max_waiting) {
        metrics_.refused.add(worker_.index());
        co_return fail(Errc::overloaded, "too many calls wait for a connection");
    }
    Waiter waiter(*this, deadline);
    co_await waiter;
    switch (waiter.turn) {
        case Turn::connection:
            co_return std::move(waiter.connection);
        case Turn::may_dial:
            co_return co_await dial(deadline);
        case Turn::cancelled:
            co_return fail(Errc::cancelled, "the client is closed");
        default:
            metrics_.refused.add(worker_.index());
            co_return fail(Errc::overloaded, "no connection became free in time");
    }
}

// Its place has been counted.
runtime::Task<Result<std::shared_ptr<Connection>>> ConnectionPool::dial(SteadyTime deadline) {
    metrics_.dials.add(worker_.index());
    const SteadyTime until = std::min(deadline, worker_.now() + options_.connect_timeout);
    auto stream = co_await worker_.connect(options_.endpoint, until, options_.connect);
    if (!stream || closed_) {
        metrics_.dials_failed.add(worker_.index());
        slot_freed();
        if (!stream) co_return fail(std::move(stream.error()));
        co_return fail(Errc::cancelled, "the client is closed");
    }
    ConnectionOwner& owner = *this;
    auto connection = std::make_shared<Connection>(worker_, std::move(*stream), owner);
    connection->start();
    in_use_.insert(connection);
    co_return connection;
}

void ConnectionPool::give_back(const std::shared_ptr<Connection>& connection) {
    const SteadyTime now = worker_.now();
    const bool too_old = now - connection->opened_at() >= options_.max_age;
    const bool suspect = connection->exchange_began() <= thawed_at_;
    if (closed_ || too_old || suspect || !connection->reusable()) return release(connection);
    if (Waiter* const waiter = next_waiter(Turn::connection)) {
        waiter->connection = connection;  // stays in use
        return;
    }
    in_use_.erase(connection);
    connection->rest(now);
    idle_.push_back(connection);
    if (idle_.size() == 1) idle_timer_->arm(now + options_.idle_timeout);
}

void ConnectionPool::release(const std::shared_ptr<Connection>& connection) {
    connection->close();
    in_use_.erase(connection);
    slot_freed();
}

void ConnectionPool::slot_freed() {
    // Who waits longest takes the place over.
    if (!next_waiter(Turn::may_dial)) count_open(-1);
}

void ConnectionPool::count_open(std::int64_t change) {
    open_ += static_cast<std::size_t>(change);
    metrics_.open += change;
}

ConnectionPool::Waiter* ConnectionPool::next_waiter(Turn turn) {
    if (waiters_.empty()) return nullptr;
    Waiter* const next = waiters_.front();
    waiters_.pop_front();
    next->turn = turn;
    next->timer->disarm();
    worker_.post([frame = next->frame] { frame.resume(); });
    return next;
}

void ConnectionPool::idle_ended(Connection& connection) {
    const auto self = connection.shared_from_this();
    std::erase(idle_, self);
    release(self);
}

void ConnectionPool::close_idle() {
    for (const auto& connection : std::exchange(idle_, {})) release(connection);
}

void ConnectionPool::thawed(SteadyTime at) {
    if (at <= thawed_at_) return;
    thawed_at_ = at;
    close_idle();
}

void ConnectionPool::close_expired() {
    const SteadyTime now = worker_.now();
    while (!idle_.empty() && now - idle_.front()->resting_since() >= options_.idle_timeout) {
        const auto connection = std::move(idle_.front());
        idle_.erase(idle_.begin());
        release(connection);
    }
    if (!idle_.empty()) idle_timer_->arm(idle_.front()->resting_since() + options_.idle_timeout);
}

void ConnectionPool::close() {
    closed_ = true;
    idle_timer_->disarm();
    while (next_waiter(Turn::cancelled)) {
    }
    close_idle();
    // Their exchanges end, and give them back.
    for (const auto& connection : in_use_) connection->close();
}

}  // namespace aside::http_client
