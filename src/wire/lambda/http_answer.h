// An answer to an event of HTTP, as the JSON its sender expects.
//
// It is given what the HTTP front would have sent. Left out are Connection and Date, which are the
// sender's to say, and Content-Length, which each of them counts itself (API Gateway and function
// URLs would pass a length on as X-Amzn-Remapped-Content-Length). Where there is no body, as with
// HEAD, it stays: it says what a GET would get.
//
// Thread rule: a pure function. Errors: too_large, whose detail is for the client, with a 502: over
// a limit the sender would answer by itself, and not say why. Then nothing was appended.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/http_field.h"
#include "wire/lambda/http_event.h"

namespace aside::wire {

// Of the whole JSON. Lambda's is what it says itself when it is passed ("Response payload size
// exceeded maximum allowed payload size (6291556 bytes)"). A load balancer's is "1 MB" in its
// documentation: of what this may mean the larger, so that nothing is refused that would have
// passed.
inline constexpr std::size_t kMaxLambdaAnswerBytes = 6'291'556;
inline constexpr std::size_t kMaxLoadBalancerAnswerBytes = 1024 * 1024;

struct HttpAnswer {
    unsigned status = 200;
    std::span<const HttpField> fields;
    // In its pieces. Text, if each of them is UTF-8; else it is sent as base64.
    std::span<const std::string_view> body;
};

// REQUIRES: a form that an HttpEvent had, not HttpSender::none.
Result<void> append_http_answer(std::string& into, AnswerForm form, const HttpAnswer& answer);

}  // namespace aside::wire
