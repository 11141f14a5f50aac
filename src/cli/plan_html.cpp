// A plan as one page: what to buy, the bill beside its alternatives, the curve, and what it rests
// on.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/plan_report.h"
#include "lab/report/page.h"
#include "sizing/front_services.h"

namespace aside::cli {

namespace {

namespace report = lab::report;
using report::Cell;
using sizing::Outcome;

constexpr unsigned kCurvePoints = 120;

// The lines of a bill, in a few kinds.
constexpr std::array kKinds = {"cache", "S3", "DynamoDB", "network", "Lambda", "in front"};

std::size_t kind_of(const sizing::BillLine& line) {
    if (line.what.starts_with("S3")) return 1;
    if (line.what.starts_with("DynamoDB")) return 2;
    if (line.what.starts_with("Lambda")) return 4;
    for (const std::string_view network : {"gateway", "interface", "NAT", "through", "between"}) {
        if (line.what.starts_with(network)) return 3;
    }
    for (const sizing::FrontService& front : sizing::kFrontServices) {
        if (line.what.starts_with(front.name)) return 5;
    }
    return 0;
}

report::Bar bar_of(const Outcome& outcome) {
    report::Bar bar{.name = outcome.choice.text(),
                    .parts = std::vector<double>(kKinds.size(), 0),
                    .note = fmt::format("{:.2f}", outcome.bill.total_usd())};
    for (const sizing::BillLine& line : outcome.bill.lines()) bar.parts[kind_of(line)] += line.usd;
    return bar;
}

report::BarChart bill_chart(const PlanReport& plan) {
    report::BarChart chart{.title = "USD a month, all lines together",
                           .parts = {kKinds.begin(), kKinds.end()},
                           .bars = {bar_of(plan.proposal.chosen)}};
    for (const Outcome& outcome : plan.proposal.alternatives) chart.bars.push_back(bar_of(outcome));
    return chart;
}

report::Chart curve_chart(const PlanReport& plan) {
    const auto& curve = plan.input.workload.curve;
    report::Chart chart{.title = "Hit ratio by the size of L2",
                        .x_label = "GB in L2, with all that entries take",
                        .y_label = "hit ratio"};
    report::ChartLine hits{.name = "found in L1 or L2"}, asked{.name = "found, and not refreshed"};
    report::ChartLine least{.name = "at least found"}, most{.name = "at most found"};
    const double error = plan.input.workload.curve_error;
    bool refreshed = false;
    for (const auto& point : curve.sampled(kCurvePoints)) {
        const double gigabytes = point.bytes / sizing::kGigabyte;
        const double found = 1 - point.miss_ratio;
        hits.points.push_back({gigabytes, found});
        least.points.push_back({gigabytes, std::max(found - error, 0.0)});
        most.points.push_back({gigabytes, std::min(found + error, 1.0)});
        asked.points.push_back({gigabytes, found - point.refresh_ratio});
        refreshed |= point.refresh_ratio > 0;
    }
    chart.lines = {std::move(hits), std::move(least), std::move(most)};
    if (refreshed) chart.lines.push_back(std::move(asked));
    return chart;
}

// What each hit ratio costs.
report::Chart cost_chart(const PlanReport& plan, const PlanCosts& costs) {
    const std::string& node = plan.proposal.chosen.choice.node.name;
    report::Chart chart{.title = "USD a month by hit ratio",
                        .x_label = "hit ratio, in %",
                        .y_label = "USD a month"};
    report::ChartLine total{.name = node + ", all lines"}, cache{.name = node + " alone"};
    report::ChartLine serverless{.name = "serverless, all lines"};
    for (const Outcome& outcome : costs.by_shards) {
        const double percent = outcome.hit_ratio() * 100;
        total.points.push_back({percent, outcome.bill.total_usd()});
        cache.points.push_back({percent, outcome.bill.lines().front().usd});
    }
    for (const Outcome& outcome : costs.by_kept_bytes)
        serverless.points.push_back({outcome.hit_ratio() * 100, outcome.bill.total_usd()});
    chart.lines = {std::move(total), std::move(cache)};
    if (!serverless.points.empty()) chart.lines.push_back(std::move(serverless));
    return chart;
}

std::vector<Cell> outcome_row(const Outcome& outcome) {
    const sizing::ErrorBars& bars = outcome.error_bars;
    return {{outcome.choice.text()},
            {with_bar(outcome.bill.total_usd(), bars.usd, 2)},
            {with_bar(outcome.hit_ratio(), bars.hit_ratio, 3)},
            {with_bar(outcome.origin.objects_steady, bars.objects_steady, 1)},
            {with_bar(outcome.origin.objects_node_lost, bars.objects_node_lost, 1)},
            {with_bar(outcome.origin.objects_cold, bars.objects_cold, 1)},
            {with_bar(outcome.p50_ms, bars.p50_ms, 2)},
            {with_bar(outcome.p99_ms, bars.p99_ms, 1)},
            outcome.carries() ? Cell{"yes", report::Tone::good} : Cell{"no", report::Tone::bad}};
}

void add_comparison(report::Page& page, const PlanReport& plan) {
    page.heading("What else could be bought");
    std::vector<std::vector<Cell>> rows{{{"cache"},
                                         {"USD a month"},
                                         {"hit ratio"},
                                         {"S3 loads a second"},
                                         {"with a node lost"},
                                         {"with L2 empty"},
                                         {"p50 ms"},
                                         {"p99 ms"},
                                         {"carries the load"}}};
    rows.push_back(outcome_row(plan.proposal.chosen));
    for (const Outcome& outcome : plan.proposal.alternatives) rows.push_back(outcome_row(outcome));
    page.table(rows);
    page.bars(bill_chart(plan));
    for (const std::string& reason : plan.proposal.passed_over)
        page.paragraph("Not compared: " + reason);
}

void add_bill(report::Page& page, const PlanReport& plan) {
    page.heading("The bill");
    std::vector<std::vector<Cell>> rows{
        {{"line"}, {"USD a month"}, {"unit price"}, {"for"}, {"price is"}, {"from"}, {"of"}}};
    const Outcome& chosen = plan.proposal.chosen;
    auto bar = chosen.error_bars.lines.begin();
    for (const sizing::BillLine& line : chosen.bill.lines()) {
        const bool sure = line.price.standing != sizing::Standing::estimated;
        rows.push_back({{line.what},
                        {with_bar(line.usd, *bar++, 2)},
                        {fmt::format("{:g}", line.price.usd)},
                        {line.price.per},
                        {std::string(name_of(line.price.standing)),
                         sure ? report::Tone::plain : report::Tone::doubtful},
                        {line.price.source},
                        {line.price.date}});
    }
    page.table(rows);
    page.paragraph(fmt::format("In all {} USD; {:.2f} of it by estimated prices.",
                               with_bar(chosen.bill.total_usd(), chosen.error_bars.usd, 2),
                               chosen.bill.estimated_usd()));
}

void add_list(report::Page& page, std::string_view title, const std::vector<std::string>& lines) {
    page.heading(title);
    for (const std::string& line : lines) page.paragraph(line);
}

void add_figures(report::Page& page, const PlanReport& plan) {
    const Outcome& chosen = plan.proposal.chosen;
    const sizing::ErrorBars& bars = chosen.error_bars;
    const sizing::OriginLoad& origin = chosen.origin;
    page.table({{{"figure"}, {"value (least to most)"}},
                {{"USD a month"}, {with_bar(chosen.bill.total_usd(), bars.usd, 2)}},
                {{"hit ratio"}, {with_bar(chosen.hit_ratio(), bars.hit_ratio, 3)}},
                {{"of it in L1"}, {with_bar(chosen.l1_hit_ratio, bars.l1_hit_ratio, 3)}},
                {{"of it in L2"}, {with_bar(chosen.l2_hit_ratio, bars.l2_hit_ratio, 3)}},
                {{"S3 loads a second"}, {with_bar(origin.objects_steady, bars.objects_steady, 1)}},
                {{"the same with a node lost"},
                 {with_bar(origin.objects_node_lost, bars.objects_node_lost, 1)}},
                {{"the same with L2 empty"}, {with_bar(origin.objects_cold, bars.objects_cold, 1)}},
                {{"index reads a second"}, {with_bar(origin.index_steady, bars.index_steady, 1)}},
                {{"p50, ms"}, {with_bar(chosen.p50_ms, bars.p50_ms, 2)}},
                {{"p99, ms"}, {with_bar(chosen.p99_ms, bars.p99_ms, 1)}}});
    page.paragraph("L1: " + l1_told(plan));
}

}  // namespace

std::string plan_page(const PlanReport& plan, const PlanCosts& costs) {
    const Outcome& chosen = plan.proposal.chosen;
    report::Page page("How big, and what will it cost", plan.input.source);
    page.heading("Buy " + chosen.choice.text());
    if (const std::string less = not_for_money(plan); !less.empty()) page.paragraph(less);
    add_figures(page, plan);
    const std::array charts = {curve_chart(plan), cost_chart(plan, costs)};
    page.charts(charts);
    add_comparison(page, plan);
    add_bill(page, plan);
    add_list(page, "Taken for granted", assumptions_told(plan));
    add_list(page, "Not priced", plan.not_priced);
    return page.html();
}

}  // namespace aside::cli
