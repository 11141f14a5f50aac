// Is this JSON? Asked once for every body that is about to be cached, so that composing answers
// never has to parse.
//
// RFC 8259, strictly: one value, UTF-8, no byte order mark, nothing but white space around it, at
// most kMaxJsonDepth levels. An escaped half of a surrogate pair is refused: it names no character,
// and half the readers choke on it. Numbers of any size are JSON (an id of 30 digits is nobody's
// mistake), though few readers keep their precision. Thread rule: any thread. Ownership: nothing is
// kept of `text`, which needs no padding.
#pragma once

#include <cstddef>
#include <string_view>

namespace aside::wire {

inline constexpr std::size_t kMaxJsonDepth = 1000;

bool is_json(std::string_view text);

}  // namespace aside::wire
