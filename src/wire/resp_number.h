// The numbers of RESP lines. For resp.cpp only. Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aside::wire {

// "-9223372036854775808": no integer, and no length, is longer.
inline constexpr std::size_t kMaxRespIntegerBytes = 20;

constexpr bool is_resp_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

// Strictly as servers write it: no sign, no leading zeros.
std::optional<std::uint64_t> parse_resp_length(std::string_view text);
std::optional<std::int64_t> parse_resp_integer(std::string_view text);
// "inf" and "nan" are; so is what no double can hold.
bool is_resp_real(std::string_view text);
bool is_resp_big_number(std::string_view text);

}  // namespace aside::wire
