#include "lab/load/latency_histogram.h"

#include <cmath>

namespace aside::lab::load {

void LatencyHistogram::make_room(unsigned bucket) {
    constexpr unsigned kSpare = kSteps;  // a power of two more than asked for
    const unsigned from = bucket < kSpare ? 0 : bucket - kSpare;
    const unsigned to = std::min(bucket + kSpare, kBuckets - 1) + 1;
    if (counts_.empty()) {
        first_ = from;
        counts_.resize(to - from);
        return;
    }
    if (bucket < first_) {
        counts_.insert(counts_.begin(), first_ - from, 0);
        first_ = from;
    }
    if (bucket >= first_ + counts_.size()) counts_.resize(to - first_);
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
    if (other.count_ == 0) return;
    if (counts_.empty()) {
        *this = other;
        return;
    }
    const unsigned last = other.first_ + static_cast<unsigned>(other.counts_.size()) - 1;
    for (const unsigned edge : {other.first_, last}) {
        if (edge - first_ >= counts_.size()) make_room(edge);
    }
    for (std::size_t i = 0; i < other.counts_.size(); ++i) {
        counts_[other.first_ - first_ + i] += other.counts_[i];
    }
    count_ += other.count_;
    sum_ns_ += other.sum_ns_;
    longest_ = std::max(longest_, other.longest_);
}

Duration LatencyHistogram::mean() const {
    if (count_ == 0) return {};
    return Duration(std::llround(sum_ns_ / static_cast<double>(count_)));
}

Duration LatencyHistogram::quantile(double q) const {
    if (count_ == 0) return {};
    const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_));
    const auto rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
    if (rank >= count_) return longest_;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        below += counts_[i];
        if (below < rank) continue;
        const unsigned bucket = first_ + static_cast<unsigned>(i);
        const std::uint64_t middle = (lowest_of(bucket) + lowest_of(bucket + 1)) / 2;
        return std::min(longest_, Duration(static_cast<std::int64_t>(middle)));
    }
    return longest_;
}

std::uint64_t LatencyHistogram::longer_than(Duration limit) const {
    const unsigned bound =
        bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(limit.count(), 0)));
    std::uint64_t longer = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (first_ + i > bound) longer += counts_[i];
    }
    return longer;
}

std::vector<LatencyHistogram::Bucket> LatencyHistogram::buckets() const {
    std::vector<Bucket> filled;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0) continue;
        const unsigned bucket = first_ + static_cast<unsigned>(i);
        filled.push_back({Duration(static_cast<std::int64_t>(lowest_of(bucket))),
                          Duration(static_cast<std::int64_t>(lowest_of(bucket + 1))), counts_[i]});
    }
    return filled;
}

}  // namespace aside::lab::load
