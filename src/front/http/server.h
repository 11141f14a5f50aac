// A port: listens on every worker, accepts up to a number of connections over all of them, and ends
// in order.
//
//   Server server(service, handler, options, metrics, runtime.worker_count());
//   on each worker:  server.start(worker, endpoint)      // the first one's answer has the port
//   really taken on each worker:  co_await server.drain(worker, limit)
//
// Thread rule: start and drain on the worker they name; connections() on any. Ownership: everything
// given must outlive the server, and the server every drain.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "front/http/worker_front.h"
#include "runtime/worker.h"

namespace aside::front {

class Server {
  public:
    Server(Service& service, Handler& handler, ServerOptions options, FrontMetrics& metrics,
           unsigned workers);
    ~Server();  // REQUIRES: every worker that was started has drained
    Server(const Server&) = delete;

    Result<runtime::Endpoint> start(runtime::Worker& worker, const runtime::Endpoint& endpoint);

    // Accepts no more, ends idle connections, lets requests in progress be answered (with
    // Connection: close), and after `limit` ends what is left. Ends when this worker has no
    // connection left.
    runtime::Task<> drain(runtime::Worker& worker, Duration limit);

    unsigned connections() const { return connections_.load(std::memory_order_relaxed); }

  private:
    struct Share;  // a worker's
    runtime::Task<> accept(Share& share);
    void admit(Share& share, std::unique_ptr<runtime::Stream> stream);

    Service& service_;
    Handler& handler_;
    const ServerOptions options_;
    FrontMetrics& metrics_;
    std::atomic<unsigned> connections_{0};
    std::vector<std::unique_ptr<Share>> shares_;  // each touched by its worker only
};

}  // namespace aside::front
