#include "sizing/zipf_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace aside::sizing {

namespace {

constexpr double kForEver = std::numeric_limits<double>::infinity();
constexpr double kExponentMost = 10;
constexpr double kKeysMost = 1e12;
constexpr double kRanksAlone = 1000;  // the first; then those in a hundredth are taken together
constexpr double kGroupGrowth = 1.01;
constexpr unsigned kPoints = 400;
constexpr double kTimesOfTheLeast = 20;  // the least popular key is asked for in the last point

// Keys that are asked for equally often.
struct Group {
    double keys = 0;
    double per_second = 0;  // of each
};

std::vector<Group> groups_of(const ZipfReferences& references) {
    std::vector<Group> groups;
    double sum = 0;
    for (double first = 1; first <= references.keys;) {
        const double next = std::min(
            first < kRanksAlone ? first + 1 : std::max(first + 1, std::floor(first * kGroupGrowth)),
            references.keys + 1);
        const double middle = (first + next - 1) / 2;
        const Group group{next - first, std::pow(middle, -references.exponent)};
        groups.push_back(group);
        sum += group.keys * group.per_second;
        first = next;
    }
    const double rate = references.per_second > 0 ? references.per_second : 1;
    for (Group& group : groups) group.per_second *= rate / sum;
    return groups;
}

struct Ratios {
    double miss = 1, refresh = 0;
};

// Nothing is refreshed: hits follow a load until a gap is longer than `time`, or `lifetime` is
// over. How many is exact for a lifetime of at most `time` and for one without end.
double miss_until_expired(double rate, double time, double lifetime) {
    if (lifetime == kForEver) return std::exp(-rate * time);
    if (lifetime <= time) return 1 / (1 + rate * lifetime);
    const double expected = rate * time;
    const double without_end = std::expm1(expected);
    double hits = without_end;
    // For an `expected` next to nothing the difference would be of rounding alone.
    if (expected > 1e-6 && std::isfinite(without_end)) {
        const double after = without_end - expected;
        const double hazard = rate * -std::expm1(-expected) / after;
        hits = expected + after * -std::expm1(-hazard * (lifetime - time));
    } else if (!std::isfinite(without_end)) {
        hits = rate * lifetime;
    }
    return 1 / (1 + hits);
}

// A key that is asked for at `rate`, in a cache that keeps what was asked for within `time`.
Ratios ratios_of(double rate, double time, double fresh, double lifetime) {
    if (fresh == kForEver || fresh >= lifetime)
        return {miss_until_expired(rate, time, lifetime), 0};
    const double unfresh = lifetime - fresh;      // may be without end
    const double loads = 1 / (1 + rate * fresh);  // of a cache that never evicts
    const double late = lifetime == kForEver ? 0 : std::exp(-rate * unfresh);
    const double forgotten = std::exp(-rate * time);
    double miss = forgotten;
    if (time >= lifetime) {
        miss = loads * late;
    } else if (time > unfresh) {
        // The last reference found a value of some age up to `fresh`.
        miss = loads * (late + rate * forgotten * (lifetime - time));
    }
    // A refresh comes after the end of `fresh`, and some while after the reference before that end:
    // the gap before it is longer than others are, and a small cache has few of them.
    const double waits = std::min(time, unfresh);
    const double begins = std::max(waits - std::max(time - fresh, 0.0), 0.0);
    const double in_time = -std::expm1(-rate * waits) - rate * forgotten * begins;
    return {miss, loads * std::max(in_time, 0.0)};
}

double or_for_ever(double seconds) {
    return seconds > 0 ? seconds : kForEver;
}

}  // namespace

Result<MissRatioCurve> zipf_curve(const ZipfReferences& references) {
    if (!(references.keys >= 1 && references.keys <= kKeysMost))
        return fail(Errc::bad_input, "a number of keys from 1 to 10^12 is wanted");
    if (!(references.exponent >= 0 && references.exponent <= kExponentMost))
        return fail(Errc::bad_input, "Zipf's exponent must be from 0 to 10");
    if (!(references.bytes > 0)) return fail(Errc::bad_input, "keys of no bytes need no cache");
    const bool timed = references.fresh_s > 0 || references.lifetime_s > 0;
    if (timed && !(references.per_second > 0))
        return fail(Errc::bad_input, "with a time-to-live the rate must be known");
    const std::vector<Group> groups = groups_of(references);
    const double fresh = or_for_ever(references.fresh_s);
    const double lifetime = or_for_ever(references.lifetime_s);
    double all = 0;
    for (const Group& group : groups) all += group.keys * group.per_second;
    const double least_time = 0.1 / all;
    const double most_time = kTimesOfTheLeast / groups.back().per_second;

    std::vector<CurvePoint> points;
    double entries = 0;
    for (unsigned i = 0; i < kPoints; ++i) {
        const double time =
            least_time * std::pow(most_time / least_time, static_cast<double>(i) / (kPoints - 1));
        CurvePoint point{.bytes = 0, .miss_ratio = 0, .refresh_ratio = 0};
        for (const Group& group : groups) {
            const Ratios ratios = ratios_of(group.per_second, time, fresh, lifetime);
            const double share = group.keys * group.per_second / all;
            // Who asks at a random time finds a key as often as it is there.
            point.bytes += group.keys * (1 - ratios.miss);
            point.miss_ratio += share * ratios.miss;
            point.refresh_ratio += share * ratios.refresh;
        }
        entries = point.bytes;
        point.bytes *= references.bytes;
        if (points.empty() ||
            (point.bytes > points.back().bytes && point.miss_ratio <= points.back().miss_ratio))
            points.push_back(point);
    }
    return MissRatioCurve::from_points(std::move(points),
                                       {.references = 1,
                                        .distinct_entries = entries,
                                        .distinct_bytes = entries * references.bytes});
}

}  // namespace aside::sizing
