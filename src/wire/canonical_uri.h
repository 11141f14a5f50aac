// The two parts of a target as Signature Version 4 writes them. Thread rule: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "wire/sigv4.h"

namespace aside::wire {

// Encoded, and in the order of what is encoded: "a=1&b=". Every parameter has its '='.
std::string canonical_query(std::span<const QueryParameter> parameters);

// Appends `path` without empty segments, "." and "..", each of which takes the segment before it
// along; encoded once more.
void append_normalised_path(std::string& into, std::string_view path);

}  // namespace aside::wire
