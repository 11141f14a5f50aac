#include "wire/lambda/answer_head.h"

#include <charconv>

namespace aside::wire {
namespace {

// Without its line end, which is taken off `text` too.
std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    return line;
}

// Of "HTTP/1.1 200 OK"; 0 when there is none.
unsigned status_of(std::string_view line) {
    const std::size_t space = line.find(' ');
    unsigned status = 0;
    if (space != std::string_view::npos)
        (void)std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
    return status;
}

}  // namespace

std::optional<AnswerHead> split_answer_head(std::string_view text, std::vector<HttpField>& fields) {
    fields.clear();
    std::string_view rest = text;
    const auto first = take_line(rest);
    if (!first) return std::nullopt;
    const unsigned status = status_of(*first);
    if (status == 0) return std::nullopt;
    for (;;) {
        const auto line = take_line(rest);
        if (!line) return std::nullopt;
        if (line->empty()) return AnswerHead{status, text.size() - rest.size()};
        const std::size_t colon = line->find(": ");
        if (colon == std::string_view::npos) return std::nullopt;
        fields.push_back({line->substr(0, colon), line->substr(colon + 2)});
    }
}

}  // namespace aside::wire
