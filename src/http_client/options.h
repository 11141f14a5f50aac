// Where an HTTP client's connections lead, and how many there may be. Thread rule: plain values.
#pragma once

#include <chrono>
#include <string>

#include "http_client/trace_header.h"
#include "runtime/worker.h"

namespace aside::http_client {

struct ClientOptions {
    std::string name;                                    // "s3": the label of its metrics
    runtime::Endpoint endpoint;                          // a name is looked up for each connection
    runtime::ConnectOptions connect;                     // TLS, keepalive
    Duration connect_timeout = std::chrono::seconds(1);  // the TLS handshake included
    // Of each worker: connections in use, idle, and being opened.
    std::size_t max_connections = 32;
    std::size_t max_waiting = 1024;  // calls that wait for one of them
    Duration idle_timeout = std::chrono::seconds(20);
    // An older one is not used again, so that a name that leads elsewhere by now is followed.
    Duration max_age = std::chrono::minutes(5);
    // For who writes the calls. Null: there is none.
    const TraceHeader* trace = nullptr;
};

}  // namespace aside::http_client
