// One shard of the store: a table, an eviction policy, and the lock that guards both against
// writers.
//
// The bound of a shard is its part of the store's. What the table and the policy take of it is
// taken from the values' part.
//
// Thread rule: find() inside a ReadSection; the rest from any thread. Values are destroyed after
// the lock is left, never under it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/epoch.h"
#include "base/mutex.h"
#include "memory/entry.h"
#include "memory/eviction.h"
#include "memory/limbo.h"
#include "memory/store.h"
#include "memory/table.h"

namespace aside::memory {

struct ShardOptions {
    std::uint64_t capacity = 0;  // bytes, or values if each costs 1
    bool count_values = false;   // each value costs 1
    std::uint64_t expected_entries = 0;
    std::uint64_t seed = 0;
    AllocateBlock allocate = nullptr;
};

class Shard {
  public:
    Shard(const ShardOptions& options, EpochDomain& epochs);
    ~Shard();  // REQUIRES: no reader, and no reference to its values, is left
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    Entry* find(ValueKind kind, std::uint64_t key_hash,
                std::string_view key) const noexcept ASIDE_NO_THREAD_SAFETY_ANALYSIS {
        return table_.find(kind, key_hash, key);
    }
    // Whether the policy wants to be told of hits on this key one by one.
    bool samples(std::uint64_t key_hash) const noexcept ASIDE_NO_THREAD_SAFETY_ANALYSIS {
        return policy_.sampled(key_hash);
    }
    SampledHit sampled_hit(const Entry& entry) const noexcept {
        return {entry.key_hash(), charge_of(entry)};
    }
    // Drops them if the lock is taken: they are hints, and a reader never waits.
    void try_note(std::span<const SampledHit> hits);

    ValueRef make(const NewValue& value);
    // Leaves `withheld` of the capacity unused.
    void insert(const ValueRef& value, std::uint64_t withheld);
    bool erase(ValueKind kind, std::uint64_t key_hash, std::string_view key);

    // Appends its hottest keys, at most `limit`, in no order.
    void add_hottest(std::size_t limit, std::vector<HeldKey>& keys) const;

    void add_to(StoreStats& stats) const;
    std::uint64_t lent_bytes();

  private:
    std::uint32_t charge_of(const Entry& entry) const noexcept {
        return options_.count_values ? 1 : entry.block_bytes();
    }
    void keep(Entry& entry, Entry* present) ASIDE_REQUIRES(mutex_);
    void link(Entry& entry, Entry* present) ASIDE_REQUIRES(mutex_);
    void unlink(Entry& entry) ASIDE_REQUIRES(mutex_);
    void retire(Entry& entry) ASIDE_REQUIRES(mutex_);
    void fit_capacity(std::uint64_t withheld) ASIDE_REQUIRES(mutex_);
    std::uint64_t overhead() const ASIDE_REQUIRES(mutex_);
    static void drop(Entry* chain);

    // Read by every look-up, hardly ever written.
    const ShardOptions options_;
    EpochDomain& epochs_;
    Table table_ ASIDE_GUARDED_BY(mutex_);

    alignas(64) mutable Mutex mutex_;
    EvictionPolicy policy_ ASIDE_GUARDED_BY(mutex_);
    Limbo<Entry> limbo_ ASIDE_GUARDED_BY(mutex_);
    std::uint64_t value_capacity_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::uint64_t evictions_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::uint64_t not_admitted_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::uint64_t fills_ ASIDE_GUARDED_BY(mutex_) = 0;
    LentBytes lent_;
};

}  // namespace aside::memory
