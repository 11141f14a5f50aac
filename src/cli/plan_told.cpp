// What a plan takes for granted, in words.
#include <fmt/format.h>

#include "cli/plan_report.h"

namespace aside::cli {

namespace {

std::string step(const sizing::StepTime& time) {
    return fmt::format("{:g} ms at the median and {:g} at p99", time.median_ms, time.p99_ms);
}

std::string_view route_text(sizing::Route route) {
    switch (route) {
        case sizing::Route::gateway_endpoints:
            return "gateway endpoints, which cost nothing";
        case sizing::Route::interface_endpoints:
            return "interface endpoints";
        case sizing::Route::nat:
            return "NAT gateways";
    }
    return "?";
}

}  // namespace

std::string shown_bytes(double bytes) {
    constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < std::size(kUnits)) {
        bytes /= 1000;
        ++unit;
    }
    return fmt::format("{:.3g} {}", bytes, kUnits[unit]);
}

std::string with_bar(double value, const sizing::Range& bar, int digits) {
    const auto shown = [digits](double number) { return fmt::format("{:.{}f}", number, digits); };
    const std::string low = shown(bar.low), high = shown(bar.high);
    return low == high ? shown(value) : fmt::format("{} ({} to {})", shown(value), low, high);
}

std::string not_for_money(const PlanReport& report) {
    const sizing::Outcome& chosen = report.proposal.chosen;
    const sizing::Outcome* least = nullptr;
    for (const sizing::Outcome& other : report.proposal.alternatives) {
        if (!other.choice.has_l2() && other.bill.total_usd() < chosen.bill.total_usd() &&
            (least == nullptr || other.bill.total_usd() < least->bill.total_usd()))
            least = &other;
    }
    if (least == nullptr) return {};
    return fmt::format(
        "Doing without costs {:.2f} USD a month less: \"{}\" has {:.1f} S3 loads a second instead "
        "of {:.1f}, and a p50 of {:.2f} ms instead of {:.2f}. That is what is bought, and a cache "
        "that outlives its processes.\n",
        chosen.bill.total_usd() - least->bill.total_usd(), least->choice.text(),
        least->origin.objects_steady, chosen.origin.objects_steady, least->p50_ms, chosen.p50_ms);
}

std::string l1_told(const PlanReport& report) {
    if (report.l1_bytes <= 0) return "as those servers have it now";
    return fmt::format("{} in each of {} processes", shown_bytes(report.l1_bytes),
                       report.site.processes);
}

std::vector<std::string> assumptions_told(const PlanReport& report) {
    const sizing::Assumptions& taken = report.assumptions;
    const sizing::ShardLimits& limits = taken.limits;
    const sizing::Site& site = report.site;
    const sizing::Workload& workload = report.input.workload;
    std::vector<std::string> told = report.input.notes;
    told.push_back(fmt::format(
        "the curve's miss ratios are right to {:.3f}, L1's hit ratio to {:.3f}, the part of the "
        "requests that load from the index to {:.3f}, each way: the figures in brackets are the "
        "least and the most that comes of these",
        workload.curve_error, workload.l1_error, workload.index_error));
    told.push_back(fmt::format("replacement: {}", kPolicies));
    told.push_back(fmt::format("{:.0f} % of a node's maxmemory hold values, the rest is reserved",
                               limits.memory_share * 100));
    told.push_back(fmt::format(
        "a node gives {:.0f} % of the network it has all the time and {:.0f} commands a second; "
        "the hottest shard has {:g} times its part",
        limits.network_share * 100, limits.commands_per_second, limits.skew));
    told.push_back("L1: " + l1_told(report));
    told.push_back(fmt::format("{} processes, {:g} connections of each to each node",
                               site.processes, taken.connections_per_process));
    told.push_back("times: L1: " + step(taken.l1) + "; L2: " + step(taken.l2));
    told.push_back("S3: " + step(taken.origin) + "; DynamoDB: " + step(taken.index) +
                   "; index entries of " + shown_bytes(taken.index_entry_bytes));
    told.push_back(
        fmt::format("{} zones, clients and nodes spread evenly; S3 and DynamoDB through {}",
                    site.zones, route_text(site.route)));
    told.emplace_back("a revalidation that S3 answers with 304 costs a GET; a month has 730 hours");
    return told;
}

}  // namespace aside::cli
