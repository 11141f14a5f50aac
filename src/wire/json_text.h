// Writing JSON strings. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace aside::wire {

// Appends `text` as a JSON string, quotes included. What is not UTF-8 (a store's error message)
// becomes U+FFFD.
void append_json_string(std::string& into, std::string_view text);

// What stands between the quotes. For large bodies: whole runs are copied. REQUIRES: `text` is
// UTF-8.
void append_json_escaped(std::string& into, std::string_view text);

}  // namespace aside::wire
