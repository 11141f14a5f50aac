#include "cli/server_load.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aside::cli {

namespace {

// At which all servers' curves are read to be added up.
constexpr unsigned kPoints = 64;
constexpr double kFewestMeasured = 100;  // that a p99 is told from
constexpr double kMsInASecond = 1e3;
constexpr double kLeastCurveError = 0.03;

struct Step {
    const char* name;
    const char* histogram;
    const char* label;
    sizing::StepTime sizing::Assumptions::* time;
};
constexpr Step kSteps[] = {
    {"L2", "aside_l2_read_seconds", "", &sizing::Assumptions::l2},
    {"objects' loads", "aside_origin_load_seconds", "store=\"objects\"",
     &sizing::Assumptions::origin},
    {"index loads", "aside_origin_load_seconds", "store=\"index\"", &sizing::Assumptions::index},
};

// What one server has counted since it was started.
struct Counts {
    double requests = 0, index_loads = 0, object_loads = 0;
    double in_l1 = 0, not_in_l1 = 0;  // reads
};
constexpr double Counts::* kCounts[] = {&Counts::requests, &Counts::index_loads,
                                        &Counts::object_loads, &Counts::in_l1, &Counts::not_in_l1};

Counts counts_of(const lab::MetricsPage& page) {
    const auto l1 = [&](const char* answer) {
        return page.sum("aside_reads_total", "tier=\"l1\"", answer);
    };
    return {.requests = page.sum("aside_requests_total", "front=\"http\"") +
                        page.sum("aside_requests_total", "front=\"lambda\""),
            .index_loads = page.sum("aside_origin_loads_total", "store=\"index\""),
            .object_loads = page.sum("aside_origin_loads_total", "store=\"objects\""),
            .in_l1 = l1("answer=\"hit\"") + l1("answer=\"stale\""),
            .not_in_l1 = l1("answer=\"miss\"")};
}

Counts passed_between(const Counts& before, const Counts& after) {
    Counts passed = after;
    for (const auto count : kCounts) {
        // Started anew in between: all that it has counted is since then.
        if (after.*count < before.*count) return after;
        passed.*count -= before.*count;
    }
    return passed;
}

// How far a ratio is off, each way, that was counted: two standard deviations, with one more count
// for yes and for no, so that few counts are never sure.
double counted_error(double count, double of) {
    const double ratio = std::clamp((count + 1) / (of + 2), 0.0, 1.0);
    return 2 * std::sqrt(ratio * (1 - ratio) / (of + 2));
}

Result<sizing::MissRatioCurve> curve_from(const wire::CurveJson& told) {
    std::vector<sizing::CurvePoint> points;
    points.reserve(told.curve.size());
    for (const auto& point : told.curve)
        points.push_back({point.bytes, point.miss_ratio, point.refresh_ratio});
    return sizing::MissRatioCurve::from_points(
        std::move(points), {told.references, told.distinct_entries, told.distinct_bytes});
}

}  // namespace

double ServerRates::index_read_ratio() const {
    return requests > 0 ? std::min(index_reads / requests, 1.0) : 1;
}

double ServerRates::index_load_ratio() const {
    return requests > 0 ? std::min(index_loads / requests, 1.0) : 1;
}

ServerRates rates_between(const std::vector<ServerLook>& before,
                          const std::vector<ServerLook>& after, double seconds) {
    Counts all;
    for (std::size_t i = 0; i < after.size() && i < before.size(); ++i) {
        const Counts passed =
            passed_between(counts_of(before[i].metrics), counts_of(after[i].metrics));
        for (const auto count : kCounts) all.*count += passed.*count;
    }
    const double reads = all.in_l1 + all.not_in_l1;
    // A request for an item reads its index entry, too; one for an object does not. Which of the
    // two they are shows in how many reads there are; some are between the two counts.
    const double of_items = reads - all.requests;
    const double references = of_items > all.requests / 2 ? of_items : reads;
    return {.requests = all.requests / seconds,
            .references = references / seconds,
            .index_reads = (reads - references) / seconds,
            .index_loads = all.index_loads / seconds,
            .object_loads = all.object_loads / seconds,
            .l1_hit_ratio = reads > 0 ? all.in_l1 / reads : 0,
            .l1_error = counted_error(all.in_l1, reads),
            .index_error = counted_error(std::min(all.index_loads, all.requests), all.requests)};
}

// Each server sees a part of the references to each key, and so all see nearly the same curve.
Result<sizing::MissRatioCurve> curve_of(const std::vector<ServerLook>& looks) {
    std::vector<sizing::MissRatioCurve> curves;
    sizing::CurveBasis all;
    for (const ServerLook& look : looks) {
        auto curve = curve_from(look.curve);
        if (!curve) return fail(std::move(curve.error()));
        if (curve->empty()) continue;
        const sizing::CurveBasis& basis = curve->basis();
        all.references += basis.references;
        all.distinct_entries = std::max(all.distinct_entries, basis.distinct_entries);
        all.distinct_bytes = std::max(all.distinct_bytes, basis.distinct_bytes);
        curves.push_back(std::move(*curve));
    }
    if (curves.empty() || all.references <= 0)
        return fail(Errc::bad_input, "the servers were not asked for enough to make a curve yet");
    const auto widest = std::ranges::max_element(
        curves, {}, [](const auto& curve) { return curve.basis().distinct_bytes; });
    std::vector<sizing::CurvePoint> points;
    for (const auto& place : widest->sampled(kPoints)) {
        sizing::CurvePoint sum{place.bytes, 0, 0};
        for (const auto& curve : curves) {
            const double part = curve.basis().references / all.references;
            sum.miss_ratio += part * curve.miss_ratio(place.bytes);
            sum.refresh_ratio += part * curve.refresh_ratio(place.bytes);
        }
        points.push_back(sum);
    }
    return sizing::MissRatioCurve::from_points(std::move(points), all);
}

double mean_body_bytes(const std::vector<ServerLook>& looks) {
    double references = 0, bytes = 0;
    for (const ServerLook& look : looks) {
        references += look.curve.references;
        bytes += look.curve.references * look.curve.mean_body_bytes;
    }
    return references > 0 ? bytes / references : 0;
}

// Of a curve from the references to n keys it falls as 1 / sqrt(n).
double curve_error(const std::vector<ServerLook>& looks) {
    double keys = 0;  // each server chooses others
    for (const ServerLook& look : looks) keys += look.curve.tracked_keys;
    return std::max(kLeastCurveError, 1 / std::sqrt(std::max(keys, 1.0)));
}

// One that has not heard of a new shard yet, or not of one's end, is of the past: both end soon.
unsigned shards_there(const std::vector<ServerLook>& looks) {
    double most = 0;
    for (const ServerLook& look : looks) most = std::max(most, look.metrics["aside_l2_primaries"]);
    return static_cast<unsigned>(most);
}

MeasuredSteps measured_steps(const std::vector<ServerLook>& looks) {
    lab::MetricsPage all;
    for (const ServerLook& look : looks) all = all + look.metrics;
    MeasuredSteps measured;
    for (const Step& step : kSteps) {
        if (all.sum(std::string(step.histogram) + "_count", step.label) < kFewestMeasured) continue;
        const auto milliseconds = [&](double part) {
            return all.quantile(step.histogram, step.label, part) * kMsInASecond;
        };
        measured.assumptions.*step.time = {milliseconds(0.5), milliseconds(0.99)};
        measured.names.emplace_back(step.name);
    }
    return measured;
}

}  // namespace aside::cli
