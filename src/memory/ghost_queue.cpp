#include "memory/ghost_queue.h"

#include <algorithm>
#include <bit>

namespace aside::memory {
namespace {

// A horizon spans at most this many position units, so that the 32-bit position wraps only after
// hundreds of horizons, long after its slot was reused.
constexpr int kHorizonBits = 24;

}  // namespace

GhostQueue::GhostQueue(std::uint64_t entries, std::uint64_t horizon_charge)
    : entries_(std::max<std::uint64_t>(entries, 1)),
      shift_(static_cast<unsigned>(
          std::max<int>(0, static_cast<int>(std::bit_width(horizon_charge)) - kHorizonBits))),
      buckets_((entries_ * 3 / 2 + kWays - 1) / kWays) {}

GhostQueue::Bucket& GhostQueue::bucket(std::uint32_t fingerprint) noexcept {
    const std::uint64_t mixed = (fingerprint * 0x9E3779B97F4A7C15ULL) >> 32U;
    return buckets_[(mixed * buckets_.size()) >> 32U];
}

void GhostQueue::place(Slot slot) noexcept {
    Bucket& home = bucket(slot.fingerprint);
    const std::uint32_t present = now();
    Slot* chosen = home.data();
    for (Slot& candidate : home) {
        if (candidate.position == 0 || candidate.fingerprint == slot.fingerprint) {
            chosen = &candidate;
            break;
        }
        if (present - candidate.position > present - chosen->position) {
            chosen = &candidate;
        }
    }
    *chosen = slot;
}

void GhostQueue::add(std::uint32_t fingerprint, std::uint64_t charge) noexcept {
    evicted_charge_ += charge;
    if (now() == 0) {
        evicted_charge_ += std::uint64_t{1} << shift_;  // 0 marks a free slot
    }
    place({.fingerprint = fingerprint, .position = now()});
}

bool GhostQueue::take(std::uint32_t fingerprint, std::uint64_t horizon_charge) noexcept {
    for (Slot& slot : bucket(fingerprint)) {
        if (slot.position != 0 && slot.fingerprint == fingerprint) {
            const std::uint64_t age = std::uint64_t{now() - slot.position} << shift_;
            slot.position = 0;
            return age < horizon_charge;
        }
    }
    return false;
}

void GhostQueue::reserve(std::uint64_t entries) {
    if (entries <= entries_) {
        return;
    }
    const std::uint64_t wanted = std::max(entries, entries_ * 2);
    std::vector<Bucket> old((wanted * 3 / 2 + kWays - 1) / kWays);
    old.swap(buckets_);
    entries_ = wanted;
    for (const Bucket& bucket : old) {
        for (const Slot& slot : bucket) {
            if (slot.position != 0) {
                place(slot);
            }
        }
    }
}

}  // namespace aside::memory
