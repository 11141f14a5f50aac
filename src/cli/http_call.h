// One HTTP/1.1 request to Aside's own admin port, and its answer.
//
// Not a client for other servers: it asks for the connection to be closed and reads to its end.
// Thread rule: on the worker given. Errors: refused, connection_lost, timed_out (after `limit` in
// all), protocol, too_large (an answer over kMaxReplyBytes).
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/worker.h"

namespace aside::cli {

inline constexpr std::size_t kMaxReplyBytes = 16 << 20;

struct HttpCall {
    runtime::Endpoint to;
    std::string method;
    std::string target;
    std::string token;  // empty: none
    std::string body;   // JSON
};

struct HttpReply {
    unsigned status = 0;
    std::string body;
};

runtime::Task<Result<HttpReply>> call(runtime::Worker& worker, HttpCall request, Duration limit);

}  // namespace aside::cli
