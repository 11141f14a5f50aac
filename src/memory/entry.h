// An entry of the store: a Value with what the store must know of it, in one malloc block: [Entry |
// key | validator | body].
//
// The table owns one reference for as long as the entry is linked, and drops it only when no reader
// can still be looking (memory/limbo.h). From the moment it leaves the store (or if it was never
// kept) until it is destroyed, the block counts as lent.
//
// Thread rule: immutable once published, but for what Value and PolicyNode allow; next_retired_
// belongs to the shard's lock. Units: block_bytes() is the allocator's real size of the block,
// rounding included.
#pragma once

#include <atomic>
#include <cstdint>
#include <new>

#include "base/value.h"
#include "memory/policy_node.h"
#include "memory/store.h"

namespace aside::memory {

// Bytes that left the store and are not destroyed yet. Values write to it when they end, so it
// stands on a line of its own.
struct alignas(64) LentBytes {
    std::atomic<std::uint64_t> bytes{0};
};

class Entry final : public Value, public PolicyNode {
  public:
    // One reference, the caller's. Null when there is no memory, or when key or validator are over
    // 65,535 bytes or the body over 4 GiB. `lent` must outlive the entry.
    static Entry* make(const NewValue& value, LentBytes& lent, AllocateBlock allocate) noexcept;

    std::uint32_t block_bytes() const noexcept { return block_bytes_; }
    bool is(ValueKind kind, std::uint64_t key_hash, std::string_view key) const noexcept {
        // The key's place follows from the entry's own address: no second dependent load.
        return key_hash_ == key_hash && kind_ == kind && key_size_ == key.size() &&
               __builtin_memcmp(bytes(), key.data(), key.size()) == 0;
    }

    // The store no longer counts it; whoever holds a reference does.
    void lend() noexcept { lent_.bytes.fetch_add(block_bytes_, std::memory_order_relaxed); }
    void take_back() noexcept { lent_.bytes.fetch_sub(block_bytes_, std::memory_order_relaxed); }

  private:
    template <class T>
    friend class Limbo;

    explicit Entry(LentBytes& lent) noexcept : lent_(lent) {}
    ~Entry() = default;
    static void destroy(const Value* value) noexcept;
    const char* bytes() const noexcept { return reinterpret_cast<const char*>(this + 1); }

    std::uint32_t block_bytes_ = 0;
    LentBytes& lent_;
    Entry* next_retired_ = nullptr;
};

}  // namespace aside::memory
