// The characters of HTTP's grammar (RFC 9110 sections 5.1, 5.5 and 5.6.2). Thread rule: pure
// functions.
#pragma once

#include <string_view>

namespace aside::wire {

// A method, or the name of a field.
bool is_token(std::string_view text);

// What may stand in a field's value: no line ends, no NUL, no control but TAB.
bool is_field_value(std::string_view text);

// REQUIRES: both are as long.
bool same_letters(std::string_view a, std::string_view b);

// In ASCII, as names of fields are compared. Nearly all that differ do in size or first letter.
inline bool same_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           (a.empty() || (((a.front() ^ b.front()) & ~0x20) == 0 && same_letters(a, b)));
}

}  // namespace aside::wire
