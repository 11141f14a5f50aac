// Entity tags and If-None-Match (RFC 9110 sections 8.8.3 and 13.1.2). Thread rule: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace aside::wire {

// A hash as a strong entity tag: sixteen hexadecimal digits in quotes.
std::array<char, 18> entity_tag(std::uint64_t hash);

// Does the field's value name `tag` (with its quotes)? "*" names every tag, W/ is passed over (the
// comparison is weak), and a malformed list names nothing beyond the point where it breaks: the
// answer is then sent whole, which is always right.
bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace aside::wire
