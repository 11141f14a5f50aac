// An item's references as a cached value: parsed once when filled, with each key's hash, so that a
// hit neither parses nor hashes.
//
// The body is a block of this process's own (native byte order, hashes under this process's seed):
// it never leaves L1.
//   header  { u32 current, u32 previous, u64 previous_origin_time_ns }
//   slot[]  { u64 hash, u32 offset, u16 size, u8 kind }   first the current references, then the
//   previous ones bytes   the cache keys (cache_key.h)
// The previous references are those this entry replaced, when they differed: if the new ones name
// an object that is not there (yet), the item as it was before may still be answered, stale.
//
// Thread rule: pure functions on immutable bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "engine/cache_key.h"
#include "engine/ports/origin.h"
#include "memory/store.h"

namespace aside::engine {

class IndexEntry {
  public:
    // `body` must come from encode_index_entry and outlive this view.
    explicit IndexEntry(std::string_view body) : body_(body) {}

    std::uint32_t size() const { return read<std::uint32_t>(0); }
    KeyView operator[](std::uint32_t i) const { return slot(i); }

    std::uint32_t previous_size() const { return read<std::uint32_t>(4); }
    KeyView previous(std::uint32_t i) const { return slot(size() + i); }
    SteadyTime previous_origin_time() const { return SteadyTime(Duration(read<std::int64_t>(8))); }

    bool same_references(const IndexEntry& other) const;

  private:
    static constexpr std::size_t kHeaderBytes = 16;
    static constexpr std::size_t kSlotBytes = 16;

    template <class T>
    T read(std::size_t at) const {
        T value;
        std::memcpy(&value, body_.data() + at, sizeof value);
        return value;
    }
    KeyView slot(std::uint32_t i) const {
        const std::size_t at = kHeaderBytes + kSlotBytes * i;
        const auto offset = read<std::uint32_t>(at + 8);
        const auto size = read<std::uint16_t>(at + 12);
        return {static_cast<ValueKind>(read<std::uint8_t>(at + 14)), read<std::uint64_t>(at),
                body_.substr(offset, size)};
    }
    friend std::string encode_index_entry(std::span<const KeyView>, const Value*);

    std::string_view body_;
};

// `replaced` is the entry this one takes the place of, or null. The keys carry their hashes.
std::string encode_index_entry(std::span<const KeyView> references, const Value* replaced);
std::string encode_index_entry(const memory::Store& store, std::span<const Reference> references,
                               const Value* replaced);

}  // namespace aside::engine
