#include <cmath>

#include "cli/bench_report.h"
#include "cli/import_progress.h"
#include "lab/report/bench_page.h"

namespace aside::cli {
namespace {

namespace load = lab::load;
namespace report = lab::report;

constexpr std::array kQuantiles = {0.5, 0.9, 0.99, 0.999, 1.0};
static_assert(kQuantiles.size() == report::kBenchPercentiles.size());
constexpr std::size_t kIntervalsMax = 900;  // points of a line that can be told apart

report::BenchInterval interval_of(const load::LoadFigures& figures, std::size_t begin,
                                  std::size_t seconds) {
    report::BenchInterval interval{.begin_s = static_cast<double>(begin),
                                   .span_s = static_cast<double>(seconds),
                                   .due = figures.due,
                                   .answered = figures.well,
                                   .errors = {figures.mishaps.begin(), figures.mishaps.end()},
                                   .l1 = figures.l1,
                                   .l2 = figures.l2,
                                   .origin = figures.origin,
                                   .cdn = figures.from_cdn};
    for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
        const Duration at = figures.latency.quantile(kQuantiles[i]);
        interval.latency_ms[i] = figures.latency.count() == 0
                                     ? std::nan("")
                                     : std::chrono::duration<double, std::milli>(at).count();
    }
    return interval;
}

std::vector<report::BenchInterval> intervals_of(const load::LoadRecord& record) {
    const std::size_t width = (record.seconds.size() + kIntervalsMax - 1) / kIntervalsMax;
    std::vector<report::BenchInterval> intervals;
    for (std::size_t begin = 0; begin < record.seconds.size(); begin += width) {
        const std::size_t end = std::min(begin + width, record.seconds.size());
        load::LoadFigures figures;
        for (std::size_t i = begin; i < end; ++i) figures.merge(record.seconds[i]);
        intervals.push_back(interval_of(figures, begin, end - begin));
    }
    return intervals;
}

std::vector<std::vector<report::Cell>> summary_of(const load::LoadRecord& record,
                                                  const std::vector<BenchVerdict>& verdicts) {
    const load::LoadFigures total = record.total();
    const load::LatencyHistogram& latency = total.latency;
    using report::Tone;
    std::vector<std::vector<report::Cell>> rows = {
        {{"figure"}, {"value"}},
        {{"requests"}, {grouped(total.due)}},
        {{"answered well"}, {grouped(total.well)}},
        {{"errors"},
         {grouped(total.errors()) + ", " + readable_share(total.errors(), total.due),
          total.errors() > 0 ? Tone::bad : Tone::plain}},
    };
    for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
        rows.push_back(
            {{report::kBenchPercentiles[i]}, {readable_time(latency.quantile(kQuantiles[i]))}});
    }
    if (total.from_cdn > 0) rows.push_back({{"from the CDN"}, {grouped(total.from_cdn)}});
    for (const auto& [status, count] : record.statuses)
        rows.push_back({{"status " + std::to_string(status)}, {grouped(count)}});
    rows.push_back({{"connections opened"}, {grouped(record.connections_opened)}});
    rows.push_back({{"left late by at most"}, {readable_time(record.latest_start)}});
    for (const BenchVerdict& verdict : verdicts) {
        rows.push_back({{verdict.name + " " + verdict.limit},
                        {(verdict.held ? "held: " : "broken: ") + verdict.measured,
                         verdict.held ? Tone::good : Tone::bad}});
    }
    return rows;
}

}  // namespace

std::string bench_html(const load::LoadRecord& record, const std::vector<BenchVerdict>& verdicts) {
    report::BenchReport page;
    for (const auto& [name, value] : record.settings) {
        if (!page.subtitle.empty()) page.subtitle += "; ";
        page.subtitle += name + ": " + value;
    }
    page.summary = summary_of(record, verdicts);
    page.error_kinds.assign(load::kMishapNames.begin(), load::kMishapNames.end());
    page.intervals = intervals_of(record);
    page.notes.emplace_back(
        "Requests leave by a schedule, whatever the answers do, and latency counts from when a "
        "request was due. A request belongs to the time in which it was due.");
    return bench_page(page);
}

}  // namespace aside::cli
