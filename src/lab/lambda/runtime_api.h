// The Runtime API's texts: which call a request is, and what Lambda says to each.
//
// Thread rule: pure functions. Source: Lambda's OpenAPI document of version 2018-06-01, and the
// handlers of aws-lambda-runtime-interface-emulator (internal/lambda/rapi), which are those that
// run in Lambda; error texts are theirs.
#pragma once

#include <string>
#include <string_view>

#include "lab/http/http_reply.h"
#include "lab/lambda/invocation.h"
#include "wire/http_request.h"

namespace aside::lab::lambda {

enum class ApiCall : std::uint8_t { next, response, error, init_error, unknown, wrong_method };

struct ApiTarget {
    ApiCall call = ApiCall::unknown;
    std::string_view request_id;  // of response and error; borrows the target
};

ApiTarget api_target(wire::Method method, std::string_view target);

// The answer to `next`. Over 2 KiB it comes chunked, as from Go's HTTP server.
HttpReply event_reply(const Invocation& invocation, std::string_view function_arn,
                      WallTime deadline);
HttpReply accepted_reply();
// {"errorMessage":…,"errorType":…}, the form of all refusals.
HttpReply refusal_reply(unsigned status, std::string_view type, std::string_view message);
HttpReply invalid_request_id_reply();
HttpReply invalid_transition_reply(std::string_view from, std::string_view to);
HttpReply payload_too_large_reply();
HttpReply unknown_call_reply(ApiCall call);  // unknown or wrong_method

// What Lambda makes of Lambda-Runtime-Function-Error-Type.
std::string error_type_of(std::string_view told);
// Of an error that the function told.
FunctionError told_error(std::string_view type, std::string payload);
// Of an error that Lambda tells for the function.
FunctionError lambda_error(std::string_view type, std::string_view message);
// "RequestId: ID Error: …", as all but ResponseSizeTooLarge begin.
FunctionError lambda_error(std::string_view type, const std::string& request_id,
                           std::string_view message);

}  // namespace aside::lab::lambda
