#include "lab/trials/workload.h"

#include <cstdio>

namespace aside::lab::trials {

namespace {

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string seconds(Duration span) {
    return number(std::chrono::duration<double>(span).count()) + "s";
}

std::string milliseconds(Duration span) {
    return number(std::chrono::duration<double, std::milli>(span).count()) + "ms";
}

}  // namespace

origin::FaultPlan Workload::origin_plan() const {
    origin::FaultPlan plan;
    plan.latency_median = origin_median;
    plan.latency_p99 = origin_p99;
    plan.most_in_progress = origin_limit;
    return plan;
}

Workload quick_workload() {
    Workload workload;
    workload.data = {.items = 4000, .references = 5, .objects = 10'000, .seed = 1};
    workload.per_second = 300;
    return workload;
}

Result<void> check(const Workload& workload) {
    constexpr std::uint32_t kMost = 10'000'000;
    const DatasetOptions& data = workload.data;
    const auto refuse = [](const char* what) { return fail(Errc::bad_input, what); };
    if (data.items == 0 || data.items > kMost) return refuse("--items: from 1 to 10000000");
    if (data.objects == 0 || data.objects > kMost) return refuse("--objects: from 1 to 10000000");
    if (data.references == 0 || data.references > data.objects || data.references > 1000)
        return refuse("--refs: from 1 to 1000, and no more than there are objects");
    if (!(workload.zipf >= 0 && workload.zipf <= 10)) return refuse("--zipf: from 0 to 10");
    if (!(workload.per_second >= 1 && workload.per_second <= 1e6))
        return refuse("--rate: from 1 to 1000000");
    if (workload.processes < 2 || workload.processes > 16)
        return refuse("--processes: from 2 to 16");
    if (!(workload.l1_share >= 0 && workload.l1_share <= 1))
        return refuse("--l1-share: from 0 to 1");
    if (workload.origin_limit == 0) return refuse("--origin-limit: at least 1");
    if (workload.connections == 0) return refuse("--connections: at least 1");
    if (workload.origin_median > workload.origin_p99)
        return refuse("--origin-median: no more than --origin-p99");
    return {};
}

std::vector<std::pair<std::string, std::string>> describe(const Workload& workload) {
    return {{"items", std::to_string(workload.data.items)},
            {"refs", std::to_string(workload.data.references)},
            {"objects", std::to_string(workload.data.objects)},
            {"zipf", number(workload.zipf)},
            {"rate", number(workload.per_second)},
            {"processes", std::to_string(workload.processes)},
            {"l1-share", number(workload.l1_share)},
            {"index-fresh", seconds(workload.index_fresh)},
            {"objects-fresh", seconds(workload.objects_fresh)},
            {"stale", seconds(workload.stale)},
            {"origin-median", milliseconds(workload.origin_median)},
            {"origin-p99", milliseconds(workload.origin_p99)},
            {"origin-limit", std::to_string(workload.origin_limit)},
            {"deadline", seconds(workload.deadline)},
            {"connections", std::to_string(workload.connections)},
            {"cdn", seconds(workload.cdn_time_to_live)},
            {"seed", std::to_string(workload.seed)}};
}

}  // namespace aside::lab::trials
