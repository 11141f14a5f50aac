#include "sizing/need_now.h"

#include <algorithm>

namespace aside::sizing {

namespace {

constexpr double kLeastBeyondL1 = 0.001;  // so that nothing is divided by nothing

}  // namespace

Workload as_l2_has_it(const Workload& workload, double usual_l1_hit_ratio) {
    const double usually = std::clamp(1 - usual_l1_hit_ratio, kLeastBeyondL1, 1.0);
    const double scale = std::clamp(1 - workload.l1_hit_ratio, 0.0, 1.0) / usually;
    Workload seen = workload;
    seen.l1_hit_ratio = 1 - usually;
    seen.requests_per_second *= scale;
    if (scale > 0) seen.index_load_ratio = std::min(seen.index_load_ratio / scale, 1.0);
    return seen;
}

ShardNeed needed_now(const Workload& workload, const Site& site, const Assumptions& assumptions,
                     const Wanted& wanted) {
    const double best = 1 - workload.curve.least_miss_ratio();
    const double hits =
        wanted.hit_ratio > 0 ? std::min(wanted.hit_ratio, best) : best * kUsualShare;
    double bytes = workload.curve.bytes_for(1 - hits);
    if (bytes < 0) bytes = workload.curve.basis().distinct_bytes;  // by a rounding's breadth
    const ShardLoad load =
        shard_load(workload, site, assumptions, std::max(bytes, 1.0), wanted.replicas);
    return shards_needed(load, wanted.node, assumptions.limits);
}

}  // namespace aside::sizing
