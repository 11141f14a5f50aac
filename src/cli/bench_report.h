// What `aside bench` says of a load: to a terminal, as JSON, as a page.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "cli/bench_plan.h"
#include "lab/load/load_record.h"

namespace aside::cli {

// A limit that was asked for, and whether it held.
struct BenchVerdict {
    std::string name;  // "--max-p99"
    std::string limit, measured;
    bool held = true;
};
std::vector<BenchVerdict> judge(const BenchPlan& plan, const lab::load::LoadRecord& record);
bool all_held(const std::vector<BenchVerdict>& verdicts);

std::string bench_summary(const lab::load::LoadRecord& record,
                          const std::vector<BenchVerdict>& verdicts);
// {"settings":{…},"took_s":…,"statuses":{"200":…},"limits":[{"flag","limit","measured","held"}…],
//  "total":{…},"seconds":[{"second":0,…}…]}. A second, and the total, has "requests" that were due,
// of them "well", "from_cdn" and "errors" by kind, "values" by source, "latency_us" by percentile
// (null: nothing was answered) and "histogram_us": [from, to, count] of each bucket.
std::string bench_json(const lab::load::LoadRecord& record,
                       const std::vector<BenchVerdict>& verdicts);
std::string bench_html(const lab::load::LoadRecord& record,
                       const std::vector<BenchVerdict>& verdicts);
// The line of a load that is still under way; `recent` is what ended within `span`.
std::string bench_progress(const lab::load::LoadFigures& recent, Duration span, Duration since);

// "0.21 ms", "12.3 ms", "1.20 s": three digits that matter.
std::string readable_time(Duration span);
std::string readable_share(std::uint64_t part, std::uint64_t all);  // "93.1 %"

}  // namespace aside::cli
