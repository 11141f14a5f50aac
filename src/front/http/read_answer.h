// The answer to a read, found or not, with its caching fields: ETag, Age, Cache-Control,
// Cache-Status (RFC 9211), Server-Timing.
//
// Thread rule: the exchange's worker. Ownership: values' bytes are borrowed from the Answer, which
// must be one of the outbox's.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "front/http/exchange.h"
#include "front/http/options.h"

namespace aside::front {

// The same for every answer, made once.
class ReadAnswerStyle {
  public:
    explicit ReadAnswerStyle(const PublicOptions& options);

    // "application/json" and Cache-Control, as header lines.
    std::string_view found_lines() const { return found_lines_; }
    std::string_view cache_line() const { return cache_line_; }
    std::uint64_t max_response_bytes() const { return max_response_bytes_; }

  private:
    std::string cache_line_, found_lines_;
    std::uint64_t max_response_bytes_;
};

// `steps` not empty: they are told as Server-Timing.
void reply_object(Exchange& exchange, const ReadAnswerStyle& style, const Answer& answer,
                  std::span<const Step> steps);
// `head_text` is room for the body's beginning; its content is replaced.
void reply_item(Exchange& exchange, const ReadAnswerStyle& style, std::string_view id,
                const Answer& answer, std::span<const Step> steps, std::string& head_text);

// {"id":…,"values":[…]} as pieces: text before the values, then each value, then text after.
std::uint64_t item_body_bytes(const Answer& answer, std::size_t before_bytes,
                              std::size_t after_bytes);
void append_item_start(std::string& into, std::string_view id);
std::string item_end(const Answer& answer);
void add_values(Outbox& outbox, const Answer& answer);

// What a client is told of an answer that is not `ok`.
struct Problem;
Problem problem_of_answer(const Answer& answer, std::string_view what);

}  // namespace aside::front
