// The head of an answer, read in one pass as far as a load needs it: status, length, where it came
// from.
//
// Only what nearly every answer looks like is read here. What is unusual (chunks, an interim
// answer, HTTP/1.0, a body up to the end of the connection, two lengths) is `odd`, and
// wire::ResponseReader, which knows all of it, says what it is. Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "lab/load/exchange.h"

namespace aside::lab::load {

struct AnswerHead {
    std::size_t head_bytes = 0;  // with the empty line
    std::uint64_t body_bytes = 0;
    int status = 0;
    bool keep_alive = true;
    AnswerSources sources;
    std::int64_t age_s = -1;

    std::uint64_t all_bytes() const { return head_bytes + body_bytes; }
};

enum class HeadScan : std::uint8_t {
    incomplete,
    whole,
    odd,
    not_http,  // whatever may follow
};

// `bytes` begin with the answer. `head` is filled where it is whole.
HeadScan scan_answer_head(std::string_view bytes, AnswerHead& head);

// Of a Cache-Status field: detail="l1=3,l2=1,origin=1".
AnswerSources parse_sources(std::string_view cache_status);
// Of an Age field; -1 where it is no number.
std::int64_t parse_age(std::string_view age);

}  // namespace aside::lab::load
