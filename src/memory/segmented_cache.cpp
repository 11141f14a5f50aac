#include "memory/segmented_cache.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace aside::memory {
namespace {

constexpr unsigned kPromotionHits = 2;
constexpr unsigned kMaxLives = 3;
// A candidate displaces others only if it was seen more than this much oftener than they were:
// estimates that differ by one are as good as equal, and changing for an equal is how scans win.
constexpr unsigned kMargin = 1;
constexpr double kFirstWindowShare = 0.1;
constexpr std::uint64_t kMaxDrift = 2;
// Nodes that may leave an overfull window for free room at each insert.
constexpr unsigned kMaxSettled = 4;
// A candidate that needs more victims than this to make room for it is turned away.
constexpr std::size_t kMaxDisplaced = 16;
constexpr unsigned kMaxHandSteps = 64;

}  // namespace

SegmentedCache::SegmentedCache(std::uint64_t capacity_charge, std::uint64_t entries,
                               FrequencySketch& sketch, HitFeed feed)
    : sketch_(sketch),
      feed_(feed),
      capacity_(capacity_charge),
      window_share_(kFirstWindowShare),
      ghosts_(entries, capacity_charge) {
    set_capacity(capacity_charge);
}

void SegmentedCache::set_capacity(std::uint64_t capacity_charge) noexcept {
    capacity_ = capacity_charge;
    window_target_ = std::min(window_target_, capacity_);
    set_window_share(window_share_);
}

void SegmentedCache::set_window_share(double share) noexcept {
    window_share_ = share;
    const auto wanted =
        static_cast<std::uint64_t>(std::llround(static_cast<double>(capacity_) * share));
    window_wanted_ = std::min(std::max<std::uint64_t>(wanted, 1), capacity_);
    if (entries() == 0) {
        window_target_ = window_wanted_;
    }
}

void SegmentedCache::drift(std::uint64_t charge) noexcept {
    const std::uint64_t step = kMaxDrift * charge;
    if (window_target_ < window_wanted_) {
        window_target_ += std::min(step, window_wanted_ - window_target_);
    } else {
        window_target_ -= std::min(step, window_target_ - window_wanted_);
    }
}

void SegmentedCache::insert(PolicyNode& node, std::uint32_t fingerprint, std::uint32_t charge,
                            VictimList& victims) {
    node.fingerprint_ = fingerprint;
    node.charge_ = charge;
    node.lives_ = 0;
    node.take_hits();
    const bool returns = ghosts_.take(fingerprint, main_capacity());
    if (charge > capacity_) {
        victims.queue_.push_newest(node);
        shrink_to(capacity_, victims);
        return;
    }
    drift(charge);
    if (returns) {
        main_.push_newest(node);
    } else if (charge > window_target_) {
        window_.push_oldest(node);
    } else {
        window_.push_newest(node);
    }
    settle();
    shrink_to(capacity_, victims);
}

// While the main queue has room, what outgrows the window goes there unexamined. Done at every
// insert, so that a full cache does not find half its entries in the wrong queue.
void SegmentedCache::settle() noexcept {
    for (unsigned moved = 0; moved < kMaxSettled; ++moved) {
        if (window_.charge() <= window_target_ || !main_has_room_for(*window_.oldest())) {
            return;
        }
        examine(*window_.oldest());
        admit(*window_.oldest());
    }
}

void SegmentedCache::replace(PolicyNode& present, PolicyNode& next, std::uint32_t charge,
                             VictimList& victims) {
    next.fingerprint_ = present.fingerprint_;
    next.charge_ = charge;
    next.lives_ = present.lives_;
    next.hits_.store(present.take_hits(), std::memory_order_relaxed);
    if (charge > capacity_) {
        remove(present);
        victims.queue_.push_newest(next);
    } else {
        (present.segment_ == Segment::kWindow ? window_ : main_).replace(present, next);
    }
    shrink_to(capacity_, victims);
}

void SegmentedCache::remove(PolicyNode& node) noexcept {
    if (node.segment_ == Segment::kWindow) {
        window_.unlink(node);
    } else if (node.segment_ == Segment::kMain) {
        main_.unlink(node);
    }
}

void SegmentedCache::shrink_to(std::uint64_t charge, VictimList& victims) {
    while (used_charge() > charge) {
        evict_one(victims);
    }
}

// Reads and clears the hits since the last examination.
unsigned SegmentedCache::examine(PolicyNode& node) noexcept {
    const unsigned hits = node.take_hits();
    if (feed_ == HitFeed::kOnExamination) {
        sketch_.add(node.fingerprint_, hits);
    }
    return hits;
}

void SegmentedCache::evict_one(VictimList& victims) {
    if (window_.charge() > window_target_ || main_.empty()) {
        examine_window(*window_.oldest(), victims);
    } else {
        give_up(*next_main_victim(), victims);
    }
}

void SegmentedCache::examine_window(PolicyNode& candidate, VictimList& victims) {
    const unsigned hits = examine(candidate);
    if (hits >= kPromotionHits || main_has_room_for(candidate) || displaces(candidate, victims)) {
        admit(candidate);
        return;
    }
    ghosts_.add(candidate.fingerprint_, candidate.charge_);
    give_up(candidate, victims);
}

// Gathers what must leave the main queue for the candidate to fit. If the candidate is worth more
// than all of it, that becomes victims; otherwise it goes back to where it stood.
bool SegmentedCache::displaces(const PolicyNode& candidate, VictimList& victims) {
    const unsigned seen = sketch_.estimate(candidate.fingerprint_);
    unsigned worth = seen - std::min(seen, kMargin);
    std::array<PolicyNode*, kMaxDisplaced> displaced{};
    std::size_t count = 0;
    bool wins = true;
    while (wins && !main_has_room_for(candidate) && !main_.empty()) {
        PolicyNode* victim = next_main_victim();
        const unsigned loss = sketch_.estimate(victim->fingerprint_);
        wins = loss < worth && count < displaced.size();
        if (wins) {
            worth -= loss;
            main_.unlink(*victim);
            displaced.at(count++) = victim;
        }
    }
    wins = wins && main_has_room_for(candidate);
    while (count > 0) {
        PolicyNode* victim = displaced.at(--count);
        main_.push_oldest(*victim);
        if (wins) {
            give_up(*victim, victims);
        }
    }
    return wins;
}

// The hand of the CLOCK. The main queue must not be empty; its victim is its oldest node. When the
// hand has come far and met only nodes in use, it takes the next one as it is.
PolicyNode* SegmentedCache::next_main_victim() noexcept {
    for (unsigned step = 0; step < kMaxHandSteps; ++step) {
        PolicyNode* node = main_.oldest();
        const unsigned lives = std::min(node->lives_ + examine(*node), kMaxLives);
        if (lives == 0) {
            return node;
        }
        node->lives_ = static_cast<std::uint8_t>(lives - 1);
        main_.unlink(*node);
        main_.push_newest(*node);
    }
    return main_.oldest();
}

void SegmentedCache::admit(PolicyNode& node) noexcept {
    window_.unlink(node);
    main_.push_newest(node);
}

void SegmentedCache::give_up(PolicyNode& node, VictimList& victims) noexcept {
    remove(node);
    victims.queue_.push_newest(node);
}

}  // namespace aside::memory
