#include "wire/resp_number.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace aside::wire {
namespace {

std::string_view without_plus(std::string_view text) {
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    return text;
}

}  // namespace

std::optional<std::uint64_t> parse_resp_length(std::string_view text) {
    if (text.empty() || !is_resp_digit(text[0]) || (text[0] == '0' && text.size() > 1)) return {};
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return length;
}

std::optional<std::int64_t> parse_resp_integer(std::string_view text) {
    text = without_plus(text);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return number;
}

bool is_resp_real(std::string_view text) {
    text = without_plus(text);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // Out of range is still a number: what it means is the reader's business.
    return error != std::errc::invalid_argument && end == text.data() + text.size();
}

bool is_resp_big_number(std::string_view text) {
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    return !text.empty() && std::ranges::all_of(text, is_resp_digit);
}

}  // namespace aside::wire
