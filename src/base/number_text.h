// Numbers as text.
//
// Thread rule: pure functions.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace aside {

// Whether all of a text is a number that the type has; else `number` may be anything.
template <class Number>
bool read_number(std::string_view text, Number& number) {
    const char* const text_end = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), text_end, number);
    return error == std::errc() && end == text_end;
}

}  // namespace aside
