// The curves of a trace, all in one pass: of its values' own sizes, of what they take in L2, of L1
// in each process with an L2 and without one, and of the index.
//
// All are made from the same keys, so that one look at a key's hash says whether any of them wants
// it: of a long trace most reads end there. Thread rule: one owner. Memory: bounded by the keys
// that are tracked, whatever the trace.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "sizing/curve_estimator.h"
#include "sizing/reference_strata.h"
#include "traces/trace.h"

namespace aside::cli {

struct TraceCurveOptions {
    std::size_t tracked_max = 16'384;             // keys that are remembered in any way; 0: all
    std::uint64_t value_bytes = 0;                // of values without a size; 0: they count as 1
    bool sizes_as_given = false;                  // nothing is added to them
    std::uint64_t fresh_ms = 0, lifetime_ms = 0;  // 0: as the trace says, or for ever
    std::uint64_t l1_lifetime_ms = 0;             // of what may change; 0: as in L2
    unsigned processes = 1;                       // each sees one reference in so many
    std::uint64_t index_fresh_ms = 1000;
    double references_per_second = 0;  // where the trace has no times
    double sampled_part = 1;
};

class TraceCurves {
  public:
    explicit TraceCurves(const TraceCurveOptions& options);

    void add(const traces::Record& record);

    std::uint64_t references() const { return references_; }
    std::uint64_t without_size() const { return without_size_; }
    std::uint64_t times_backwards() const { return times_backwards_; }
    bool has_clock() const { return last_ms_ > first_ms_; }
    double span_seconds() const { return static_cast<double>(last_ms_ - first_ms_) / 1e3; }
    bool expires() const { return expires_; }
    double mean_body_bytes() const;

    sizing::MissRatioCurve plain() const { return plain_.curve(); }
    sizing::MissRatioCurve stored() const { return stored_.curve(); }
    sizing::MissRatioCurve l1() const { return l1_ ? l1_->curve() : stored(); }
    // Where there is no L2 that it asks again.
    sizing::MissRatioCurve l1_alone() const { return l1_alone_ ? l1_alone_->curve() : stored(); }
    sizing::MissRatioCurve index() const { return index_.curve(); }

  private:
    void keep_size(std::uint64_t hash, std::uint64_t bytes);
    std::uint64_t size_of(const traces::Record& record, std::uint64_t hash);
    std::uint64_t time_of(const traces::Record& record);
    struct Read {
        std::uint64_t hash, time_ms, bytes;
        std::uint8_t stratum;
    };
    void follow(const traces::Record& record, const Read& read);
    void follow_the_same();
    template <class Use>
    void for_each(Use use) {
        use(plain_);
        use(stored_);
        use(index_);
        if (l1_) use(*l1_);
        if (l1_alone_) use(*l1_alone_);
    }

    const TraceCurveOptions options_;
    sizing::ReferenceStrata strata_;
    sizing::CurveEstimator plain_, stored_, index_;
    // None while nothing expires: they are stored_'s.
    std::optional<sizing::CurveEstimator> l1_, l1_alone_;
    std::uint64_t highest_;                                   // hash that is followed
    std::unordered_map<std::uint64_t, std::uint64_t> sizes_;  // the last, by hash
    bool sizes_forgotten_ = false;
    std::uint64_t sized_ = 0;
    double sized_bytes_ = 0;
    std::uint64_t references_ = 0, without_size_ = 0, times_backwards_ = 0;
    std::uint64_t first_ms_ = 0, last_ms_ = 0;
    double body_bytes_ = 0;
    bool expires_ = false;
};

}  // namespace aside::cli
