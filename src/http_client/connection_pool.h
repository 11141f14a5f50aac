// The connections of one worker to one server: a bound on their number, and a queue before it.
//
// The one used last is used first, so that those not needed grow idle and are closed. Who finds
// all in use waits his turn, up to his deadline. Thread rule: one worker. Ownership: must outlive
// the calls that use it; close() ends them.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "http_client/client_metrics.h"
#include "http_client/connection.h"
#include "http_client/options.h"

namespace aside::http_client {

class ConnectionPool final : ConnectionOwner {
  public:
    ConnectionPool(runtime::Worker& worker, const ClientOptions& options, ClientMetrics& metrics);
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool&) = delete;

    // A connection that nobody else uses until give_back. Errors: those of Worker::connect;
    // overloaded (none became free by the deadline, or too many wait already); cancelled (closed).
    runtime::Task<Result<std::shared_ptr<Connection>>> take(SteadyTime deadline);
    void give_back(const std::shared_ptr<Connection>& connection);
    // One of them was found to be gone: those that have rested since then are hardly better.
    void close_idle();
    // At this time the process had stood still: a connection that sat through it, idle or in an
    // exchange, may be dead, and is not used again.
    void thawed(SteadyTime at);

    // For good. What is under way ends with cancelled.
    void close();

  private:
    enum class Turn : std::uint8_t { waiting, late, cancelled, may_dial, connection };
    struct Waiter;

    runtime::Task<Result<std::shared_ptr<Connection>>> dial(SteadyTime deadline);
    void idle_ended(Connection& connection) override;
    void release(const std::shared_ptr<Connection>& connection);
    void slot_freed();
    void count_open(std::int64_t change);
    Waiter* next_waiter(Turn turn);
    void close_expired();

    runtime::Worker& worker_;
    const ClientOptions& options_;
    ClientMetrics& metrics_;
    bool closed_ = false;
    SteadyTime thawed_at_ = SteadyTime::min();
    std::size_t open_ = 0;                           // in use, idle, and being opened
    std::vector<std::shared_ptr<Connection>> idle_;  // the longest resting one first
    std::set<std::shared_ptr<Connection>> in_use_;
    std::deque<Waiter*> waiters_;
    std::unique_ptr<runtime::Timer> idle_timer_;
};

}  // namespace aside::http_client
