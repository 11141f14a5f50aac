// The references of an item as JSON: {"refs":[{"key":"gb/ENG","version":"7"},{"key":"gb"}]}.
//
// Strict: unknown and repeated members are errors, for a misspelt "version" must not quietly name
// the newest one. Thread rule: pure functions. Errors: bad_input (says which reference), too_large
// (over the limit of references).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aside::wire {

// Longest id, key or version: what fits a request line, and the 16 bits a cached value has for it.
inline constexpr std::size_t kMaxKeyBytes = 8 * 1024;

struct ReferenceText {
    std::string key;
    std::string version;  // empty: none
    bool operator==(const ReferenceText&) const = default;
};

Result<std::vector<ReferenceText>> decode_references(std::string_view json,
                                                     std::size_t max_references);

}  // namespace aside::wire
