#include "memory/eviction.h"

#include <algorithm>
#include <new>

namespace aside::memory {
namespace {

// A tuner made for this many times more or fewer entries than a full cache has is replaced: its
// sample would be too small to tell anything, or its shadows too small for the sample.
constexpr std::uint64_t kMisjudged = 4;

}  // namespace

EvictionPolicy::EvictionPolicy(std::uint64_t capacity_charge, std::uint64_t expected_entries,
                               std::uint64_t seed)
    : seed_(seed),
      sized_for_(std::max<std::uint64_t>(expected_entries, 1)),
      sampling_rate_(0),
      sketch_(sized_for_),
      cache_(capacity_charge, sized_for_, sketch_, SegmentedCache::HitFeed::kOnExamination) {
    restart_tuner(sized_for_);
}

void EvictionPolicy::on_sampled_hit(const SampledHit& hit) {
    observe(mixed(hit.hash), hit.charge);
}

void EvictionPolicy::observe(std::uint64_t mixed_hash, std::uint32_t charge) {
    // Asked again here: the rate may have changed since the hit was noted.
    if ((mixed_hash >> 32U) >= tuner_->sampling_rate()) {
        return;
    }
    tuner_->access(static_cast<std::uint32_t>(mixed_hash), charge);
    cache_.set_window_share(tuner_->window_share());
}

void EvictionPolicy::insert(PolicyNode& node, std::uint64_t hash, std::uint32_t charge,
                            VictimList& victims) {
    const std::uint64_t key = mixed(hash);
    const auto fingerprint = static_cast<std::uint32_t>(key);
    observe(key, charge);
    sketch_.add(fingerprint);
    cache_.insert(node, fingerprint, charge, victims);
    follow_population(!victims.empty());
}

void EvictionPolicy::follow_population(bool full) noexcept {
    try {
        if (cache_.entries() > sized_for_) {
            outgrow();
        } else if (full && (cache_.entries() < tuned_for_ / kMisjudged ||
                            cache_.entries() / kMisjudged > tuned_for_)) {
            restart_tuner(std::max<std::uint64_t>(cache_.entries(), 1));
        }
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): it has tables
        // Tried again when there are twice as many.
    }
}

void EvictionPolicy::outgrow() {
    sized_for_ *= 2;
    sketch_.reserve(sized_for_);
    cache_.reserve(sized_for_);
    restart_tuner(sized_for_);
}

void EvictionPolicy::restart_tuner(std::uint64_t entries) {
    tuned_for_ = entries;
    tuner_ = std::make_unique<WindowTuner>(cache_.capacity(), entries);
    sampling_rate_.store(tuner_->sampling_rate(), std::memory_order_relaxed);
}

void EvictionPolicy::set_capacity(std::uint64_t capacity_charge) {
    cache_.set_capacity(capacity_charge);
    tuner_->set_capacity(capacity_charge);
}

std::uint64_t EvictionPolicy::overhead_bytes() const noexcept {
    return sketch_.overhead_bytes() + cache_.overhead_bytes() + tuner_->overhead_bytes();
}

}  // namespace aside::memory
