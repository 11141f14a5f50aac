#include "wire/http_request_text.h"

#include <algorithm>

#include "wire/http_grammar.h"

namespace aside::wire {
namespace {

// Visible ASCII: anything else in a target must be encoded.
bool is_target(std::string_view text) {
    return text.starts_with('/') &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127 && c != '#'; });
}

Result<void> check(const RequestText& request) {
    if (!is_token(request.method)) return fail(Errc::bad_input, "malformed method");
    if (!is_target(request.target)) return fail(Errc::bad_input, "malformed target");
    unsigned hosts = 0;
    for (const HttpField& field : request.fields) {
        if (!is_token(field.name)) return fail(Errc::bad_input, "malformed name of a field");
        if (!is_field_value(field.value)) {
            return fail(Errc::bad_input, "malformed value of " + std::string(field.name));
        }
        if (same_ignoring_case(field.name, "content-length") ||
            same_ignoring_case(field.name, "transfer-encoding")) {
            return fail(Errc::bad_input, std::string(field.name) + " is not the caller's to send");
        }
        if (same_ignoring_case(field.name, "host")) ++hosts;
    }
    if (hosts != 1) return fail(Errc::bad_input, "a request has exactly one Host");
    return {};
}

}  // namespace

Result<void> append_request_head(std::string& into, const RequestText& request) {
    const Result<void> fit = check(request);
    if (!fit) return fit;
    into.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
    for (const HttpField& field : request.fields) {
        into.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    if (request.body) {
        into.append("content-length: ").append(std::to_string(request.body->size())).append("\r\n");
    }
    into.append("\r\n");
    return {};
}

}  // namespace aside::wire
