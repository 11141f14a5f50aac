// A function's URL: HTTP in front of the stand-in for Lambda. A request becomes an event of payload
// 2.0, and the function's answer an HTTP answer, so that whatever speaks HTTP (a load, a browser)
// can ask a function.
//
// The caller has its answer when the environment is free again, which is later than Lambda's has
// it, where the function settles something before it asks for the next event. Errors: 429 (all
// environments are busy), 413, 502 (the function failed, or what it said is no answer).
//
// Thread rule: the host's worker. Ownership: borrows the host; close(), and the end of its tasks,
// before it ends. Source: AWS Lambda Developer Guide, "Invoking Lambda function URLs".
#pragma once

#include "lab/http/http_server.h"
#include "lab/lambda/function_host.h"

namespace aside::lab::lambda {

// The event of a request.
std::string function_url_event(const ServedRequest& request);
// Errors: protocol, for what is no answer of payload 2.0.
Result<HttpReply> function_url_reply(std::string_view answer, bool to_head);

class FunctionUrl final : ReplyService {
  public:
    FunctionUrl(runtime::Worker& worker, FunctionHost& host);

    // Errors: of listening.
    Result<runtime::Endpoint> listen(const runtime::Endpoint& endpoint) {
        return server_.listen(endpoint);
    }
    void close() { server_.close(); }

  private:
    runtime::Task<HttpReply> reply_to(ServedRequest request) override;

    FunctionHost& host_;
    HttpServer server_;
};

}  // namespace aside::lab::lambda
