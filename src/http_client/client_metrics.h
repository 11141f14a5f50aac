// The counts of one HTTP client. Thread rule: as telemetry/metrics.h; `open` from any worker.
// Ownership: must outlive the registry's last render().
#pragma once

#include <atomic>
#include <string>

#include "telemetry/metrics.h"

namespace aside::http_client {

struct ClientMetrics {
    // `client` is the label.
    ClientMetrics(telemetry::Registry& registry, const std::string& client);
    ClientMetrics(const ClientMetrics&) = delete;

    telemetry::Counter& dials;
    telemetry::Counter& dials_failed;
    telemetry::Counter& calls;
    telemetry::Counter& calls_on_kept;  // those that needed no dial
    telemetry::Counter& stale_retries;  // a kept connection was gone: sent again on another
    telemetry::Counter& refused;        // calls that no connection was free for in time
    std::atomic<std::int64_t> open{0};  // in use, idle, and being opened
};

}  // namespace aside::http_client
