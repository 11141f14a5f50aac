#include "base/hash.h"

#include <string>

#include <gtest/gtest.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace aside {
namespace {

// ETags and checksums are told to other processes, on other processors.
TEST(Hash, IsXxh3WhateverTheLengthAndTheProcessor) {
    std::string bytes;
    for (unsigned size = 0; size < 3000; ++size) {
        for (const std::uint64_t seed : {0ULL, 1ULL, 0xc3ec5a51de5eed01ULL}) {
            ASSERT_EQ(hash_bytes(bytes, seed), XXH3_64bits_withSeed(bytes.data(), size, seed))
                << size;
        }
        bytes += static_cast<char>(size * 31 + size / 256);
    }
}

}  // namespace
}  // namespace aside
