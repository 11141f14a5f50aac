// A miss-ratio curve as the admin port's /curve tells it.
//
// Thread rule: pure. Units: bytes of entries in L2; ratios of all references. Errors: bad_input.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace aside::wire {

struct CurveJson {
    struct Point {
        double bytes = 0, miss_ratio = 0, refresh_ratio = 0;
    };
    double references = 0;
    double tracked_keys = 0;  // that it was made from
    double distinct_entries = 0, distinct_bytes = 0;
    double mean_body_bytes = 0;
    double fresh_seconds = 0, lifetime_seconds = 0;
    std::vector<Point> curve;
};

// Members that are not named here are passed over: a newer server may tell more.
Result<CurveJson> decode_curve(std::string_view json);

}  // namespace aside::wire
