// Which entries stay: a small first-in first-out window that every new key passes through, and a
// main queue that keys must earn. S3-FIFO (Yang et al., SOSP 2023) decides by what happened to the
// key itself; TinyLFU (Einziger et al., ToS 2017) by comparing it with what it would replace.
// Either word lets a key in:
//   - it was hit kPromotionHits times while in the window, or
//   - it comes back while its ghost is remembered, or
//   - the sketch has seen it clearly more often than all that it would displace, or
//   - the main queue has room.
// The main queue is a CLOCK whose entries survive one pass of the hand per hit, at most kMaxLives.
//
// A hit only bumps a counter in its node (PolicyNode::record_hit); the counter is read, and told to
// the sketch, when the node comes up for a decision. So a hit needs no lock and none may be late.
//
// Charges may differ. An object larger than the window does not flush it: it stands for admission
// at once. To displace several smaller ones it must have been seen more often than all of them
// together.
//
// The work of an insert is bounded: the hand takes at most kMaxHandSteps a decision, the window's
// share moves at most kMaxDrift times the inserted charge, and few nodes change queue.
//
// Threads: guarded by the owner's lock, but for PolicyNode::record_hit().
#pragma once

#include <cstdint>

#include "memory/frequency_sketch.h"
#include "memory/ghost_queue.h"
#include "memory/policy_node.h"

namespace aside::memory {

class SegmentedCache {
  public:
    // Who tells the sketch about hits: this cache when it examines a node, or its owner at each
    // hit.
    enum class HitFeed : std::uint8_t { kOnExamination, kByOwner };

    // The sketch is told of misses by the owner. It must outlive the cache.
    SegmentedCache(std::uint64_t capacity_charge, std::uint64_t entries, FrequencySketch& sketch,
                   HitFeed feed);

    // The node must be unlinked. Victims may contain it.
    void insert(PolicyNode& node, std::uint32_t fingerprint, std::uint32_t charge,
                VictimList& victims);
    // A new value for a key that is kept: `next` inherits the place and the hits of `present`,
    // which must be linked. May evict if the charge grew.
    void replace(PolicyNode& present, PolicyNode& next, std::uint32_t charge, VictimList& victims);
    // Without effect on a node that is not linked.
    void remove(PolicyNode& node) noexcept;
    // Gives up nodes until no more than that is used.
    void shrink_to(std::uint64_t charge, VictimList& victims);

    // Take effect at the next insert; the share gradually.
    void set_capacity(std::uint64_t capacity_charge) noexcept;
    void set_window_share(double share) noexcept;

    std::uint64_t capacity() const noexcept { return capacity_; }
    std::uint64_t used_charge() const noexcept { return window_.charge() + main_.charge(); }
    std::uint64_t entries() const noexcept { return window_.size() + main_.size(); }
    std::uint64_t overhead_bytes() const noexcept { return ghosts_.overhead_bytes(); }

    // Called as the population outgrows what the ghosts were sized for.
    void reserve(std::uint64_t entries) { ghosts_.reserve(entries); }

  private:
    std::uint64_t main_capacity() const noexcept { return capacity_ - window_target_; }
    bool main_has_room_for(const PolicyNode& node) const noexcept {
        return main_.charge() + node.charge_ <= main_capacity();
    }
    void drift(std::uint64_t charge) noexcept;
    void settle() noexcept;
    void evict_one(VictimList& victims);
    void examine_window(PolicyNode& candidate, VictimList& victims);
    bool displaces(const PolicyNode& candidate, VictimList& victims);
    PolicyNode* next_main_victim() noexcept;
    unsigned examine(PolicyNode& node) noexcept;
    void admit(PolicyNode& node) noexcept;
    void give_up(PolicyNode& node, VictimList& victims) noexcept;

    FrequencySketch& sketch_;
    HitFeed feed_;
    std::uint64_t capacity_;
    double window_share_;
    std::uint64_t window_wanted_ = 0;
    std::uint64_t window_target_ = 0;  // on its way to what is wanted
    NodeQueue window_{Segment::kWindow};
    NodeQueue main_{Segment::kMain};
    GhostQueue ghosts_;
};

}  // namespace aside::memory
