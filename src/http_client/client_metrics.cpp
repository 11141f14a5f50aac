#include "http_client/client_metrics.h"

namespace aside::http_client {

ClientMetrics::ClientMetrics(telemetry::Registry& registry, const std::string& client)
    : dials(registry.counter("aside_http_dials_total", "Connections opened by an HTTP client.",
                             {{"client", client}})),
      dials_failed(registry.counter("aside_http_dials_failed_total",
                                    "Connections an HTTP client could not open.",
                                    {{"client", client}})),
      calls(registry.counter("aside_http_calls_total", "Requests sent by an HTTP client.",
                             {{"client", client}})),
      calls_on_kept(registry.counter("aside_http_calls_on_kept_total",
                                     "Requests sent on a connection that was open already.",
                                     {{"client", client}})),
      stale_retries(registry.counter("aside_http_stale_retries_total",
                                     "Requests sent again because a kept connection was gone.",
                                     {{"client", client}})),
      refused(registry.counter("aside_http_refused_total",
                               "Calls for which no connection became free in time.",
                               {{"client", client}})) {
    registry.gauge("aside_http_connections", "Connections of an HTTP client.", {{"client", client}},
                   [this] { return static_cast<double>(open.load()); });
}

}  // namespace aside::http_client
