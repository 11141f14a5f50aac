// One request to a server of HTTP/1.1, and what came of it. Thread rule: plain values. Ownership:
// both own their bytes.
#pragma once

#include <string>

#include "base/time.h"
#include "wire/http_response.h"

namespace aside::http_client {

struct HttpCall {
    std::string head;  // made by wire::append_request_head
    std::string body;
    // Sent twice it does the same as once: it may be, when a kept-alive connection turns out to be
    // gone.
    bool idempotent = false;
    SteadyTime deadline = kNever;  // of everything, dialling and waiting for a connection included
    wire::ResponseLimits limits;
};

// Any status: redirects are not followed, and an error is an answer like any other.
struct HttpAnswer {
    wire::ResponseHead head;
    std::string body;
};

}  // namespace aside::http_client
