// What part of the references an LRU cache misses, by its size, and what part of them it finds but
// must ask the origin about again, because their fresh time is over.
//
// Thread rule: an immutable value once it was made. Units: bytes of entries with all they take in
// the cache; ratios of all references, from 0 to 1. Between two points a curve is a straight line.
#pragma once

#include <vector>

#include "base/result.h"
#include "sizing/distance_histogram.h"

namespace aside::sizing {

struct CurvePoint {
    double bytes = 0;
    double miss_ratio = 1;
    double refresh_ratio = 0;
};

// What a curve was made of.
struct CurveBasis {
    double references = 0;
    double distinct_entries = 0, distinct_bytes = 0;  // that are alive at once
};

class MissRatioCurve {
  public:
    MissRatioCurve() = default;  // of no references: misses all
    // Errors: bad_input: sizes that do not grow, ratios out of range or that grow with the size.
    static Result<MissRatioCurve> from_points(std::vector<CurvePoint> points,
                                              const CurveBasis& basis);
    // Of the references that were found: how deep; of those to be refreshed: how deep.
    MissRatioCurve(const DistanceHistogram& found, const DistanceHistogram& refreshed,
                   const CurveBasis& basis);

    double miss_ratio(double bytes) const;
    double refresh_ratio(double bytes) const;
    // What the origin is asked, by reference: to load, or whether what is there still stands.
    double load_ratio(double bytes) const { return miss_ratio(bytes) + refresh_ratio(bytes); }
    // Of a cache that never evicts: what is read for the first time, or has expired.
    double least_miss_ratio() const { return points_.empty() ? 1 : points_.back().miss_ratio; }
    // The least size that misses no more than this; negative: no size does.
    double bytes_for(double miss_ratio) const;

    // With all miss ratios so much higher; lower where it is negative.
    MissRatioCurve shifted(double by) const;

    const CurveBasis& basis() const { return basis_; }
    double bytes_per_entry() const;  // 1 when nobody knows
    bool empty() const { return points_.empty(); }

    // From a thousandth of all bytes to all of them, evenly in the logarithm.
    std::vector<CurvePoint> sampled(unsigned count) const;

  private:
    CurvePoint at(double bytes) const;

    std::vector<CurvePoint> points_;  // by growing size
    CurveBasis basis_;
};

}  // namespace aside::sizing
