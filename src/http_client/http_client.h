// A client of one server of HTTP/1.1 (host, port, TLS or not), with a bounded number of kept-alive
// connections for each worker.
//
// It sends a request and reads its answer, and has no opinion on either: no redirects, no retries
// but one (a kept-alive connection that turns out to be gone before a byte of an answer came: an
// idempotent call is sent once more, on another connection), no cookies, no compression. After a
// time in which the process stood still no connection that sat through it is used again. Thread
// rule: from any worker, each with its own connections. Ownership: owns its connections; close() on
// each worker, and let its calls end, before it is destroyed. Errors, which error_meaning.h judges:
// what Worker::connect says; timed_out, connection_lost, protocol, too_large, bytes_in_flight (the
// answer); overloaded (no connection became free in time); cancelled (closed).
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "http_client/client_metrics.h"
#include "http_client/connection_pool.h"
#include "http_client/http_call.h"
#include "http_client/options.h"

namespace aside::http_client {

class HttpClient {
  public:
    // `workers`: how many there are in the runtime.
    HttpClient(ClientOptions options, unsigned workers, telemetry::Registry& registry);

    runtime::Task<Result<HttpAnswer>> call(runtime::Worker& worker, HttpCall call);

    // The process stood still up to now (engine/ports/lifecycle.h). Any thread.
    void thawed(SteadyTime now);

    // Of this worker, for good: what is under way ends with cancelled.
    void close(runtime::Worker& worker);

    const ClientOptions& options() const { return options_; }
    const ClientMetrics& metrics() const { return metrics_; }

  private:
    ConnectionPool& pool_of(runtime::Worker& worker);

    const ClientOptions options_;
    ClientMetrics metrics_;
    std::atomic<SteadyTime> thawed_at_ = SteadyTime::min();
    std::vector<std::unique_ptr<ConnectionPool>> pools_;  // by worker, made by its first call
};

}  // namespace aside::http_client
