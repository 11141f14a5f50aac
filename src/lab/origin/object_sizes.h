// How large the objects of trials are: as the values of a key-value cache in production.
//
// Thread rule: a pure function. Source: Meta's distribution of value sizes "kvcache_reg", published
// with CacheBench (facebook/CacheLib, cachelib/cachebench/test_configs/hit_ratio, Apache-2.0): half
// of the values have up to 144 bytes, one in a hundred more than 960, one in a thousand more than
// 12 KiB.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace aside::lab {

// A body names its key and generation (lab/known_values.h): smaller ones become so large.
inline constexpr std::uint32_t kLeastObjectBytes = 64;
// One in two thousand is larger at Meta's (up to 511 KiB): these have this size, so that no single
// draw decides how many bytes a tier holds.
inline constexpr std::uint32_t kMostObjectBytes = 64 * 1024;

std::uint32_t draw_object_bytes(Random& random);

}  // namespace aside::lab
