// A plan for a terminal.
#include <cmath>

#include <fmt/format.h>

#include "cli/plan_report.h"

namespace aside::cli {

namespace {

using sizing::Outcome;

constexpr unsigned kCurveLines = 12;
constexpr double kBarWidth = 40;

// " (530.10 to 551.20)", or nothing.
std::string bar_behind(const sizing::Range& bar) {
    const std::string low = fmt::format("{:.2f}", bar.low), high = fmt::format("{:.2f}", bar.high);
    return low == high ? "" : fmt::format(" ({} to {})", low, high);
}

void add_curve(std::string& text, const PlanReport& report) {
    const auto& curve = report.input.workload.curve;
    text += fmt::format("Hit ratio by what L2 may hold, {:.3f} more or less\n",
                        report.input.workload.curve_error);
    for (const auto& point : curve.sampled(kCurveLines)) {
        const auto bar = static_cast<std::size_t>(std::lround((1 - point.miss_ratio) * kBarWidth));
        text += fmt::format("  {:>8}  {:.3f} {}\n", shown_bytes(point.bytes), 1 - point.miss_ratio,
                            std::string(bar, '#'));
    }
    text +=
        fmt::format("  at most   {:.3f}: the rest is read for the first time, or has expired\n\n",
                    1 - curve.least_miss_ratio());
}

void add_bill(std::string& text, const Outcome& outcome) {
    text += "The bill, USD a month\n";
    const auto& lines = outcome.bill.lines();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const sizing::BillLine& line = lines[i];
        const bool listed = line.price.standing == sizing::Standing::listed;
        text += fmt::format("  {:>10.2f}  {}{}{}\n", line.usd, line.what,
                            bar_behind(outcome.error_bars.lines[i]),
                            listed ? "" : fmt::format(" [{}]", name_of(line.price.standing)));
    }
    text += fmt::format("  {:>10.2f}  in all{}", outcome.bill.total_usd(),
                        bar_behind(outcome.error_bars.usd));
    const double estimated = outcome.bill.estimated_usd();
    if (estimated > 0) text += fmt::format("; {:.2f} of it by estimated prices", estimated);
    text += "\n\n";
}

void add_figure(std::string& text, std::string_view name, const std::string& figure) {
    text += fmt::format("  {:<22}{}\n", name, figure);
}

void add_loads(std::string& text, const Outcome& chosen, const sizing::Workload& workload) {
    const sizing::OriginLoad& origin = chosen.origin;
    const sizing::ErrorBars& bars = chosen.error_bars;
    const double references = workload.references_per_second();
    const double index_reads = workload.requests_per_second * workload.index_read_ratio;
    add_figure(text, "S3 loads a second",
               fmt::format("{}, {:.1f} of them to refresh",
                           with_bar(origin.objects_steady, bars.objects_steady, 1),
                           chosen.refresh_ratio * references));
    add_figure(text, "  with a node lost",
               with_bar(origin.objects_node_lost, bars.objects_node_lost, 1));
    add_figure(text, "  with L2 empty", with_bar(origin.objects_cold, bars.objects_cold, 1));
    add_figure(
        text, "  saved",
        with_bar(references - origin.objects_steady, bars.objects_steady.rest_of(references), 1));
    add_figure(text, "index reads a second", with_bar(origin.index_steady, bars.index_steady, 1));
    add_figure(
        text, "  saved",
        with_bar(index_reads - origin.index_steady, bars.index_steady.rest_of(index_reads), 1));
}

void add_chosen(std::string& text, const PlanReport& report) {
    const Outcome& chosen = report.proposal.chosen;
    const sizing::ErrorBars& bars = chosen.error_bars;
    text += "Buy " + chosen.choice.text() + "\n" + not_for_money(report);
    add_figure(text, "L1", l1_told(report));
    add_figure(text, "hit ratio", with_bar(chosen.hit_ratio(), bars.hit_ratio, 3));
    add_figure(text, "  in L1", with_bar(chosen.l1_hit_ratio, bars.l1_hit_ratio, 3));
    add_figure(text, "  in L2", with_bar(chosen.l2_hit_ratio, bars.l2_hit_ratio, 3));
    add_loads(text, chosen, report.input.workload);
    add_figure(text, "latency, p50 ms", with_bar(chosen.p50_ms, bars.p50_ms, 2));
    add_figure(text, "latency, p99 ms", with_bar(chosen.p99_ms, bars.p99_ms, 1));
    add_figure(text, "shards needed",
               fmt::format("memory {:.2f}, network {}, commands {}\n", chosen.need.memory,
                           with_bar(chosen.need.network, bars.network, 2),
                           with_bar(chosen.need.commands, bars.commands, 2)));
}

// The figures that are set side by side.
struct Side {
    double usd, hits, steady, node_lost, cold, p50_ms, p99_ms;
};

Side side_of(const Outcome& outcome) {
    return {outcome.bill.total_usd(),
            outcome.hit_ratio(),
            outcome.origin.objects_steady,
            outcome.origin.objects_node_lost,
            outcome.origin.objects_cold,
            outcome.p50_ms,
            outcome.p99_ms};
}

Side end_of(const sizing::ErrorBars& bars, double sizing::Range::* end) {
    return {bars.usd.*end,
            bars.hit_ratio.*end,
            bars.objects_steady.*end,
            bars.objects_node_lost.*end,
            bars.objects_cold.*end,
            bars.p50_ms.*end,
            bars.p99_ms.*end};
}

void add_side(std::string& text, std::string_view name, const Side& side, std::string_view note) {
    text += fmt::format("{:<44}{:>10.2f}{:>8.3f}{:>10.1f}{:>11.1f}{:>11.1f}{:>9.2f}{:>9.1f}{}\n",
                        name, side.usd, side.hits, side.steady, side.node_lost, side.cold,
                        side.p50_ms, side.p99_ms, note);
}

void add_alternatives(std::string& text, const PlanReport& report) {
    text += fmt::format("{:<44}{:>10}{:>8}{:>10}{:>11}{:>11}{:>9}{:>9}\n", "Instead", "USD/month",
                        "hits", "S3 load/s", "node lost", "L2 empty", "p50 ms", "p99 ms");
    const auto add = [&](const Outcome& outcome) {
        add_side(text, outcome.choice.text(), side_of(outcome),
                 outcome.carries() ? "" : "  cannot carry it: " + std::string(outcome.need.wall()));
        add_side(text, "    at least", end_of(outcome.error_bars, &sizing::Range::low), "");
        add_side(text, "    at most", end_of(outcome.error_bars, &sizing::Range::high), "");
    };
    add(report.proposal.chosen);
    for (const Outcome& outcome : report.proposal.alternatives) add(outcome);
    for (const std::string& reason : report.proposal.passed_over)
        text += "not compared: " + reason + "\n";
    text += '\n';
}

void add_list(std::string& text, std::string_view title, const std::vector<std::string>& lines) {
    text.append(title).append("\n");
    for (const std::string& line : lines) text += "  - " + line + "\n";
}

}  // namespace

std::string plan_text(const PlanReport& report) {
    std::string text = report.input.source + "\n\n";
    add_curve(text, report);
    add_chosen(text, report);
    add_bill(text, report.proposal.chosen);
    add_alternatives(text, report);
    add_list(text, "Taken for granted", assumptions_told(report));
    add_list(text, "Not priced", report.not_priced);
    return text;
}

}  // namespace aside::cli
