// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), and "1994-11-06T08:49:37Z" (RFC 3339)
// as AWS writes times. Thread rule: pure functions.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace aside::wire {

std::array<char, 29> http_date(WallTime when);

// The fixed form alone; nothing when it is another, or no time.
std::optional<WallTime> parse_http_date(std::string_view text);
// In UTC; fractions of a second are dropped.
std::optional<WallTime> parse_iso_time(std::string_view text);

}  // namespace aside::wire
