#include "sizing/curve_estimator.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "base/hash_part.h"

namespace aside::sizing {

namespace {

constexpr std::size_t kFewKeys = 64;
constexpr std::size_t kFewPlaces = 4;  // a quarter of them
constexpr std::size_t kReservedMost = 1 << 17;

std::uint64_t later(std::uint64_t now_ms, std::uint64_t span_ms) {
    const std::uint64_t sum = now_ms + span_ms;
    return span_ms == 0 || sum < now_ms ? ~0ULL : sum;
}

}  // namespace

CurveEstimator::CurveEstimator(const EstimatorOptions& options)
    : tracked_max_(std::max<std::size_t>(options.tracked_max, 1)),
      given_part_(options.given_part),
      sorted_(options.sorted),
      first_highest_(highest_hash_of(options.first_part)),
      highest_(first_highest_) {
    // A vector that grows by itself would take up to twice as much.
    if (tracked_max_ <= kReservedMost) keys_.reserve(tracked_max_ + 1);
}

std::uint32_t CurveEstimator::number_of(std::uint64_t hash) {
    const auto [at, fresh] = numbers_.try_emplace(hash, 0);
    if (!fresh) return at->second;
    if (free_.empty()) {
        at->second = static_cast<std::uint32_t>(keys_.size());
        keys_.emplace_back();
    } else {
        at->second = free_.back();
        free_.pop_back();
    }
    keys_[at->second].hash = hash;
    const std::uint32_t number = at->second;
    by_hash_.emplace(hash, number);
    if (by_hash_.size() > numbers_.size() + numbers_.size() / 2 + kFewKeys) pack_hashes();
    return number;
}

void CurveEstimator::pack_hashes() {
    std::vector<HashedKey> tracked(numbers_.begin(), numbers_.end());
    by_hash_ = std::priority_queue<HashedKey>(std::less<HashedKey>(), std::move(tracked));
}

// As if it had never been asked for: its place is another's.
void CurveEstimator::forget(std::uint32_t number) {
    numbers_.erase(keys_[number].hash);
    stack_.remove(number);
    keys_[number] = {.queued = keys_[number].queued};
    free_.push_back(number);
}

void CurveEstimator::expire() {
    while (!expiries_.empty() && expiries_.top().at_ms <= now_ms_) {
        const std::uint32_t number = expiries_.top().key;
        expiries_.pop();
        Key& key = keys_[number];
        key.queued = false;
        if (key.expires_ms <= now_ms_) {
            forget(number);
        } else if (key.expires_ms != kNever) {
            key.queued = true;
            expiries_.push({key.expires_ms, number});
        }
    }
}

bool CurveEstimator::is_tracked(const HashedKey& key) const {
    const auto at = numbers_.find(key.first);
    return at != numbers_.end() && at->second == key.second;
}

void CurveEstimator::drop_highest() {
    while (!is_tracked(by_hash_.top())) by_hash_.pop();
    const auto [hash, number] = by_hash_.top();
    highest_ = hash - 1;  // of more than one key the highest is not 0
    by_hash_.pop();
    forget(number);
}

void CurveEstimator::narrow(std::uint64_t highest) {
    if (highest >= highest_) return;
    highest_ = highest;
    while (!by_hash_.empty() && by_hash_.top().first > highest) {
        const HashedKey key = by_hash_.top();
        by_hash_.pop();
        if (is_tracked(key)) forget(key.second);
    }
}

void CurveEstimator::found(const Key& key, std::uint32_t number, Stratum& stratum) {
    // The others above it stand for those of all keys; it stands for itself.
    const double each = weight();
    const std::uint64_t own = stack_.bytes_of(number);
    const double distance =
        static_cast<double>(stack_.distance(number).bytes - own) * each + static_cast<double>(own);
    stratum.found.add(distance, each);
    if (key.fresh_until_ms <= now_ms_) stratum.refreshed.add(distance, each);
}

void CurveEstimator::begin_times(std::uint32_t number, const SampledReference& reference) {
    Key& key = keys_[number];
    key.fresh_until_ms = later(now_ms_, reference.fresh_ms);
    key.expires_ms = later(now_ms_, reference.lifetime_ms);
    if (key.expires_ms == kNever || key.queued) return;
    key.queued = true;
    expiries_.push({key.expires_ms, number});
}

void CurveEstimator::chosen(const SampledReference& reference) {
    now_ms_ = std::max(now_ms_, reference.time_ms);
    expire();
    const double each = weight();
    Stratum& stratum = strata_[reference.stratum];
    stratum.weighed += each * reference.times;
    const std::uint32_t number = number_of(reference.hash);
    const Key& key = keys_[number];
    // The queue may hold a key's number until later than its time: one that another key had.
    const bool there = stack_.holds(number) && key.expires_ms > now_ms_;
    if (there) found(key, number, stratum);
    const bool loaded = !there || key.fresh_until_ms <= now_ms_;
    const std::uint64_t bytes = std::max<std::uint64_t>(reference.bytes, 1);
    stack_.touch(number, bytes);
    // The others find it on top.
    if (reference.times > 1)
        stratum.found.add(static_cast<double>(bytes), each * (reference.times - 1));
    if (loaded) begin_times(number, reference);
    if (numbers_.size() > tracked_max_) drop_highest();
}

void CurveEstimator::fade(double by) {
    for (Stratum& stratum : strata_) {
        stratum.references *= by;
        stratum.weighed *= by;
        stratum.found.scale(by);
        stratum.refreshed.scale(by);
    }
}

void CurveEstimator::widen() {
    if (highest_ >= first_highest_ || numbers_.size() >= tracked_max_ / kFewPlaces) return;
    highest_ = highest_ > first_highest_ / 2 ? first_highest_ : 2 * highest_ + 1;
}

MissRatioCurve CurveEstimator::curve() const {
    const double part = chosen_part() * given_part_;
    double references = 0;
    DistanceHistogram found, refreshed;
    for (const Stratum& stratum : strata_) {
        const double seen = stratum.references / given_part_;
        const double by = sorted_ && stratum.weighed > 0 ? seen / stratum.weighed : 1;
        found.add(stratum.found, by);
        refreshed.add(stratum.refreshed, by);
        // What the sample still has too many or too few, or has nothing of: references to a few hot
        // keys, which any cache has. Only what was not asked for lately may be anything.
        const bool hot = !sorted_ || &stratum != &strata_.back();
        if (hot) found.add(1, seen - by * stratum.weighed);
        references += seen;
    }
    return {found,
            refreshed,
            {.references = references,
             .distinct_entries = static_cast<double>(stack_.entries()) / part,
             .distinct_bytes = static_cast<double>(stack_.bytes()) / part}};
}

std::size_t CurveEstimator::memory_bytes() const {
    constexpr std::size_t kMapNode = 48;  // with its place in the table
    std::size_t histograms = 0;
    for (const Stratum& stratum : strata_)
        histograms += stratum.found.memory_bytes() + stratum.refreshed.memory_bytes();
    // A queue does not tell what it has room for; it grows by doubling.
    return stack_.memory_bytes() + numbers_.size() * kMapNode + keys_.capacity() * sizeof(Key) +
           free_.capacity() * sizeof(std::uint32_t) +
           std::bit_ceil(by_hash_.size()) * sizeof(HashedKey) +
           std::bit_ceil(expiries_.size()) * sizeof(Expiry) + histograms;
}

}  // namespace aside::sizing
