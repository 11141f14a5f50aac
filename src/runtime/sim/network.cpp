#include "runtime/sim/network.h"

#include <algorithm>
#include <deque>

#include "runtime/sim/connection.h"
#include "runtime/sim/worker.h"

namespace aside::runtime {

namespace {

constexpr std::size_t kBacklog = 1024;

std::string canonical(const std::string& host) {
    return host == "localhost" ? "127.0.0.1" : host;
}
bool any_host(const std::string& host) {
    return host == "0.0.0.0" || host == "::";
}

}  // namespace

struct SimListening {
    SimWorker* worker;
    Endpoint at;
    bool closed = false;
    std::deque<std::unique_ptr<Stream>> queue;
    std::coroutine_handle<> accepting;

    void wake(Scheduler& scheduler) {
        if (!accepting) return;
        scheduler.at(scheduler.now(), static_cast<int>(worker->index()), EventKind::io,
                     [frame = std::exchange(accepting, nullptr)] { frame.resume(); });
    }
};

namespace {

struct AcceptWait {
    SimListening& listening;
    bool await_ready() const noexcept { return listening.closed || !listening.queue.empty(); }
    void await_suspend(std::coroutine_handle<> frame) { listening.accepting = frame; }
    void await_resume() const noexcept {}
};

Task<Result<std::unique_ptr<Stream>>> accept_next(SimNetwork& network,
                                                  std::shared_ptr<SimListening> listening) {
    co_await AcceptWait{*listening};
    if (listening->closed) co_return fail(Errc::cancelled, "the listener is closed");
    if (network.faults.accept_overloaded.drawn(network.random())) {
        co_return fail(Errc::overloaded, "no descriptors left");
    }
    auto stream = std::move(listening->queue.front());
    listening->queue.pop_front();
    co_return std::move(stream);
}

class SimListener final : public Listener {
  public:
    SimListener(SimNetwork& network, std::shared_ptr<SimListening> listening)
        : network_(network), listening_(std::move(listening)) {}
    ~SimListener() override { close(); }

    Task<Result<std::unique_ptr<Stream>>> accept() override {
        listening_->worker->check_thread("Listener::accept");
        return accept_next(network_, listening_);
    }
    void close() override {
        if (listening_->closed) return;
        listening_->closed = true;
        listening_->wake(network_.scheduler());
        listening_->queue.clear();
        network_.forget(*listening_);
    }
    const Endpoint& local() const override { return listening_->at; }

  private:
    SimNetwork& network_;
    std::shared_ptr<SimListening> listening_;
};

}  // namespace

Result<std::unique_ptr<Listener>> SimNetwork::listen(SimWorker& worker, const Endpoint& endpoint) {
    auto listening = std::make_shared<SimListening>();
    listening->worker = &worker;
    listening->at = {canonical(endpoint.host), endpoint.port};
    if (listening->at.port == 0) listening->at.port = next_port_++;
    for (const auto& other : listening_) {
        if (other->worker == &worker && other->at.host == listening->at.host &&
            other->at.port == listening->at.port) {
            return fail(Errc::conflict, to_string(endpoint) + " is in use");
        }
    }
    listening_.push_back(listening);
    return std::make_unique<SimListener>(*this, std::move(listening));
}

// One connect under way. Whoever ends it first, an answer or its deadline, decides.
struct SimNetwork::Attempt {
    SimWorker* worker;
    Endpoint to;
    std::coroutine_handle<> waiting;
    std::optional<Result<std::unique_ptr<Stream>>> result;
    Ticket deadline;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) { waiting = frame; }
    Result<std::unique_ptr<Stream>> await_resume() { return std::move(*result); }

    static void end(Scheduler& scheduler, const std::shared_ptr<Attempt>& attempt, SteadyTime when,
                    Result<std::unique_ptr<Stream>> result) {
        auto tell = [attempt, result = std::move(result)]() mutable {
            if (attempt->result) return;
            attempt->deadline.revoke();
            attempt->result.emplace(std::move(result));
            attempt->waiting.resume();
        };
        scheduler.at(when, static_cast<int>(attempt->worker->index()), EventKind::io,
                     std::move(tell));
    }
};

Task<Result<std::unique_ptr<Stream>>> SimNetwork::connect(SimWorker& worker, Endpoint endpoint,
                                                          SteadyTime deadline) {
    auto attempt = std::make_shared<Attempt>();
    attempt->worker = &worker;
    attempt->to = {canonical(endpoint.host), endpoint.port};
    if (deadline != kNever) {
        scheduler_.at(
            deadline, static_cast<int>(worker.index()), EventKind::timer,
            [this, attempt] {
                Attempt::end(scheduler_, attempt, scheduler_.now(),
                             fail(Errc::timed_out, "no answer from " + to_string(attempt->to)));
            },
            attempt->deadline);
    }
    scheduler_.at(scheduler_.now() + draw_latency(), kNetwork, EventKind::network,
                  [this, attempt] { arrive(attempt); });
    auto& waiting = *attempt;
    auto result = co_await waiting;
    co_return std::move(result);
}

void SimNetwork::arrive(const std::shared_ptr<Attempt>& attempt) {
    if (attempt->result || is_cut_off(attempt->to.host)) return;
    if (faults.hang_connect.drawn(random_)) return;
    const auto back = scheduler_.now() + draw_latency();
    const auto listening = pick(attempt->to);
    const bool refused = faults.refuse_connect.drawn(random_);
    if (!listening || refused || listening->queue.size() >= kBacklog) {
        return Attempt::end(scheduler_, attempt, back,
                            fail(Errc::refused, to_string(attempt->to) + " refused"));
    }
    const Endpoint client_at{"127.0.0.1", next_port_++};
    auto connection = std::make_shared<SimConnection>(*this, *attempt->worker, *listening->worker,
                                                      client_at, attempt->to);
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    connections_.push_back(connection);
    listening->queue.push_back(std::make_unique<SimStream>(connection, 1));
    listening->wake(scheduler_);
    Attempt::end(scheduler_, attempt, back, std::make_unique<SimStream>(connection, 0));
}

std::shared_ptr<SimListening> SimNetwork::pick(const Endpoint& endpoint) {
    std::vector<std::shared_ptr<SimListening>> found;
    for (const auto& listening : listening_) {
        const auto& at = listening->at;
        if (at.port == endpoint.port && (at.host == endpoint.host || any_host(at.host))) {
            found.push_back(listening);
        }
    }
    return found.empty() ? nullptr : found[random_.below(found.size())];
}

void SimNetwork::forget(const SimListening& listening) {
    std::erase_if(listening_, [&](const auto& other) { return other.get() == &listening; });
}

void SimNetwork::reset_all() {
    for (const auto& weak : connections_) {
        if (const auto connection = weak.lock()) connection->reset();
    }
}

std::size_t SimNetwork::connections() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(connections_, [](const auto& weak) { return !weak.expired(); }));
}

void SimNetwork::cut_off(const std::string& host) {
    cut_off_.push_back(canonical(host));
}
void SimNetwork::heal(const std::string& host) {
    std::erase(cut_off_, canonical(host));
}
bool SimNetwork::is_cut_off(const std::string& host) const {
    return std::ranges::find(cut_off_, host) != cut_off_.end();
}

Duration SimNetwork::draw_latency() {
    const auto jitter =
        random_.below(static_cast<std::uint64_t>(faults.latency_jitter.count()) + 1);
    return faults.latency + Duration(static_cast<std::int64_t>(jitter));
}

}  // namespace aside::runtime
