#include "front/http/reply.h"

#include <algorithm>
#include <charconv>

#include "base/error_meaning.h"
#include "wire/http_status.h"
#include "wire/json_text.h"

namespace aside::front {
namespace {

constexpr std::size_t kMaxRequestIdBytes = 128;

// An id that could not do harm in a header, a log or a terminal; anything else is not echoed.
bool is_echoable(std::string_view id) {
    static constexpr std::string_view kBeside = "-._~+/=:@,";
    return !id.empty() && id.size() <= kMaxRequestIdBytes && std::ranges::all_of(id, [](char byte) {
        const char lower = static_cast<char>(byte | 0x20);
        return (byte >= '0' && byte <= '9') || (lower >= 'a' && lower <= 'z') ||
               kBeside.contains(byte);
    });
}

std::uint64_t whole_seconds_up(Duration span) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(span).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 1));
}

void reply_body(Exchange& exchange, std::string_view body) {
    end_head(exchange, body.size());
    if (exchange.sends_body()) exchange.outbox.text() += body;
}

}  // namespace

void append_number(std::string& into, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    into.append(digits, end);
}

void add_field(std::string& into, std::string_view name, std::string_view value) {
    into += name;
    into += ": ";
    into += value;
    into += "\r\n";
}

void start_head(Exchange& exchange, unsigned status) {
    exchange.status = status;
    std::string& text = exchange.outbox.text();
    text += "HTTP/1.1 ";
    append_number(text, status);
    text += ' ';
    text += wire::reason_phrase(status);
    text += "\r\n";
    text += exchange.date;
}

void end_head_without_length(Exchange& exchange) {
    std::string& text = exchange.outbox.text();
    if (!exchange.head.request_id.empty() && is_echoable(exchange.head.request_id)) {
        add_field(text, "X-Request-Id", exchange.head.request_id);
    }
    if (exchange.is_last())
        text += "Connection: close\r\n";
    else if (!exchange.head.http_1_1)
        text += "Connection: keep-alive\r\n";
    text += "\r\n";
}

void end_head(Exchange& exchange, std::uint64_t content_length) {
    std::string& text = exchange.outbox.text();
    text += "Content-Length: ";
    append_number(text, content_length);
    text += "\r\n";
    end_head_without_length(exchange);
}

void reply_text(Exchange& exchange, unsigned status, std::string_view type, std::string_view body) {
    start_head(exchange, status);
    add_field(exchange.outbox.text(), "Content-Type", type);
    exchange.outbox.text() += "Cache-Control: no-store\r\n";
    reply_body(exchange, body);
}

void reply_json(Exchange& exchange, unsigned status, std::string_view body) {
    reply_text(exchange, status, "application/json", body);
}

std::string problem_json(const Problem& problem) {
    std::string json = R"({"type":"about:blank","title":)";
    wire::append_json_string(json, wire::reason_phrase(problem.status));
    json += R"(,"status":)";
    append_number(json, problem.status);
    if (!problem.detail.empty()) {
        json += R"(,"detail":)";
        wire::append_json_string(json, problem.detail);
    }
    json += '}';
    return json;
}

void reply_problem(Exchange& exchange, const Problem& problem) {
    start_head(exchange, problem.status);
    std::string& text = exchange.outbox.text();
    text += "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n";
    if (problem.status == 503) {
        text += "Retry-After: ";
        append_number(text, whole_seconds_up(problem.retry_after));
        text += "\r\n";
    }
    if (!problem.allow.empty()) add_field(text, "Allow", problem.allow);
    if (!problem.authenticate.empty()) add_field(text, "WWW-Authenticate", problem.authenticate);
    reply_body(exchange, problem_json(problem));
}

Problem problem_of(const Error& error, Duration retry_after) {
    std::string detail = to_string(error);
    switch (answer_kind(error.code)) {
        case AnswerKind::bad_input:
            return {.status = 400, .detail = std::move(detail)};
        case AnswerKind::too_large:
            return {.status = 413, .detail = std::move(detail)};
        case AnswerKind::shed:
            return {.status = 503, .detail = std::move(detail), .retry_after = retry_after};
        case AnswerKind::late:
            return {.status = 504, .detail = std::move(detail)};
        case AnswerKind::origin_failed:
            break;
    }
    return {.status = 502, .detail = std::move(detail)};
}

}  // namespace aside::front
