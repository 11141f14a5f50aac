#include "lab/report/bench_page.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace aside::lab::report {
namespace {

using Figure = std::function<double(const BenchInterval&)>;

double middle_s(const BenchInterval& interval) {
    return interval.begin_s + interval.span_s / 2;
}

// A count as so many per second.
Figure rate_of(std::function<std::uint64_t(const BenchInterval&)> count) {
    return [count = std::move(count)](const BenchInterval& interval) {
        return static_cast<double>(count(interval)) / interval.span_s;
    };
}

ChartLine line_of(std::string name, const BenchReport& report, const Figure& figure) {
    ChartLine line{.name = std::move(name), .points = {}, .style = {}};
    line.points.reserve(report.intervals.size());
    for (const BenchInterval& interval : report.intervals) {
        line.points.push_back({.x = middle_s(interval), .y = figure(interval)});
    }
    return line;
}

Chart chart_of(const BenchReport& report, std::string title, std::string unit) {
    Chart chart;
    chart.title = std::move(title);
    chart.x_label = "seconds";
    chart.y_label = std::move(unit);
    chart.marks = report.marks;
    return chart;
}

Chart latency_chart(const BenchReport& report) {
    Chart chart = chart_of(report, "Latency, counted from when requests were due", "ms");
    chart.log_y = true;
    for (std::size_t i = 0; i < kBenchPercentiles.size(); ++i) {
        chart.lines.push_back(
            line_of(kBenchPercentiles[i], report,
                    [i](const BenchInterval& interval) { return interval.latency_ms[i]; }));
    }
    return chart;
}

Chart rate_chart(const BenchReport& report) {
    Chart chart = chart_of(report, "Requests", "per second");
    chart.lines.push_back(line_of("due", report, rate_of([](const auto& i) { return i.due; })));
    chart.lines.push_back(
        line_of("answered", report, rate_of([](const auto& i) { return i.answered; })));
    return chart;
}

std::uint64_t errors_of(const BenchInterval& interval, std::size_t kind) {
    return kind < interval.errors.size() ? interval.errors[kind] : 0;
}

// Kinds that never happened have no line: there are many, and most loads meet none.
Chart error_chart(const BenchReport& report) {
    Chart chart = chart_of(report, "Errors", "per second");
    for (std::size_t kind = 0; kind < report.error_kinds.size(); ++kind) {
        const bool happened = std::ranges::any_of(
            report.intervals, [kind](const auto& i) { return errors_of(i, kind) != 0; });
        if (!happened) continue;
        chart.lines.push_back(
            line_of(report.error_kinds[kind], report,
                    rate_of([kind](const auto& i) { return errors_of(i, kind); })));
    }
    if (chart.lines.empty()) {
        chart.lines.push_back(line_of("none", report, [](const auto&) { return 0.0; }));
    }
    return chart;
}

using Count = std::uint64_t BenchInterval::*;

void add_source(Chart& chart, const BenchReport& report, const char* name, Count count) {
    const bool told =
        std::ranges::any_of(report.intervals, [count](const auto& i) { return i.*count != 0; });
    if (!told) return;
    chart.lines.push_back(
        line_of(name, report, rate_of([count](const auto& i) { return i.*count; })));
}

Chart source_chart(const BenchReport& report) {
    Chart chart = chart_of(report, "Where answers came from", "per second");
    add_source(chart, report, "L1", &BenchInterval::l1);
    add_source(chart, report, "L2", &BenchInterval::l2);
    add_source(chart, report, "origin", &BenchInterval::origin);
    add_source(chart, report, "CDN", &BenchInterval::cdn);
    return chart;
}

}  // namespace

std::string bench_page(const BenchReport& report) {
    Page page(report.title, report.subtitle);
    page.heading("Summary");
    page.table(report.summary);
    for (const std::string& note : report.notes) page.paragraph(note);
    page.heading("Over time");
    std::vector<Chart> charts{latency_chart(report), rate_chart(report), error_chart(report)};
    // A server that does not say where its answers are from has no such chart.
    if (Chart sources = source_chart(report); !sources.lines.empty()) {
        charts.push_back(std::move(sources));
    }
    page.charts(charts);
    return page.html();
}

}  // namespace aside::lab::report
