// Hashes of bytes: XXH3 (64 bits) by the xxhash library, the one library base uses beside the
// standard one.
//
// Keys are hashed with a seed drawn at start, so that nobody outside can aim at one bucket; content
// is hashed without one, so that every process names the same bytes by the same ETag. Thread rule:
// pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace aside {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);

// Folds `next` into `sum`; order matters.
constexpr std::uint64_t hash_combine(std::uint64_t sum, std::uint64_t next) {
    const auto product = static_cast<unsigned __int128>(sum ^ 0x9e3779b97f4a7c15ULL) * (next | 1);
    return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product) ^ next;
}

}  // namespace aside
