// What the connections of one worker on one port share: options, scratch memory, the present date
// line, and the list of connections that the sweep looks at for deadlines.
//
// One sweep over a list instead of a timer per connection: re-arming costs a store, and a deadline
// is kept to within kSweepEvery. Thread rule: the worker's. Ownership: connections own themselves
// (their coroutine does) and leave the list when they end.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "front/http/exchange.h"
#include "front/http/front_metrics.h"
#include "front/http/options.h"
#include "front/http/outbox.h"

namespace aside::front {

class Connection;

class WorkerFront {
  public:
    WorkerFront(runtime::Worker& worker, Service& service, Handler& handler,
                const ServerOptions& options, FrontMetrics& metrics,
                std::atomic<unsigned>& connections_everywhere);
    ~WorkerFront();  // REQUIRES: no connection is left
    WorkerFront(const WorkerFront&) = delete;

    runtime::Worker& worker() { return worker_; }
    Service& service() { return service_; }
    Handler& handler() { return handler_; }
    const ServerOptions& options() const { return options_; }
    FrontMetrics& metrics() { return metrics_; }
    OutboxPool& outboxes() { return outboxes_; }
    Scratch& scratch() { return scratch_; }
    // "Date: …\r\n" as of `now`, put together once a second.
    std::string_view date_line(SteadyTime now);

    const bool& draining() const { return draining_; }
    std::size_t connections() const { return connection_count_; }

    void add(Connection& connection);
    void remove(Connection& connection);

    // No connection outlives its next answer from here on. Idle ones have kDrainGrace left: a
    // client that keeps asking then learns of the end from an answer, not from a connection that
    // breaks under its request.
    void start_draining();
    // How long to wait for a request, `usual` in usual times.
    Duration patience(Duration usual) const {
        return draining_ ? std::min(usual, kDrainGrace) : usual;
    }
    void close_all();
    // While answers hold more evicted bytes than memory.lent_max: ends the connection that has kept
    // its answer waiting longest, and so on.
    void shed_slow_readers();

  private:
    static constexpr Duration kSweepEvery = std::chrono::milliseconds(250);
    static constexpr Duration kDrainGrace = std::chrono::milliseconds(200);

    void sweep();
    Connection* slowest_reader();
    std::uint64_t leaving_bytes() const;

    runtime::Worker& worker_;
    Service& service_;
    Handler& handler_;
    const ServerOptions& options_;
    FrontMetrics& metrics_;
    std::atomic<unsigned>& connections_everywhere_;

    OutboxPool outboxes_;
    Scratch scratch_;
    std::array<char, 6 + 29 + 2> date_;
    SteadyTime date_until_{};
    bool date_known_ = false;

    Connection* first_ = nullptr;
    std::size_t connection_count_ = 0;
    bool draining_ = false;
    std::unique_ptr<runtime::Timer> sweep_timer_;
};

}  // namespace aside::front
