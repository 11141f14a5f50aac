// Writing the heads of answers, and whole answers whose body is text: JSON, problem+json (RFC
// 9457), plain.
//
// Thread rule: the exchange's worker. Every function appends to the exchange's outbox.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "front/http/exchange.h"

namespace aside::front {

// Status line and date. Then fields, then end_head, then a body of exactly the length told.
void start_head(Exchange& exchange, unsigned status);
void add_field(std::string& into, std::string_view name, std::string_view value);
// Content-Length, what is echoed, Connection, and the empty line.
void end_head(Exchange& exchange, std::uint64_t content_length);
// The same without a length, for 304.
void end_head_without_length(Exchange& exchange);

void append_number(std::string& into, std::uint64_t number);

void reply_text(Exchange& exchange, unsigned status, std::string_view type, std::string_view body);
void reply_json(Exchange& exchange, unsigned status, std::string_view body);

struct Problem {
    unsigned status = 500;
    std::string detail{};
    std::string_view allow{};         // of a 405
    Duration retry_after{};           // of a 503: sent in whole seconds, at least one
    std::string_view authenticate{};  // of a 401
};
void reply_problem(Exchange& exchange, const Problem& problem);

// {"type":"about:blank","title":"Not Found","status":404,"detail":"…"}
std::string problem_json(const Problem& problem);

// What a client is told of an error, by base/error_meaning.h.
Problem problem_of(const Error& error, Duration retry_after);

}  // namespace aside::front
