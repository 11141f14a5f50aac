// The head of an answer as the HTTP front writes it, cut into what append_http_answer takes.
//
// It is of our own making: nothing in it is checked but that it is whole. What comes from somebody
// else is for parse_response_head. Thread rule: a pure function. Ownership: fields borrow the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "wire/http_field.h"

namespace aside::wire {

struct AnswerHead {
    unsigned status = 0;
    std::size_t bytes = 0;  // its empty line included: the body begins there
};

// `fields` are replaced. Nothing: `text` does not begin with a whole head.
std::optional<AnswerHead> split_answer_head(std::string_view text, std::vector<HttpField>& fields);

}  // namespace aside::wire
