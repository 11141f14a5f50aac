// What an entry takes of maxmemory: the value, its key, and everything Redis and its allocator lay
// around them.
//
// As Redis 7 keeps a string with a time-to-live in a cluster: a dict entry of 40 bytes (16 of them
// for its slot's list), another of 24 for its time, 12 bytes a dict in its table (8 each, between
// once and twice the entries), the key as an sds, the value as an object of 16 bytes with an sds
// after it or, up to 44 bytes, in it (dict.h, sds.h, object.c); each rounded up to jemalloc's size
// classes (jemalloc 5, classes of 16 bytes, then four to each power of two). Newer servers take
// less: it is an upper bound for them.
//
// Thread rule: pure functions. Units: bytes.
#pragma once

#include <cstdint>

namespace aside::sizing {

struct EntryShape {
    bool expires = true;
    bool in_cluster = true;
};

std::uint64_t redis_entry_bytes(std::uint64_t key_bytes, std::uint64_t value_bytes,
                                const EntryShape& shape = {});

// What jemalloc takes for so many bytes.
std::uint64_t allocated_bytes(std::uint64_t bytes);

// What Aside stores for a body (wire/envelope.h, redis/key_names.h): the header and a validator as
// long as S3's before it, and what its keys have before the object's own name.
inline constexpr std::uint64_t kEnvelopeBytes = 48 + 34;
inline constexpr std::uint64_t kKeyPrefixBytes = 8;

}  // namespace aside::sizing
