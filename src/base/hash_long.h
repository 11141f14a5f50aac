// XXH3 of many bytes, with the widest vectors that this processor has: a program built for every
// x86-64 knows only SSE2, and a body's checksum takes twice as long by that. The hash is the same.
//
// For hash.cpp, which hashes few bytes in place. Thread rule: pure function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aside {

// XXH3 hashes up to so many bytes without vectors.
inline constexpr std::size_t kShortHashBytes = 240;

std::uint64_t hash_long_bytes(std::string_view bytes, std::uint64_t seed);

}  // namespace aside
