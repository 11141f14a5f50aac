#include "sizing/miss_ratio_curve.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aside::sizing {

namespace {

constexpr double kLeastPart = 0.001;  // of all bytes: where sampled() begins
constexpr double kRounding = 1e-6;    // that ratios written as text may have

bool is_ratio(double value) {
    return value >= 0 && value <= 1 + kRounding;
}

}  // namespace

Result<MissRatioCurve> MissRatioCurve::from_points(std::vector<CurvePoint> points,
                                                   const CurveBasis& basis) {
    if (!(basis.references >= 0 && basis.distinct_entries >= 0 && basis.distinct_bytes >= 0))
        return fail(Errc::bad_input, "a curve of a negative number of references or bytes");
    for (std::size_t i = 0; i < points.size(); ++i) {
        const CurvePoint& point = points[i];
        if (!(point.bytes > 0) || !is_ratio(point.miss_ratio) || !is_ratio(point.refresh_ratio))
            return fail(Errc::bad_input, "a point of a curve is out of range");
        if (i == 0) continue;
        if (point.bytes <= points[i - 1].bytes)
            return fail(Errc::bad_input, "the sizes of a curve do not grow");
        if (point.miss_ratio > points[i - 1].miss_ratio + kRounding)
            return fail(Errc::bad_input, "a larger cache misses more");
    }
    MissRatioCurve curve;
    curve.points_ = std::move(points);
    curve.basis_ = basis;
    return curve;
}

MissRatioCurve::MissRatioCurve(const DistanceHistogram& found, const DistanceHistogram& refreshed,
                               const CurveBasis& basis)
    : basis_(basis) {
    if (basis.references <= 0) return;
    double hits = 0, refreshes = 0;
    const std::size_t steps = std::max(found.steps(), refreshed.steps());
    for (std::size_t step = 0; step < steps; ++step) {
        if (step < found.steps()) hits += found.weight(step);
        if (step < refreshed.steps()) refreshes += refreshed.weight(step);
        points_.push_back({DistanceHistogram::bound(step),
                           std::clamp(1 - hits / basis.references, 0.0, 1.0),
                           std::clamp(refreshes / basis.references, 0.0, 1.0)});
    }
}

CurvePoint MissRatioCurve::at(double bytes) const {
    const auto above = std::ranges::lower_bound(points_, bytes, {}, &CurvePoint::bytes);
    if (above == points_.end())
        return points_.empty() ? CurvePoint{.bytes = bytes} : points_.back();
    // A cache of nothing misses all.
    const CurvePoint below = above == points_.begin() ? CurvePoint{} : *(above - 1);
    const double part = (bytes - below.bytes) / (above->bytes - below.bytes);
    return {bytes, std::lerp(below.miss_ratio, above->miss_ratio, part),
            std::lerp(below.refresh_ratio, above->refresh_ratio, part)};
}

double MissRatioCurve::miss_ratio(double bytes) const {
    return bytes <= 0 ? 1 : at(bytes).miss_ratio;
}
double MissRatioCurve::refresh_ratio(double bytes) const {
    return bytes <= 0 ? 0 : at(bytes).refresh_ratio;
}

double MissRatioCurve::bytes_for(double miss_ratio) const {
    if (miss_ratio >= 1) return 0;
    CurvePoint below;
    for (const CurvePoint& point : points_) {
        if (point.miss_ratio <= miss_ratio) {
            const double part =
                (below.miss_ratio - miss_ratio) / (below.miss_ratio - point.miss_ratio);
            return std::lerp(below.bytes, point.bytes, part);
        }
        below = point;
    }
    return -1;
}

MissRatioCurve MissRatioCurve::shifted(double by) const {
    MissRatioCurve curve = *this;
    for (CurvePoint& point : curve.points_) {
        point.miss_ratio = std::clamp(point.miss_ratio + by, 0.0, 1.0);
        point.refresh_ratio = std::min(point.refresh_ratio, 1 - point.miss_ratio);
    }
    return curve;
}

double MissRatioCurve::bytes_per_entry() const {
    if (basis_.distinct_entries <= 0 || basis_.distinct_bytes <= 0) return 1;
    return basis_.distinct_bytes / basis_.distinct_entries;
}

std::vector<CurvePoint> MissRatioCurve::sampled(unsigned count) const {
    std::vector<CurvePoint> all;
    if (points_.empty() || basis_.distinct_bytes <= 0 || count < 2) return all;
    for (unsigned i = 0; i < count; ++i) {
        const double part = std::pow(kLeastPart, 1 - static_cast<double>(i) / (count - 1));
        all.push_back(at(part * basis_.distinct_bytes));
        all.back().bytes = part * basis_.distinct_bytes;
    }
    return all;
}

}  // namespace aside::sizing
