// Choosing a part of all keys by their hashes: those whose hash is not above a bound.
//
// Thread rule: pure functions.
#pragma once

#include <algorithm>
#include <cstdint>

namespace aside {

// The bound for a part of all, 0 to 1.
constexpr std::uint64_t highest_hash_of(double part) {
    return part >= 1 ? ~0ULL : static_cast<std::uint64_t>(std::max(part, 0.0) * 0x1p64);
}

}  // namespace aside
