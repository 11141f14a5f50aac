// The target of an event's request, as the client sent it, or so that it means the same. For .cpp
// files of wire/lambda.
//
// Thread rule: a pure function. Errors: bad_input when the event has no path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/http_request.h"
#include "wire/lambda/http_event.h"
#include "wire/lambda/http_event_members.h"

namespace aside::wire {

constexpr bool is_payload_2_0(HttpSender sender) {
    return sender == HttpSender::http_api || sender == HttpSender::function_url;
}

// HTTP APIs decode paths, and some twice: "%252F" comes as "/". REST APIs, function URLs and load
// balancers send them as they came.
constexpr bool decodes_paths(HttpSender sender) {
    return sender == HttpSender::http_api || sender == HttpSender::http_api_of_1_0;
}

// Appends the target. What a client sent that is none is a refusal.
Result<std::optional<Refusal>> append_event_target(std::string& into, HttpSender sender,
                                                   const HttpEventMembers& event,
                                                   std::string_view path_prefix);

}  // namespace aside::wire
