// The head of an HTTP/1.1 request as it is sent. The body follows it as it is.
//
// What would let one request pass for two, or say something else than was meant, is refused: line
// ends and NUL in a value, spaces in a target, lengths the caller made up. Thread rule: a pure
// function. Errors: bad_input, and nothing is appended.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/http_field.h"

namespace aside::wire {

struct RequestText {
    std::string_view method;               // "GET"
    std::string_view target;               // "/path?query", encoded
    std::span<const HttpField> fields;     // with Host; no Content-Length, no Transfer-Encoding
    std::optional<std::string_view> body;  // its length is told when it is there, also of 0 bytes
};

Result<void> append_request_head(std::string& into, const RequestText& request);

}  // namespace aside::wire
