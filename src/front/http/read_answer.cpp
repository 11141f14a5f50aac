#include "front/http/read_answer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "front/http/reply.h"
#include "wire/entity_tag.h"
#include "wire/json_text.h"

namespace aside::front {
namespace {

std::uint64_t whole_seconds(Duration span) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::chrono::floor<std::chrono::seconds>(span).count(), 0));
}

// Lines of a few fixed texts and numbers, put together on the stack: cheaper than a dozen appends
// to a string.
class LineWriter {
  public:
    LineWriter& operator<<(std::string_view text) {
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
        return *this;
    }
    LineWriter& operator<<(std::uint64_t number) {
        at_ = std::to_chars(at_, bytes_ + sizeof bytes_, number).ptr;
        return *this;
    }
    std::string_view text() const { return {bytes_, static_cast<std::size_t>(at_ - bytes_)}; }

  private:
    char bytes_[384];  // all texts and five numbers of 20 digits take 260
    char* at_ = bytes_;
};

// RFC 9211 section 2: a hit was answered without the origin; what went to it says why.
std::string_view cache_status(const Answer& answer) {
    if (answer.from_origin == 0) return "aside; hit";
    if (answer.stale) return "aside; fwd=stale";
    return answer.from_l1 + answer.from_l2 == 0 ? "aside; fwd=miss" : "aside; fwd=partial";
}

void append_caching_lines(std::string& into, const Answer& answer, std::string_view tag) {
    LineWriter lines;
    lines << "ETag: " << tag << "\r\nAge: " << whole_seconds(answer.age)
          << "\r\nCache-Status: " << cache_status(answer)
          << "; detail=\"l1=" << std::uint64_t{answer.from_l1}
          << ",l2=" << std::uint64_t{answer.from_l2}
          << ",origin=" << std::uint64_t{answer.from_origin} << "\"\r\n";
    into += lines.text();
}

// A quoted-string (RFC 9110 section 5.6.4) of what a terminal may show.
void append_quoted(std::string& into, std::string_view text) {
    into += '"';
    for (const char byte : text) {
        if (byte == '"' || byte == '\\') into += '\\';
        into += byte >= ' ' && byte < 127 ? byte : '?';
    }
    into += '"';
}

// Server-Timing: l1;dur=0.012;desc="object gb/ENG"
void append_timing(std::string& into, std::span<const Step> steps) {
    constexpr std::size_t kMostSteps = 50;
    constexpr std::size_t kMostDescribed = 64;
    if (steps.empty()) return;
    into += "Server-Timing: ";
    for (std::size_t at = 0; at < std::min(steps.size(), kMostSteps); ++at) {
        if (at > 0) into += ", ";
        into += name_of(steps[at].source);
        into += ";dur=";
        char number[32];
        const double ms = std::chrono::duration<double, std::milli>(steps[at].took).count();
        into.append(
            number,
            std::to_chars(number, number + sizeof number, ms, std::chars_format::fixed, 3).ptr);
        into += ";desc=";
        append_quoted(into, (steps[at].stale ? "stale " + steps[at].what : steps[at].what)
                                .substr(0, kMostDescribed));
    }
    into += "\r\n";
}

void reply_not_modified(Exchange& exchange, const ReadAnswerStyle& style, const Answer& answer,
                        std::string_view tag, std::span<const Step> steps) {
    start_head(exchange, 304);
    std::string& text = exchange.outbox.text();
    text += style.cache_line();
    append_caching_lines(text, answer, tag);
    append_timing(text, steps);
    end_head_without_length(exchange);
}

// Everything up to the body. False: the answer is complete without one.
bool reply_found_head(Exchange& exchange, const ReadAnswerStyle& style, const Answer& answer,
                      std::uint64_t body_bytes, std::span<const Step> steps) {
    const auto tag_bytes = wire::entity_tag(answer.etag);
    const std::string_view tag(tag_bytes.data(), tag_bytes.size());
    if (!exchange.head.if_none_match.empty() && wire::names_tag(exchange.head.if_none_match, tag)) {
        reply_not_modified(exchange, style, answer, tag, steps);
        return false;
    }
    if (body_bytes > style.max_response_bytes()) {
        reply_problem(exchange,
                      {.status = 413, .detail = "the answer is larger than response.max_bytes"});
        return false;
    }
    exchange.status = 200;
    std::string& text = exchange.outbox.text();
    text += style.found_lines();
    text += exchange.date;
    append_caching_lines(text, answer, tag);
    append_timing(text, steps);
    end_head(exchange, body_bytes);
    return exchange.sends_body();
}

}  // namespace

ReadAnswerStyle::ReadAnswerStyle(const PublicOptions& options)
    : max_response_bytes_(options.max_response_bytes) {
    cache_line_ = "Cache-Control: max-age=" + std::to_string(whole_seconds(options.max_age)) +
                  ", stale-while-revalidate=" +
                  std::to_string(whole_seconds(options.stale_while_revalidate)) +
                  ", stale-if-error=" + std::to_string(whole_seconds(options.stale_if_error)) +
                  "\r\n";
    found_lines_ = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + cache_line_;
}

Problem problem_of_answer(const Answer& answer, std::string_view what) {
    if (answer.outcome == Outcome::absent)
        return {.status = 404, .detail = "there is no such " + std::string(what)};
    return problem_of(answer.error, answer.retry_after);
}

void reply_object(Exchange& exchange, const ReadAnswerStyle& style, const Answer& answer,
                  std::span<const Step> steps) {
    if (answer.outcome != Outcome::ok)
        return reply_problem(exchange, problem_of_answer(answer, "object"));
    const std::string_view body = answer.values().front()->body();
    if (reply_found_head(exchange, style, answer, body.size(), steps)) exchange.outbox.value(body);
}

void append_item_start(std::string& into, std::string_view id) {
    into += R"({"id":)";
    wire::append_json_string(into, id);
    into += R"(,"values":[)";
}

std::string item_end(const Answer& answer) {
    if (answer.missing.empty()) return "]}";
    std::string end = R"(],"missing":[)";
    for (const std::string& key : answer.missing) {
        if (!end.ends_with('[')) end += ',';
        wire::append_json_string(end, key);
    }
    return end + "]}";
}

std::uint64_t item_body_bytes(const Answer& answer, std::size_t before_bytes,
                              std::size_t after_bytes) {
    const auto& values = answer.values();
    std::uint64_t total = before_bytes + after_bytes + (values.empty() ? 0 : values.size() - 1);
    for (const Value* value : values)
        total += value ? value->body().size() : std::string_view("null").size();
    return total;
}

void add_values(Outbox& outbox, const Answer& answer) {
    bool first = true;
    for (const Value* value : answer.values()) {
        if (!std::exchange(first, false)) outbox.text() += ',';
        if (value)
            outbox.value(value->body());
        else
            outbox.text() += "null";
    }
}

void reply_item(Exchange& exchange, const ReadAnswerStyle& style, std::string_view id,
                const Answer& answer, std::span<const Step> steps, std::string& head_text) {
    if (answer.outcome != Outcome::ok)
        return reply_problem(exchange, problem_of_answer(answer, "item"));
    head_text.clear();
    append_item_start(head_text, id);
    const std::string end = item_end(answer);
    if (!reply_found_head(exchange, style, answer,
                          item_body_bytes(answer, head_text.size(), end.size()), steps))
        return;
    exchange.outbox.text() += head_text;
    add_values(exchange.outbox, answer);
    exchange.outbox.text() += end;
}

}  // namespace aside::front
