// One HTTP/1.1 request on a connection of its own, and its answer: how a command or a test asks an
// admin port of Aside now and then. Whoever asks often keeps connections (http_client.h).
//
// Thread rule: on the worker given. Errors: refused, connection_lost, timed_out (after `limit` in
// all), protocol, too_large (an answer over kSingleAnswerMaxBytes).
#pragma once

#include <string>

#include "base/result.h"
#include "http_client/http_call.h"
#include "runtime/worker.h"

namespace aside::http_client {

inline constexpr std::size_t kSingleAnswerMaxBytes = 16 << 20;

struct SingleCall {
    runtime::Endpoint to;
    std::string method = "GET";
    std::string target;
    std::string token = {};  // empty: none
    std::string body = {};   // JSON; empty: none
};

runtime::Task<Result<HttpAnswer>> call_once(runtime::Worker& worker, SingleCall call,
                                            Duration limit);

}  // namespace aside::http_client
