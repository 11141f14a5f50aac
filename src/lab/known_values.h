// Keys and values that a verifying load knows by heart: a key's body follows from the key (and a
// generation, for keys that are written anew), so that any wrong byte shows.
//
// Thread rule: pure functions; make_value from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/value.h"

namespace aside::lab {

// "obj-17"
std::string known_key(std::uint64_t number);

// JSON of exactly `size` bytes (at least what it takes to name key and generation).
std::string known_body(std::string_view key, std::uint64_t generation, std::size_t size);

// The generation that a body says it is of; -1 when the body is not one of this key's.
std::int64_t generation_of(std::string_view key, std::string_view body);

// A value outside of any store, for fills.
ValueRef make_value(std::string_view key, std::string_view body, SteadyTime now,
                    ValueKind kind = ValueKind::object);

}  // namespace aside::lab
