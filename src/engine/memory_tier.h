// L1 as the engine sees it: a store for values and a small one of its own for absence, so that
// asking for what does not exist can push out nothing that does.
//
// A key is in at most one of the two. Thread rule: `find` and `peek` inside a ReadSection; the rest
// from any thread, and for one key under the lock of its flight shard (flight_table.h), so that a
// fill and an invalidation of one key have an order.
#pragma once

#include <algorithm>

#include "engine/cache_key.h"
#include "engine/options.h"
#include "memory/store.h"

namespace aside::engine {

class MemoryTier {
  public:
    MemoryTier(const EngineOptions& options, EpochDomain& epochs)
        : values_({.capacity_bytes = options.memory_capacity_bytes - absent_bytes(options),
                   .seed = options.seed},
                  epochs),
          absents_({.capacity_bytes = absent_bytes(options), .seed = options.seed}, epochs) {}

    KeyView key(ValueKind kind, std::string_view bytes) const {
        return {kind, values_.hash(kind, bytes), bytes};
    }

    const Value* find(unsigned worker, const KeyView& key) {
        return values_.find(worker, key.kind, key.hash, key.bytes);
    }
    const Value* peek(const KeyView& key) const {
        return values_.peek(key.kind, key.hash, key.bytes);
    }
    const Value* find_absent(unsigned worker, const KeyView& key) {
        return absents_.find(worker, key.kind, key.hash, key.bytes);
    }
    const Value* peek_absent(const KeyView& key) const {
        return absents_.peek(key.kind, key.hash, key.bytes);
    }
    // A value that `peek` gave was used: the policy learns of it.
    void note_access(unsigned worker, const Value& value) { values_.note_access(worker, value); }

    // Makes a value without keeping it, so that the copy of its bytes is made outside of locks.
    // Null when there is no memory.
    ValueRef make(const memory::NewValue& value) {
        return (value.absent ? absents_ : values_).make(value);
    }
    void keep(const ValueRef& value) {
        const KeyView key{value->kind(), value->key_hash(), value->key()};
        (value->absent() ? absents_ : values_).insert(value);
        (value->absent() ? values_ : absents_).erase(key.kind, key.hash, key.bytes);
    }
    void erase(const KeyView& key) {
        values_.erase(key.kind, key.hash, key.bytes);
        absents_.erase(key.kind, key.hash, key.bytes);
    }

    const memory::Store& values() const { return values_; }
    const memory::Store& absents() const { return absents_; }
    std::uint64_t lent_bytes() const { return values_.lent_bytes() + absents_.lent_bytes(); }

  private:
    // Half of all at most: a small cache that leaves its absent_capacity alone still caches values.
    static std::uint64_t absent_bytes(const EngineOptions& options) {
        return std::min(options.absent_capacity_bytes, options.memory_capacity_bytes / 2);
    }

    memory::Store values_;
    memory::Store absents_;
};

}  // namespace aside::engine
