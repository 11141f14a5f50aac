#include "wire/curve_json.h"

#include <utility>

#include "wire/json_members.h"
#include "wire/json_parser.h"

namespace aside::wire {

namespace {

using simdjson::dom::element;

Result<void> take_number(element from, std::string_view name, double& into) {
    if (from.get(into)) return fail(Errc::bad_input, std::string(name) + " is no number");
    return {};
}

Result<CurveJson::Point> read_point(element from) {
    CurveJson::Point point;
    auto read = each_member(from, [&](std::string_view name, element value) -> Result<void> {
        if (name == "bytes") return take_number(value, name, point.bytes);
        if (name == "miss_ratio") return take_number(value, name, point.miss_ratio);
        if (name == "refresh_ratio") return take_number(value, name, point.refresh_ratio);
        return {};
    });
    if (!read) return fail(std::move(read.error()));
    return point;
}

Result<void> read_points(element from, std::vector<CurveJson::Point>& points) {
    simdjson::dom::array list;
    if (from.get(list)) return fail(Errc::bad_input, "curve is no list");
    for (const element one : list) {
        auto point = read_point(one);
        if (!point) return fail(std::move(point.error()));
        points.push_back(*point);
    }
    return {};
}

Result<CurveJson> read_curve(element from) {
    CurveJson curve;
    auto read = each_member(from, [&](std::string_view name, element value) -> Result<void> {
        if (name == "curve") return read_points(value, curve.curve);
        if (name == "references") return take_number(value, name, curve.references);
        if (name == "tracked_keys") return take_number(value, name, curve.tracked_keys);
        if (name == "distinct_entries") return take_number(value, name, curve.distinct_entries);
        if (name == "distinct_bytes") return take_number(value, name, curve.distinct_bytes);
        if (name == "mean_body_bytes") return take_number(value, name, curve.mean_body_bytes);
        if (name == "fresh_seconds") return take_number(value, name, curve.fresh_seconds);
        if (name == "lifetime_seconds") return take_number(value, name, curve.lifetime_seconds);
        return {};
    });
    if (!read) return fail(std::move(read.error()));
    return curve;
}

}  // namespace

Result<CurveJson> decode_curve(std::string_view json) {
    return with_json(json, [](simdjson::simdjson_result<element> document) -> Result<CurveJson> {
        element root;
        if (document.get(root)) return fail(Errc::bad_input, "not JSON");
        return read_curve(root);
    });
}

}  // namespace aside::wire
