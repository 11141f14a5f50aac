// What Lambda is handed when somebody asks by HTTP, as the request that the HTTP front would have
// read: the text of a head for parse_head, and a body. What it means is then decided in one place.
//
// Four senders, three forms. What is known of them: docs.aws.amazon.com, "Create AWS Lambda proxy
// integrations for HTTP APIs" (payloads 2.0 and 1.0), "Lambda proxy integrations" (REST), "Invoking
// Lambda function URLs", "Use Lambda functions as targets of an Application Load Balancer"; and,
// for how each treats what was percent-encoded, what was recorded of all four in
// github.com/hotsock/voker (vokerhttp/testdata).
//
// Thread rule: one thread at a time. Ownership: an event's texts are the decoder's, until its next
// call. Errors: bad_input, for what none of these senders would send; that is the invocation's
// failure. What a client may have sent is a refusal, which the client is told, as by the HTTP
// front.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/http_request.h"

namespace aside::wire {

enum class HttpSender : std::uint8_t {
    none,             // not an event of HTTP: a queue's, a bucket's, a test's
    http_api,         // API Gateway's HTTP API, payload 2.0
    http_api_of_1_0,  // the same with payload 1.0
    function_url,     // a function's URL, payload 2.0
    rest_api,         // API Gateway's REST API, payload 1.0
    load_balancer,    // a target group of an Application Load Balancer
};

// To whom an answer goes, and in which form.
struct AnswerForm {
    HttpSender sender = HttpSender::none;
    bool multi_value = false;  // of a load balancer: the target group has multi-value headers on
};

struct HttpEvent {
    AnswerForm form;
    std::string_view head;  // with its empty line, for parse_head; Content-Length is the body's
    std::string_view body;
    // Set: there is no head, and this is to be answered.
    std::optional<Refusal> refusal{};
    // HTTP APIs decode a path before they send it, so that "/items/a%2Fb" has become "/items/a/b",
    // and nobody can tell.
    bool slashes_may_be_data = false;
};

struct HttpEventOptions {
    HeadLimits limits{};
    // What a path begins with and is taken off: where API Gateway maps a custom domain's path to
    // the API, or a load balancer's rule takes a part of a site. "/shop", or empty; compared with
    // the path as the event has it.
    std::string path_prefix{};
    // Leaves out of the head what parse_head does not look at, which is most of what browsers and
    // the senders put there: the request is the same, and costs less. Limits still count it.
    bool only_what_is_looked_at = false;
};

class HttpEventDecoder {
  public:
    explicit HttpEventDecoder(HttpEventOptions options);
    ~HttpEventDecoder();
    HttpEventDecoder(const HttpEventDecoder&) = delete;

    Result<HttpEvent> decode(std::string_view event);

  private:
    struct Memory;
    const HttpEventOptions options_;
    std::unique_ptr<Memory> memory_;
};

}  // namespace aside::wire
