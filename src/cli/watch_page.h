// The port of `aside plan --watch`: GET /metrics, and /healthz for whoever supervises it.
//
// Thread rule: its worker; the registry's gauges are read there. Ownership: borrows the registry;
// close() and the end of the runtime's tasks before it ends.
#pragma once

#include "lab/http/http_server.h"
#include "telemetry/metrics.h"

namespace aside::cli {

class WatchPage final : lab::ReplyService {
  public:
    WatchPage(runtime::Worker& worker, const telemetry::Registry& registry)
        : registry_(registry), server_(worker, *this) {}

    // Errors: of listening.
    Result<runtime::Endpoint> listen(const runtime::Endpoint& endpoint) {
        return server_.listen(endpoint);
    }
    void close() { server_.close(); }

  private:
    runtime::Task<lab::HttpReply> reply_to(lab::ServedRequest request) override;

    const telemetry::Registry& registry_;
    lab::HttpServer server_;
};

}  // namespace aside::cli
