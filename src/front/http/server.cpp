#include "front/http/server.h"

#include "front/http/connection.h"

namespace aside::front {
namespace {

constexpr Duration kPauseWhenOverloaded = std::chrono::milliseconds(50);  // no descriptors left
constexpr Duration kDrainStep = std::chrono::milliseconds(10);
constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: "
    "1\r\nContent-Length: 102\r\n"
    "Connection: close\r\n\r\n"
    R"({"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too many connections here"})";

}  // namespace

struct Server::Share {
    Share(runtime::Worker& worker, Server& server)
        : front(worker, server.service_, server.handler_, server.options_, server.metrics_,
                server.connections_) {}
    WorkerFront front;
    std::unique_ptr<runtime::Listener> listener;
    bool accepting = false;
};

Server::Server(Service& service, Handler& handler, ServerOptions options, FrontMetrics& metrics,
               unsigned workers)
    : service_(service),
      handler_(handler),
      options_(options),
      metrics_(metrics),
      shares_(workers) {}

Server::~Server() = default;

Result<runtime::Endpoint> Server::start(runtime::Worker& worker,
                                        const runtime::Endpoint& endpoint) {
    auto listener = worker.listen(endpoint);
    if (!listener) return std::unexpected(std::move(listener.error()));
    auto& share = shares_[worker.index()];
    share = std::make_unique<Share>(worker, *this);
    share->listener = std::move(*listener);
    share->accepting = true;
    worker.spawn(accept(*share));
    return share->listener->local();
}

runtime::Task<> Server::accept(Share& share) {
    for (;;) {
        auto stream = co_await share.listener->accept();
        if (stream) {
            admit(share, std::move(*stream));
            continue;
        }
        if (stream.error().code != Errc::overloaded) break;
        co_await runtime::sleep_for(share.front.worker(), kPauseWhenOverloaded);
    }
    share.accepting = false;
}

void Server::admit(Share& share, std::unique_ptr<runtime::Stream> stream) {
    const unsigned worker = share.front.worker().index();
    metrics_.accepted(worker);
    if (connections_.fetch_add(1, std::memory_order_relaxed) >= options_.max_connections) {
        connections_.fetch_sub(1, std::memory_order_relaxed);
        metrics_.ended(worker, Ended::too_many);
        metrics_.answered(worker, 503);
        (void)stream->try_write(std::span(&kTooMany, 1));
        stream->shutdown_send();
        return;
    }
    share.front.worker().spawn(
        Connection::run(std::make_unique<Connection>(share.front, std::move(stream))));
}

runtime::Task<> Server::drain(runtime::Worker& worker, Duration limit) {
    if (!shares_[worker.index()]) co_return;
    Share& share = *shares_[worker.index()];
    share.listener->close();
    share.front.start_draining();
    const SteadyTime end = worker.now() + limit;
    bool closed = false;
    while (share.accepting || share.front.connections() > 0) {
        if (!closed && worker.now() >= end) {
            share.front.close_all();
            closed = true;
        }
        co_await runtime::sleep_for(worker, kDrainStep);
    }
}

}  // namespace aside::front
