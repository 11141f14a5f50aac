#include "memory/window_tuner.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace aside::memory {
namespace {

// The first is used until another proves better.
constexpr std::array kShares = {0.1, 0.01, 0.4, 0.75};

// Entries of a shadow: a sixteenth of the cache's, but enough to tell and no more than needed to.
constexpr std::uint64_t kSampledPart = 16;
constexpr std::uint64_t kMinShadowEntries = 256;
constexpr std::uint64_t kMaxShadowEntries = 4096;

constexpr std::uint32_t kRoundsPerFilling = 4;  // a round: a quarter as many requests as entries
constexpr std::uint32_t kMinRoundLength = 16;
// Sampled requests after which a miss counts half: this many times the shadow's entries.
constexpr double kHalfLife = 10;
constexpr double kMinHalfLife = 1000;
// Another share must miss less by this part: changing costs misses too.
constexpr double kHysteresis = 0.01;

constexpr double kAllKeys = 4294967296.0;  // the sampling rate of every key

std::uint64_t shadow_entries(std::uint64_t entries) {
    return std::min(entries,
                    std::clamp(entries / kSampledPart, kMinShadowEntries, kMaxShadowEntries));
}

std::uint64_t rate_for(std::uint64_t entries) {
    const double part = static_cast<double>(shadow_entries(entries)) / static_cast<double>(entries);
    return static_cast<std::uint64_t>(part * kAllKeys);
}

}  // namespace

WindowTuner::WindowTuner(std::uint64_t capacity_charge, std::uint64_t entries)
    : rate_(rate_for(std::max<std::uint64_t>(entries, 1))),
      sketch_(shadow_entries(std::max<std::uint64_t>(entries, 1))) {
    const std::uint64_t sample = shadow_entries(std::max<std::uint64_t>(entries, 1));
    round_length_ =
        std::max(kMinRoundLength, static_cast<std::uint32_t>(sample / kRoundsPerFilling));
    const double half_life = std::max(kMinHalfLife, kHalfLife * static_cast<double>(sample));
    retention_ = std::exp2(-static_cast<double>(round_length_) / half_life);
    // Some more than the expected number, for samples that turn out large.
    const auto max_entries = static_cast<std::uint32_t>(sample + sample / 4 + 16);
    for (const double share : kShares) {
        candidates_.emplace_back(share, scaled(capacity_charge), max_entries, sketch_);
    }
}

std::uint64_t WindowTuner::scaled(std::uint64_t capacity_charge) const noexcept {
    const double part = static_cast<double>(rate_) / kAllKeys;
    const long long charge = std::llround(static_cast<double>(capacity_charge) * part);
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(charge));
}

void WindowTuner::access(std::uint32_t fingerprint, std::uint32_t charge) {
    sketch_.add(fingerprint);
    for (Candidate& candidate : candidates_) {
        candidate.misses += candidate.shadow.access(fingerprint, charge) ? 0 : 1;
    }
    if (++accesses_ == round_length_) {
        accesses_ = 0;
        end_round();
    }
}

void WindowTuner::end_round() noexcept {
    for (Candidate& candidate : candidates_) {
        candidate.score = candidate.score * retention_ + candidate.misses;
        candidate.misses = 0;
    }
    std::size_t best = chosen_;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        if (candidates_[i].score < candidates_[best].score) {
            best = i;
        }
    }
    if (candidates_[best].score < candidates_[chosen_].score * (1 - kHysteresis)) {
        chosen_ = best;
    }
}

void WindowTuner::set_capacity(std::uint64_t capacity_charge) noexcept {
    for (Candidate& candidate : candidates_) {
        candidate.shadow.set_capacity(scaled(capacity_charge));
    }
}

std::uint64_t WindowTuner::overhead_bytes() const noexcept {
    std::uint64_t bytes = sizeof(WindowTuner) + sketch_.overhead_bytes();
    for (const Candidate& candidate : candidates_) {
        bytes += sizeof(Candidate) + candidate.shadow.overhead_bytes();
    }
    return bytes;
}

}  // namespace aside::memory
