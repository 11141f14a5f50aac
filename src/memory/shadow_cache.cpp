#include "memory/shadow_cache.h"

#include <bit>

namespace aside::memory {

ShadowCache::ShadowCache(std::uint64_t capacity_charge, std::uint32_t max_entries,
                         double window_share, FrequencySketch& sketch)
    : cache_(capacity_charge, max_entries, sketch, SegmentedCache::HitFeed::kByOwner),
      nodes_(max_entries + 1),
      slots_(std::bit_ceil(std::uint64_t{max_entries + 1} * 2), kNone) {
    cache_.set_window_share(window_share);
    free_.reserve(nodes_.size());
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
        free_.push_back(i);
    }
}

std::uint32_t ShadowCache::home(std::uint32_t fingerprint) const noexcept {
    const std::uint64_t mixed = (fingerprint * 0xD6E8FEB86659FD93ULL) >> 32U;
    return static_cast<std::uint32_t>((mixed * slots_.size()) >> 32U);
}

// The slot that holds the key, or the free one where it would go.
std::uint32_t ShadowCache::find(std::uint32_t fingerprint) const noexcept {
    std::uint32_t slot = home(fingerprint);
    while (slots_[slot] != kNone && nodes_[slots_[slot]].fingerprint_ != fingerprint) {
        slot = (slot + 1) % static_cast<std::uint32_t>(slots_.size());
    }
    return slot;
}

// Closes the gap, so that probing never meets a hole before its key (Knuth 6.4, algorithm R).
void ShadowCache::erase(std::uint32_t slot) noexcept {
    const auto size = static_cast<std::uint32_t>(slots_.size());
    std::uint32_t gap = slot;
    for (std::uint32_t next = (gap + 1) % size; slots_[next] != kNone; next = (next + 1) % size) {
        const std::uint32_t wanted = home(nodes_[slots_[next]].fingerprint_);
        if ((next - wanted) % size >= (next - gap) % size) {
            slots_[gap] = slots_[next];
            gap = next;
        }
    }
    slots_[gap] = kNone;
}

bool ShadowCache::access(std::uint32_t fingerprint, std::uint32_t charge) {
    std::uint32_t slot = find(fingerprint);
    if (slots_[slot] != kNone) {
        nodes_[slots_[slot]].record_hit();
        return true;
    }
    VictimList victims;
    if (free_.size() == 1) {  // smaller objects than expected: the limit counts, not the charge
        cache_.shrink_to(cache_.used_charge() - 1, victims);
        release_victims(victims);
        slot = find(fingerprint);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    slots_[slot] = index;
    cache_.insert(nodes_[index], fingerprint, charge, victims);
    release_victims(victims);
    return false;
}

void ShadowCache::release_victims(VictimList& victims) {
    while (PolicyNode* victim = victims.pop()) {
        erase(find(victim->fingerprint_));
        free_.push_back(static_cast<std::uint32_t>(victim - nodes_.data()));
    }
}

std::uint64_t ShadowCache::overhead_bytes() const noexcept {
    return cache_.overhead_bytes() + nodes_.capacity() * sizeof(PolicyNode) +
           (free_.capacity() + slots_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace aside::memory
