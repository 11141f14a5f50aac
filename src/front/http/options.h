// What the front doors may be told; the command line fills these from the parameter table. Units
// are in the types.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "wire/http_request.h"

namespace aside::front {

// One port's connections. `max_connections` counts over all workers; the rest is per connection.
struct ServerOptions {
    wire::HeadLimits head;              // http.max_header_bytes, http.max_url_bytes
    unsigned max_connections = 16'384;  // one more is answered 503 and closed
    Duration header_timeout =
        std::chrono::seconds(10);  // first byte of a head to its last; also connect to first byte
    Duration body_timeout = std::chrono::seconds(30);   // a whole request body
    Duration idle_timeout = std::chrono::seconds(75);   // between requests
    Duration send_timeout = std::chrono::seconds(30);   // without the peer taking a byte
    Duration linger_timeout = std::chrono::seconds(1);  // a refused peer may still read the refusal
    unsigned max_pipelined = 16;                        // answers gathered into one write
    std::uint64_t max_pending_bytes =
        256 * 1024;  // gathered answers beyond which no further request is looked at
    std::uint64_t max_requests = 0;  // per connection; 0: any number
};

struct PublicOptions {
    Duration max_age =
        std::chrono::seconds(180);  // http.max_age and its companions: whole seconds are sent
    Duration stale_while_revalidate = std::chrono::seconds(60);
    Duration stale_if_error = std::chrono::seconds(600);
    Duration request_timeout = std::chrono::seconds(10);  // a read's deadline
    std::uint64_t max_body_bytes = 1024 * 1024;           // of a request
    std::uint64_t max_response_bytes = 16 * 1024 * 1024;  // response.max_bytes
    std::size_t max_ids = 100;                            // batch.max_ids
};

struct AdminOptions {
    std::vector<std::string> hosts;  // admin.hosts, beside the loopback's names
    std::string token;               // empty: none is asked for
    Duration request_timeout = std::chrono::seconds(30);
    std::uint64_t max_body_bytes = 8 * 1024 * 1024;  // objects.max_bytes
    std::size_t max_references = 1000;               // items.max_refs
    std::size_t max_keys = 1000;                     // of one invalidation
    std::function<std::string()> metrics;            // the text of /metrics; any worker
    // Why /readyz says 503, in words that anybody may see; empty text: ready. Any worker.
    std::function<std::string()> unready;
    std::function<std::string()>
        facts;  // more members for /status, without braces; any worker; may be empty
};

}  // namespace aside::front
