// A FunctionHost by HTTP, for scripts and tests in other languages:
//
//   POST /2015-03-31/functions/function/invocations   an event; X-Amzn-Trace-Id is passed on
//   POST /together       events, a JSON array of them, all at the same moment; what is said is how
//                        many there are
//   GET /together        their reports, an array, when all have ended; before that 202
//   POST /provision/N    environments started ahead, until each is idle
//   POST /freeze, /thaw  those that are idle
//   POST /freezing/always|never|on_order
//   POST /retire         Lambda takes away those that are idle
//   POST /kill/N         SIGKILL to the process of environment N, which Lambda does not know of
//   GET /environments    each one's state, and the function's counts
//   GET /readyz          200
//
// The path of an invocation is the one of aws-lambda-runtime-interface-emulator, but its answer is
// a report: {"request_id":…,"environment":0,"cold":true,"suppressed_init":false,"init_ms":7.1,
// "duration_ms":1.2,"completed_ms":1.3,"answer":"text, as it came","error":null,
// "aftermath":"ready","event_lost":false}; an error is {"type":…,"message":…,"payload":…}. 429: all
// environments are busy. 413: the event is over 6 MB. The other calls say {"environments":how
// many}.
//
// Thread rule: the host's worker. Ownership: borrows the host; close(), and the end of its tasks,
// before it ends.
#pragma once

#include "lab/http/http_server.h"
#include "lab/lambda/function_host.h"

namespace aside::lab::lambda {

class ControlService final : ReplyService {
  public:
    ControlService(runtime::Worker& worker, FunctionHost& host);

    // Errors: of listening.
    Result<runtime::Endpoint> listen(const runtime::Endpoint& endpoint) {
        return server_.listen(endpoint);
    }
    void close() { server_.close(); }

  private:
    runtime::Task<HttpReply> reply_to(ServedRequest request) override;
    runtime::Task<HttpReply> invoke(ServedRequest request);
    runtime::Task<HttpReply> provision(std::string_view count);
    HttpReply begin_together(std::string_view events);
    HttpReply together() const;
    runtime::Task<> invoke_together(std::vector<Event> events);
    HttpReply order(std::string_view what);

    runtime::Worker& worker_;
    FunctionHost& host_;
    HttpServer server_;
    bool together_under_way_ = false;
    std::vector<Result<InvocationReport>> together_;  // of the last ones
};

}  // namespace aside::lab::lambda
