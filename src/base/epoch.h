// Epoch-based reclamation (K. Fraser, "Practical lock-freedom", 2004, section 5.2.3): readers look
// at shared structures without writing to them, and what a writer unlinks is freed only when no
// reader can still see it.
//
// A reader announces itself for the length of a ReadSection in a slot of its own, one store to
// memory no other core writes. A writer unlinks, draws a stamp, and may free the block once every
// slot has left the epochs below it.
//
// What is asked of the structure: links that lead to what may be retired are read and unlinked with
// memory_order_seq_cst. One stamp may serve for all that was unlinked before it was drawn.
//
// Thread rule: a slot belongs to one thread at a time (a worker uses its index); sections nest.
// Writers are any thread. A section never lasts across a suspension: while it lasts nothing retired
// anywhere is freed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace aside {

class EpochDomain {
  public:
    explicit EpochDomain(unsigned slots);
    EpochDomain(const EpochDomain&) = delete;
    EpochDomain& operator=(const EpochDomain&) = delete;

    unsigned slots() const { return slot_count_; }

    void enter(unsigned slot) {
        Slot& mine = slots_[slot];
        if (mine.depth++ == 0) {
            // seq_cst, all three: this load, this store, and then the section's loads of links
            // stand in the one order that unlinking, stamping and checking stand in too. So whoever
            // saw a link before it went announced an epoch below its stamp.
            mine.epoch.store(global_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
        }
    }
    void leave(unsigned slot) {
        Slot& mine = slots_[slot];
        if (--mine.depth == 0) mine.epoch.store(kIdle, std::memory_order_release);
    }

    // The stamp of something unlinked just now; it may be freed once `passed(stamp)`.
    std::uint64_t retire_stamp() { return global_.fetch_add(1, std::memory_order_seq_cst) + 1; }
    // True when no reader that could have seen what was unlinked at `stamp` is still inside a
    // section.
    bool passed(std::uint64_t stamp) const;

  private:
    static constexpr std::uint64_t kIdle = ~std::uint64_t{0};
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> epoch{kIdle};
        unsigned depth = 0;  // owner thread only
    };
    alignas(64) std::atomic<std::uint64_t> global_{1};
    const unsigned slot_count_;
    std::unique_ptr<Slot[]> slots_;
};

class [[nodiscard]] ReadSection {
  public:
    ReadSection(EpochDomain& domain, unsigned slot) : domain_(domain), slot_(slot) {
        domain_.enter(slot_);
    }
    ~ReadSection() { domain_.leave(slot_); }
    ReadSection(const ReadSection&) = delete;
    ReadSection& operator=(const ReadSection&) = delete;

  private:
    EpochDomain& domain_;
    const unsigned slot_;
};

}  // namespace aside
