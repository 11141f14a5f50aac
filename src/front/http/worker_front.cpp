#include "front/http/worker_front.h"

#include <algorithm>

#include "front/http/connection.h"
#include "wire/http_date.h"

namespace aside::front {

WorkerFront::WorkerFront(runtime::Worker& worker, Service& service, Handler& handler,
                         const ServerOptions& options, FrontMetrics& metrics,
                         std::atomic<unsigned>& connections_everywhere)
    : worker_(worker),
      service_(service),
      handler_(handler),
      options_(options),
      metrics_(metrics),
      connections_everywhere_(connections_everywhere),
      sweep_timer_(worker.make_timer([this] { sweep(); })) {
    constexpr std::string_view kEmpty = "Date: Ddd, dd Mmm yyyy hh:mm:ss GMT\r\n";
    std::ranges::copy(kEmpty, date_.begin());
}

WorkerFront::~WorkerFront() = default;

std::string_view WorkerFront::date_line(SteadyTime now) {
    if (now >= date_until_ || !date_known_) {
        const WallTime wall = worker_.wall_now();
        const auto date = wire::http_date(wall);
        std::ranges::copy(date, date_.begin() + 6);
        const auto next_second =
            std::chrono::floor<std::chrono::seconds>(wall) + std::chrono::seconds(1);
        date_until_ = now + (next_second - wall);
        date_known_ = true;
    }
    return {date_.data(), date_.size()};
}

void WorkerFront::add(Connection& connection) {
    connection.next_ = first_;
    connection.previous_ = nullptr;
    if (first_) first_->previous_ = &connection;
    first_ = &connection;
    if (connection_count_++ == 0) sweep_timer_->arm(worker_.now() + kSweepEvery);
}

void WorkerFront::remove(Connection& connection) {
    if (connection.next_) connection.next_->previous_ = connection.previous_;
    (connection.previous_ ? connection.previous_->next_ : first_) = connection.next_;
    connections_everywhere_.fetch_sub(1, std::memory_order_relaxed);
    if (--connection_count_ == 0) sweep_timer_->disarm();
}

void WorkerFront::sweep() {
    const SteadyTime now = worker_.now();
    for (Connection* each = first_; each; each = each->next_) {
        if (each->deadline_ <= now) each->time_out();
    }
    shed_slow_readers();
    if (connection_count_ > 0) sweep_timer_->arm(now + kSweepEvery);
}

void WorkerFront::start_draining() {
    draining_ = true;
    for (Connection* each = first_; each; each = each->next_) each->end_soon_if_idle();
}

void WorkerFront::close_all() {
    for (Connection* each = first_; each; each = each->next_) each->close();
}

Connection* WorkerFront::slowest_reader() {
    Connection* slowest = nullptr;
    for (Connection* each = first_; each; each = each->next_) {
        if (!each->is_blocked()) continue;
        if (!slowest || each->blocked_since_ < slowest->blocked_since_) slowest = each;
    }
    return slowest;
}

// A connection that was closed gives its bytes back when its coroutine ends; they count as gone.
std::uint64_t WorkerFront::leaving_bytes() const {
    std::uint64_t bytes = 0;
    for (const Connection* each = first_; each; each = each->next_)
        bytes += each->closed_ ? each->held_bytes() : 0;
    return bytes;
}

void WorkerFront::shed_slow_readers() {
    const std::uint64_t lent = service_.lent_bytes();
    const std::uint64_t most = service_.lent_max_bytes();
    if (lent <= most) return;
    std::uint64_t leaving = leaving_bytes();
    while (lent > most + leaving) {
        Connection* slowest = slowest_reader();
        if (!slowest) return;
        metrics_.ended(worker_.index(), Ended::slowest_reader);
        leaving += slowest->held_bytes();
        slowest->close();
    }
}

}  // namespace aside::front
