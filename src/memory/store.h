// L1: the bounded store of values inside the process, shared by all workers.
//
// Look-ups take no lock and write no memory that another core writes: buckets are read under an
// EpochDomain's ReadSection, and an access is noted in the entry (only while its counter is not yet
// full) or in a buffer of the worker's own. Changes lock the shard the key's hash falls into.
// Evicted values leave the table at once; their bytes are freed when the last reader and the last
// response are done with them, and until then they count as lent.
//
// The bound (`capacity_bytes`) covers everything the store allocates: entries with headers and
// allocator rounding, tables, policy, ghosts. With `capacity_entries` instead, every value costs 1
// and nothing else counts (for replaying traces that count objects).
//
// Thread rule: find/peek inside a ReadSection of the worker given; everything else from any thread.
// `now` is never read here. Errors: a value too large to ever fit is simply not kept; one there is
// no memory for is a null reference. Source: the policy is described in
// docs/design/0001-eviction.md; reclamation in base/epoch.h.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/epoch.h"
#include "base/value.h"

namespace aside::memory {

// Where the blocks of values come from; std::free takes them back. Null when there is no memory.
using AllocateBlock = void* (*)(std::size_t bytes);

struct StoreOptions {
    std::uint64_t capacity_bytes = 0;  // one of the two
    std::uint64_t capacity_entries = 0;
    unsigned shards = 0;     // a power of two up to 64; 0: by capacity, so that each shard is large
                             // enough for its policy
    std::uint64_t seed = 0;  // of key hashes and of the policy's choices
    AllocateBlock allocate = &std::malloc;
};

struct NewValue {
    ValueKind kind = ValueKind::object;
    bool absent = false;
    std::uint64_t key_hash = 0;  // Store::hash(kind, key)
    std::string_view key, validator, body;
    SteadyTime origin_time, fresh_until;
    // Where there is an L2 (base/value.h).
    SteadyTime checked_at{};
    std::uint16_t slot = 0;
};

// In bytes, but that with `capacity_entries` used_bytes and capacity_bytes count values.
struct StoreStats {
    std::uint64_t entries = 0, used_bytes = 0, capacity_bytes = 0;
    std::uint64_t overhead_bytes =
        0;  // tables, policy, buffers; used_bytes + overhead_bytes <= capacity_bytes
    std::uint64_t lent_bytes = 0;
    std::uint64_t evictions = 0;  // values that had been kept and had to go
    std::uint64_t not_admitted =
        0;  // values the policy turned away when they came, or that were too large
    std::uint64_t fills = 0;  // values that were kept, new or in place of another
    unsigned shards = 0;
};

// A key the store holds, and how much its policy thinks of it.
struct HeldKey {
    ValueKind kind = ValueKind::object;
    std::uint32_t heat = 0;
    std::string key;
};

class Store {
  public:
    // Throws std::bad_alloc.
    Store(const StoreOptions& options, EpochDomain& epochs);
    ~Store();  // REQUIRES: no ReadSection and no ValueRef of its values is left
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    std::uint64_t hash(ValueKind kind, std::string_view key) const;

    // The value under this key, or null. Notes the access for the policy. The pointer is good until
    // the ReadSection ends.
    const Value* find(unsigned worker, ValueKind kind, std::uint64_t key_hash,
                      std::string_view key);
    // The same without noting the access.
    const Value* peek(ValueKind kind, std::uint64_t key_hash, std::string_view key) const;
    // The noting alone, for a value that peek gave in the same ReadSection.
    void note_access(unsigned worker, const Value& value);

    // Makes a value that is not kept yet: its bytes are copied here, without a lock. Null when
    // there is no memory for it or its key or validator is over 65,535 bytes. Until insert() it
    // counts as lent.
    ValueRef make(const NewValue& value);
    // Keeps what make() gave, once, if the policy admits it, in place of what was under the key.
    // Kept or not, the reference stays good; and kept or not, what was under the key is gone.
    void insert(const ValueRef& value);
    // Both. Null, and nothing changed, when there is no memory.
    ValueRef put(const NewValue& value);
    // True when there was one.
    bool erase(ValueKind kind, std::uint64_t key_hash, std::string_view key);

    // The keys worth having in another store, hottest first, at most `limit`. Takes each shard's
    // lock in turn and looks at every entry: for a task that runs once a minute.
    std::vector<HeldKey> hottest(std::size_t limit) const;

    StoreStats stats() const;
    // Bytes of values that are no longer kept and not yet destroyed: some reference is left. Frees
    // first what needs only be freed.
    std::uint64_t lent_bytes() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace aside::memory
