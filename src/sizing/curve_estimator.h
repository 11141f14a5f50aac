// A miss-ratio curve of all references, from those to a part of the keys: one pass, fixed memory.
//
// Keys are chosen by their hash, so that all references to a chosen one are seen. When more are
// tracked than there may be, those with the highest hashes are dropped, and the part that is chosen
// shrinks (SHARDS: Waldspurger, Park, Garthwaite and Ahmad, "Efficient MRC Construction with
// SHARDS", FAST 2015, sections 3.2 and 3.3). Distances are scaled by the part. A sample has too
// many or too few references. Where all are sorted (reference_strata.h) those of each sort are
// weighed to be as many as there were; else the difference is taken for references to the hottest
// keys (SHARDS-adj).
//
// With a lifetime a reference to what has expired is a miss in a cache of any size, and what has
// expired takes no room, neither there nor here. With a fresh time a reference after it is a hit
// that asks the origin once, and begins both times anew. They run from when a cache of any size had
// to load a value: in a small one, which loads more often, it would expire a little less often than
// is told.
//
// Thread rule: one owner. Units: milliseconds, bytes. Limits: `tracked_max` keys.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sizing/distance_histogram.h"
#include "sizing/lru_stack.h"
#include "sizing/miss_ratio_curve.h"
#include "sizing/reference_strata.h"

namespace aside::sizing {

struct SampledReference {
    std::uint64_t hash = 0;  // of the key: all 64 bits alike
    std::uint64_t bytes = 1;
    std::uint64_t time_ms = 0;      // one that goes backwards is taken for the latest there was
    std::uint64_t fresh_ms = 0;     // 0: it need not be asked for again
    std::uint64_t lifetime_ms = 0;  // 0: it does not expire
    std::uint32_t times = 1;        // so many in a row, with next to nothing in between
    std::uint8_t stratum = 0;       // where references are sorted
};

struct EstimatorOptions {
    std::size_t tracked_max = 16'384;
    // The part of the keys that it begins with. Less than all bounds what a reference costs where
    // there are few keys.
    double first_part = 1;
    // What it is shown are the references to a part of the keys already.
    double given_part = 1;
    bool sorted = false;  // all references are, those that are passed over included
};

class CurveEstimator {
  public:
    explicit CurveEstimator(const EstimatorOptions& options);

    bool chooses(std::uint64_t hash) const { return hash <= highest_; }
    // Cheap for a key that is not chosen.
    void reference(const SampledReference& reference) {
        strata_[reference.stratum].references += reference.times;
        if (chooses(reference.hash)) chosen(reference);
    }
    // For callers that count for themselves what is not chosen.
    void passed_over(std::uint64_t references, std::uint8_t stratum = 0) {
        strata_[stratum].references += static_cast<double>(references);
    }
    // What was seen until now counts for so much less than what comes.
    void fade(double by);
    // Where most places are free again, because what was tracked has expired: chooses twice as many
    // keys, up to the first part. For those that are new it is as if they were asked for the first
    // time.
    void widen();
    // Keys with a higher hash are not chosen any more, and those of them that are tracked dropped.
    void narrow(std::uint64_t highest);

    MissRatioCurve curve() const;
    std::size_t tracked() const { return numbers_.size(); }
    bool tracks(std::uint64_t hash) const { return numbers_.contains(hash); }
    double chosen_part() const { return (static_cast<double>(highest_) + 1) * 0x1p-64; }
    std::uint64_t highest_chosen() const { return highest_; }
    std::size_t memory_bytes() const;

  private:
    static constexpr std::uint64_t kNever = ~0ULL;

    struct Key {
        std::uint64_t hash = 0;
        std::uint64_t fresh_until_ms = kNever;
        std::uint64_t expires_ms = kNever;
        bool queued = false;  // in expiries_
    };
    using HashedKey = std::pair<std::uint64_t, std::uint32_t>;  // and its number
    struct Expiry {
        std::uint64_t at_ms;
        std::uint32_t key;
        bool operator>(const Expiry& other) const { return at_ms > other.at_ms; }
    };
    struct Stratum {
        double references = 0;
        double weighed = 0;  // references as the sample tells them
        DistanceHistogram found, refreshed;
    };
    void chosen(const SampledReference& reference);
    std::uint32_t number_of(std::uint64_t hash);
    void found(const Key& key, std::uint32_t number, Stratum& stratum);
    void begin_times(std::uint32_t number, const SampledReference& reference);
    void expire();
    bool is_tracked(const HashedKey& key) const;
    void drop_highest();
    void forget(std::uint32_t number);
    void pack_hashes();
    double weight() const { return 1 / (chosen_part() * given_part_); }

    const std::size_t tracked_max_;
    const double given_part_;
    const bool sorted_;
    const std::uint64_t first_highest_;
    std::uint64_t highest_;  // hash that is chosen
    std::uint64_t now_ms_ = 0;
    std::unordered_map<std::uint64_t, std::uint32_t> numbers_;  // by hash
    std::vector<Key> keys_;                                     // by number
    std::vector<std::uint32_t> free_;
    // Those of the tracked keys, and of some that are so no longer.
    std::priority_queue<HashedKey> by_hash_;
    // One of a key at most; of one whose time was begun anew it is put back when it comes up.
    std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>> expiries_;
    LruStack stack_;
    std::array<Stratum, ReferenceStrata::kStrata> strata_;
};

}  // namespace aside::sizing
