#include "base/hash.h"

#include "base/hash_long.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace aside {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
    if (bytes.size() > kShortHashBytes) return hash_long_bytes(bytes, seed);
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace aside
