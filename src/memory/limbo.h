// Blocks that were unlinked from a shared structure and wait until no reader can still see them
// (base/epoch.h).
//
// Two lists: what was unlinked lately, and what was closed under one stamp and waits for it to
// pass. A stamp costs a write to memory that every reader reads, so one is drawn for a batch, not
// for a block.
//
// T has a member `T* next_retired_` that is free for use here. Thread rule: guarded by the owner's
// lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/epoch.h"

namespace aside::memory {

template <class T>
class Limbo {
  public:
    Limbo() = default;
    Limbo(const Limbo&) = delete;
    Limbo& operator=(const Limbo&) = delete;

    bool empty() const { return open_ == nullptr && closed_ == nullptr; }

    void add(T* block, std::uint64_t bytes) {
        block->next_retired_ = std::exchange(open_, block);
        ++open_count_;
        open_bytes_ += bytes;
    }

    // What may be freed by now, as a chain to be walked with `pop`. Waits for a batch to be worth a
    // stamp unless `all`.
    [[nodiscard]] T* take_passed(EpochDomain& epochs, bool all = false) {
        T* passed = take_closed(epochs);
        const bool worth_it = open_count_ >= kBatchBlocks || open_bytes_ >= kBatchBytes;
        if (closed_ == nullptr && open_ != nullptr && (worth_it || all)) {
            stamp_ = epochs.retire_stamp();
            closed_ = std::exchange(open_, nullptr);
            open_count_ = 0;
            open_bytes_ = 0;
            // With no reader about it has passed already.
            if (passed == nullptr) passed = take_closed(epochs);
        }
        return passed;
    }

    // Everything. REQUIRES: no reader is left.
    [[nodiscard]] T* take_all_unchecked() {
        T* rest = std::exchange(open_, nullptr);
        for (T* block = std::exchange(closed_, nullptr); block != nullptr;) {
            T* next = block->next_retired_;
            block->next_retired_ = std::exchange(rest, block);
            block = next;
        }
        return rest;
    }

    static T* pop(T*& chain) {
        T* block = chain;
        if (block != nullptr) chain = block->next_retired_;
        return block;
    }

  private:
    static constexpr std::size_t kBatchBlocks = 16;
    static constexpr std::uint64_t kBatchBytes = 64 * 1024;

    T* take_closed(EpochDomain& epochs) {
        if (closed_ == nullptr || !epochs.passed(stamp_)) return nullptr;
        return std::exchange(closed_, nullptr);
    }

    T* open_ = nullptr;
    T* closed_ = nullptr;
    std::uint64_t stamp_ = 0;
    std::size_t open_count_ = 0;
    std::uint64_t open_bytes_ = 0;
};

}  // namespace aside::memory
