// The hash table of one shard: look-ups without a lock, changes under the shard's.
//
// A bucket is one cache line of seven slots and a link to a further bucket for the few that
// overflow (after CLHT: David, Guerraoui, Trigonakis, "Asynchronized Concurrency", ASPLOS 2015). A
// slot holds an entry's address and, in the 16 bits that addresses leave free, a piece of its hash:
// a look-up reads one line and then, almost always, only the entry it wants.
//
// Growing builds a second array while readers go on in the first, publishes it, and retires the
// first. A reader that still holds the first sees the table as it was when its look-up began.
//
// Thread rule: find() inside a ReadSection; everything else under the owner's lock. Ownership: the
// table owns its arrays, not the entries. Errors: insert() says false when there is no memory to
// insert with.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/epoch.h"
#include "base/value.h"
#include "memory/limbo.h"

namespace aside::memory {

class Entry;

class Table {
  public:
    // Throws std::bad_alloc.
    explicit Table(EpochDomain& epochs);
    ~Table();  // REQUIRES: no reader is left
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    Entry* find(ValueKind kind, std::uint64_t key_hash, std::string_view key) const noexcept;

    // The key must not be there.
    [[nodiscard]] bool insert(Entry& entry) noexcept;
    // `present` must be there, and `next` must have the same kind and key.
    void replace(const Entry& present, Entry& next) noexcept;
    // The entry must be there. Readers may hold it until their sections end.
    void erase(const Entry& entry) noexcept;

    std::uint64_t size() const noexcept { return size_; }
    // Of the arrays in use; one that is retired is gone within a read section or two.
    std::uint64_t overhead_bytes() const noexcept { return bytes_; }

    // Calls `visit(Entry&)` for each.
    template <class Visit>
    void for_each(Visit visit) const {
        const Array& array = *array_.load(std::memory_order_relaxed);
        for (std::uint64_t i = 0; i <= array.mask; ++i) {
            for (const Bucket* b = &array.buckets[i]; b != nullptr;
                 b = b->next.load(std::memory_order_relaxed)) {
                for (const auto& slot : b->slots) {
                    if (Entry* entry = entry_of(slot.load(std::memory_order_relaxed)))
                        visit(*entry);
                }
            }
        }
    }

  private:
    static constexpr unsigned kSlots = 7;
    static constexpr unsigned kTagShift =
        48;  // user addresses of x86-64 and AArch64 have 48 bits at most
    static_assert(sizeof(void*) == 8);

    using Slot = std::atomic<std::uint64_t>;  // 0: free
    struct alignas(64) Bucket {
        std::array<Slot, kSlots> slots;
        std::atomic<Bucket*> next;
    };
    static_assert(sizeof(Bucket) == 64);

    // One block: this header, then the buckets.
    struct alignas(64) Array {
        std::uint64_t mask;
        std::uint64_t bytes;
        Array* next_retired_;
        Bucket* buckets;

        Bucket& home(std::uint64_t key_hash) const noexcept {
            // The low bits chose the shard, the high ones are the tag.
            return buckets[(key_hash >> kShardBits) & mask];
        }
    };
    static constexpr unsigned kShardBits = 8;

    static std::uint64_t slot_for(const Entry& entry) noexcept;
    static Entry* entry_of(std::uint64_t slot) noexcept {
        return reinterpret_cast<Entry*>(slot & ((std::uint64_t{1} << kTagShift) - 1));
    }
    static Array* make_array(std::uint64_t buckets) noexcept;
    static void free_array(Array* array) noexcept;
    static Bucket* add_bucket(Array& array, Bucket& last) noexcept;
    static bool place(Array& array, std::uint64_t key_hash, std::uint64_t slot) noexcept;

    Slot& slot_of(const Entry& entry) noexcept;
    Array* writable() noexcept { return array_.load(std::memory_order_relaxed); }
    void grow() noexcept;
    void release_retired() noexcept;

    std::atomic<Array*> array_;
    EpochDomain& epochs_;
    std::uint64_t size_ = 0;
    std::uint64_t bytes_ = 0;
    Limbo<Array> retired_;
};

}  // namespace aside::memory
