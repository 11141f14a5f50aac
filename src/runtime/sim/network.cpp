#include "runtime/sim/network.h"

#include <algorithm>
#include <deque>

#include "runtime/sim/connection.h"
#include "runtime/sim/worker.h"

namespace aside::runtime {

namespace {

constexpr std::size_t kBacklog = 1024;
constexpr std::uint16_t kFirstPort = 20000;
// As long as the system's resolver takes to give up: two tries of five seconds.
constexpr Duration kResolverGivesUp = std::chrono::seconds(10);

bool any_host(const std::string& host) {
    return host == "0.0.0.0" || host == "::";
}
bool looks_like_address(const std::string& host) {
    return host.contains(':') || host.find_first_not_of("0123456789.") == std::string::npos;
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
        scheduler.at(scheduler.now(), worker->thread(), EventKind::io,
                     [frame = std::exchange(accepting, nullptr)] { frame.resume(); });
    }
};

namespace {

struct AcceptWait {
    SimListening& listening;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) { listening.accepting = frame; }
    void await_resume() const noexcept {}
};

Task<Result<std::unique_ptr<Stream>>> accept_next(SimNetwork& network,
                                                  std::shared_ptr<SimListening> listening) {
    while (!listening->closed &&
           (listening->queue.empty() || network.is_frozen(listening->at.host))) {
        co_await AcceptWait{*listening};
    }
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
    listening->at = {SimHosts::canonical(endpoint.host), endpoint.port};
    if (listening->at.port == 0) listening->at.port = take_port();
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
    bool tls;
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
        scheduler.at(when, attempt->worker->thread(), EventKind::io, std::move(tell));
    }
};

Task<Result<std::vector<std::string>>> SimNetwork::resolve(SimWorker& worker,
                                                           const std::string& host,
                                                           SteadyTime deadline) {
    if (resolver_down && !looks_like_address(host)) {
        const SteadyTime end = std::min(deadline, scheduler_.now() + kResolverGivesUp);
        co_await sleep_for(worker, end - scheduler_.now());
        co_return fail(end == deadline ? Errc::timed_out : Errc::io,
                       "no answer from the resolver for " + host);
    }
    const auto found = names.find(host);
    if (found == names.end()) co_return std::vector{host};
    if (found->second.empty()) co_return fail(Errc::not_found, host + ": no such name");
    co_return found->second;
}

Task<Result<std::unique_ptr<Stream>>> SimNetwork::connect(SimWorker& worker, Endpoint endpoint,
                                                          SteadyTime deadline,
                                                          ConnectOptions options) {
    if (on_connect) on_connect(worker, endpoint, options);
    const std::string host = SimHosts::canonical(endpoint.host);
    const auto addresses = co_await resolve(worker, host, deadline);
    if (!addresses) co_return fail(addresses.error());
    Error last;
    for (std::size_t i = 0; i < addresses->size(); ++i) {
        // One silent address leaves the others their share of the time.
        const auto left = static_cast<Duration::rep>(addresses->size() - i);
        const SteadyTime now = scheduler_.now();
        const SteadyTime until = deadline == kNever ? kNever : now + (deadline - now) / left;
        const bool tls = options.tls != nullptr;
        auto stream =
            co_await connect_address(worker, {(*addresses)[i], endpoint.port}, until, tls);
        if (stream) co_return std::move(*stream);
        last = std::move(stream.error());
    }
    co_return fail(std::move(last));
}

Task<Result<std::unique_ptr<Stream>>> SimNetwork::connect_address(SimWorker& worker,
                                                                  Endpoint address,
                                                                  SteadyTime deadline, bool tls) {
    auto attempt = std::make_shared<Attempt>();
    attempt->worker = &worker;
    attempt->to = {SimHosts::canonical(address.host), address.port};
    attempt->tls = tls;
    if (deadline != kNever) {
        scheduler_.at(
            deadline, worker.thread(), EventKind::timer,
            [this, attempt] {
                Attempt::end(scheduler_, attempt, scheduler_.now(),
                             fail(Errc::timed_out, "no answer from " + to_string(attempt->to)));
            },
            attempt->deadline);
    }
    const auto extra = extra_latency(hosts_[worker.host()], hosts_[attempt->to.host]);
    scheduler_.at(scheduler_.now() + draw_latency() + extra, kNetwork, EventKind::network,
                  [this, attempt] { arrive(attempt); });
    auto& waiting = *attempt;
    auto result = co_await waiting;
    co_return std::move(result);
}

void SimNetwork::arrive(const std::shared_ptr<Attempt>& attempt) {
    if (attempt->result) return;
    const SimHost& from = hosts_[attempt->worker->host()];
    const SimHost& to = hosts_[attempt->to.host];
    if (!from.reaches(to) || !to.reaches(from) || to.faults.hang_connect) return;
    if (faults.hang_connect.drawn(random_)) return;
    const auto back = scheduler_.now() + draw_latency() + extra_latency(from, to);
    const auto listening = pick(attempt->to);
    const bool refused = faults.refuse_connect.drawn(random_) || to.faults.refuse_connect;
    if (!listening || refused || listening->queue.size() >= kBacklog) {
        if (on_refused) on_refused(attempt->to);
        return Attempt::end(scheduler_, attempt, back,
                            fail(Errc::refused, to_string(attempt->to) + " refused"));
    }
    if (attempt->tls && to.frozen) return;  // its kernel answers, but nobody shakes hands
    const bool speaks_tls = tls_hosts.contains(attempt->to.host);
    if (attempt->tls && !speaks_tls) {
        return Attempt::end(scheduler_, attempt, back,
                            fail(Errc::protocol, to_string(attempt->to) + " does not speak TLS"));
    }
    const Endpoint client_at{attempt->worker->host(), take_port()};
    auto connection = std::make_shared<SimConnection>(*this, *attempt->worker, *listening->worker,
                                                      client_at, attempt->to);
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    connections_.push_back(connection);
    if (speaks_tls && !attempt->tls) {
        connection->lead_nowhere();
    } else {
        listening->queue.push_back(std::make_unique<SimStream>(connection, 1));
        listening->wake(scheduler_);
    }
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

std::uint16_t SimNetwork::take_port() {
    const std::uint16_t port = next_port_++;
    if (next_port_ == 0) next_port_ = kFirstPort;
    return port;
}

std::vector<std::shared_ptr<SimConnection>> SimNetwork::live_connections() const {
    std::vector<std::shared_ptr<SimConnection>> live;
    for (const auto& weak : connections_) {
        if (auto connection = weak.lock()) live.push_back(std::move(connection));
    }
    return live;
}

std::size_t SimNetwork::connections() const {
    return live_connections().size();
}

void SimNetwork::reset_all() {
    for (const auto& connection : live_connections()) connection->reset();
}

void SimNetwork::reset_connections(const std::string& host) {
    const SimHost& lost = hosts_[host];
    for (const auto& connection : live_connections()) {
        if (connection->touches(lost)) connection->reset();
    }
}

void SimNetwork::lose_silently(const std::string& host) {
    const SimHost& lost = hosts_[host];
    for (const auto& connection : live_connections()) {
        if (connection->touches(lost)) connection->lead_nowhere_from_now();
    }
}

void SimNetwork::find_lost() {
    for (const auto& connection : live_connections()) connection->find_silent();
}

void SimNetwork::thaw(const std::string& host) {
    SimHost& thawed = hosts_[host];
    thawed.frozen = false;
    for (const auto& connection : live_connections()) {
        if (connection->touches(thawed)) connection->look_again();
    }
    for (const auto& listening : listening_) {
        if (&hosts_[listening->at.host] == &thawed && !listening->queue.empty()) {
            listening->wake(scheduler_);
        }
    }
}

void SimNetwork::cut_one_way(const std::string& from, const std::string& to) {
    hosts_[from].cut_towards.insert(&hosts_[to]);
}

void SimNetwork::cut(const std::string& a, const std::string& b) {
    cut_one_way(a, b);
    cut_one_way(b, a);
}

void SimNetwork::heal(const std::string& a, const std::string& b) {
    hosts_[a].cut_towards.erase(&hosts_[b]);
    hosts_[b].cut_towards.erase(&hosts_[a]);
    for (const auto& connection : live_connections()) connection->send_held_again();
}

Duration SimNetwork::draw_latency() {
    const auto jitter =
        random_.below(static_cast<std::uint64_t>(faults.latency_jitter.count()) + 1);
    return faults.latency + Duration(static_cast<std::int64_t>(jitter));
}

}  // namespace aside::runtime
