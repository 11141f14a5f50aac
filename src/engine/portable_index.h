// An item's references as L2 holds them: bytes that every process reads alike.
//
//   u8 format (1), u32 count, then for each reference u16 size and its cache key (cache_key.h: key,
//   or key NUL version). Little endian.
//
// Thread rule: pure functions. Errors: nullopt for anything that is not exactly that: another
// format, a count that the bytes do not bear out, a key no door would let in, bytes left over.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cache_key.h"
#include "engine/index_entry.h"

namespace aside::engine {

std::string encode_portable_index(const IndexEntry& entry);

// Are these the bytes that encode_portable_index makes of it? Costs less than to decode them.
bool is_portable_index(const IndexEntry& entry, std::string_view bytes);

struct PortableIndexLimits {
    std::uint32_t references_max = 1000;
    std::uint32_t key_bytes_max = 2048;
};

// The references, as views into `bytes`, without hashes.
std::optional<std::vector<KeyView>> decode_portable_index(std::string_view bytes,
                                                          const PortableIndexLimits& limits);

}  // namespace aside::engine
