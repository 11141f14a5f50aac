#include "lab/trials/drill_report.h"

#include <fmt/format.h>

#include "lab/report/drill_page.h"

namespace aside::lab::trials {

namespace {

double ms(Duration span) {
    return std::chrono::duration<double, std::milli>(span).count();
}

double seconds(Duration span) {
    return std::chrono::duration<double>(span).count();
}

const Latencies& of(const Figures& figures, Phase phase) {
    return figures.latency[static_cast<std::size_t>(phase)];
}

std::string p99s(const Figures& figures) {
    return fmt::format("{:.1f}/{:.1f}/{:.1f}", ms(of(figures, Phase::before).p99),
                       ms(of(figures, Phase::during).p99), ms(of(figures, Phase::after).p99));
}

std::string extra(const TrialResult& trial) {
    return trial.faultless ? fmt::format("{:+}", trial.extra_loads()) : "-";
}

std::string connections(const Figures& figures) {
    return figures.counts_connections ? std::to_string(figures.connections_opened) : "-";
}

constexpr std::string_view kLine =
    "{:<22}{:<9}{:<9}{:>9}{:>8}{:>8}{:>7}{:>6}{:>7}{:>9}{:>9}  {:<28}{:>9}{:>7}";

// Of the drill where it stands first; of a design that is only looked at, none.
std::string verdict_of(const DrillResult& result, const TrialResult& trial) {
    return trial.design == Design::aside ? std::string(name_of(result.verdict)) : "";
}

report::Tone tone_of(Verdict verdict) {
    if (verdict == Verdict::pass) return report::Tone::good;
    return verdict == Verdict::fail ? report::Tone::bad : report::Tone::doubtful;
}

std::vector<report::Cell> row_of(const TrialResult& trial) {
    const Figures& f = trial.figures;
    const bool asides = trial.design == Design::aside;
    const auto bad_if = [](std::uint64_t count) {
        return report::Cell{std::to_string(count), count ? report::Tone::bad : report::Tone::plain};
    };
    const auto three = [&](Phase phase) {
        return report::Cell{fmt::format("{:.1f} / {:.1f} / {:.1f}", ms(of(f, phase).p50),
                                        ms(of(f, phase).p99), ms(of(f, phase).p999))};
    };
    return {{std::string(name_of(trial.design))},
            {std::to_string(f.requests)},
            bad_if(f.errors),
            bad_if(f.avoidable),
            bad_if(f.wrong),
            bad_if(f.too_old),
            bad_if(f.false_misses),
            {std::to_string(f.not_judged)},
            {asides ? std::to_string(f.unknowns) : "-"},
            {extra(trial)},
            {std::to_string(f.most_loads)},
            three(Phase::before),
            three(Phase::during),
            three(Phase::after),
            {fmt::format("{:.2f}", seconds(f.recovery))},
            {connections(f)}};
}

std::vector<report::Cell> headings() {
    return {{"design"},   {"requests"},    {"errors"},        {"avoidable"},
            {"wrong"},    {"too old"},     {"false misses"},  {"not judged"},
            {"unknowns"}, {"extra loads"}, {"loads at once"}, {"ms before (p50 / p99 / p99.9)"},
            {"during"},   {"after"},       {"recovery, s"},   {"connections"}};
}

template <class Value>
report::Chart chart_of(const DrillResult& result, std::string title, std::string unit, bool log_y,
                       Value value) {
    report::Chart chart{.title = std::move(title),
                        .x_label = "seconds",
                        .y_label = std::move(unit),
                        .log_y = log_y};
    for (const TrialResult& trial : result.trials) {
        report::ChartLine line{.name = std::string(name_of(trial.design))};
        const auto& by_second = trial.figures.seconds;
        for (std::size_t i = 0; i < by_second.size(); ++i)
            line.points.push_back({static_cast<double>(i), value(by_second[i])});
        chart.lines.push_back(std::move(line));
    }
    if (!result.trials.empty()) {
        const Figures& figures = result.trials.front().figures;
        chart.marks.push_back({seconds(figures.fault_at), seconds(figures.mended_at), "fault"});
    }
    return chart;
}

// Latency, failures, loads of the origin.
std::vector<report::Chart> charts_of(const DrillResult& result) {
    return {
        chart_of(result, "Latency, p99", "ms", true,
                 [](const SecondFigures& second) { return ms(second.p99); }),
        chart_of(result, "Failed requests", "in a second", false,
                 [](const SecondFigures& second) { return static_cast<double>(second.failed); }),
        chart_of(result, "Loads of the origin", "in a second", false,
                 [](const SecondFigures& s) { return static_cast<double>(s.origin_loads); })};
}

report::DrillSection section_of(const DrillResult& result) {
    report::DrillSection section{.name = std::string(result.drill->name),
                                 .fault = std::string(result.drill->fault),
                                 .expectation = std::string(result.drill->expectation)};
    section.figures.push_back(headings());
    for (const TrialResult& trial : result.trials) {
        const bool judged = trial.design == Design::aside;
        section.verdicts.push_back(
            judged ? report::Cell{std::string(name_of(result.verdict)), tone_of(result.verdict)}
                   : report::Cell{fmt::format("{} errors", trial.figures.errors)});
        section.figures.push_back(row_of(trial));
        for (const std::string& fact : trial.facts)
            section.reasons.push_back(std::string(name_of(trial.design)) + ": " + fact);
    }
    section.reasons.insert(section.reasons.begin(), result.reasons.begin(), result.reasons.end());
    section.charts = charts_of(result);
    return section;
}

}  // namespace

std::string table_heading() {
    return fmt::format(kLine, "drill", "design", "verdict", "requests", "errors", "avoid.", "wrong",
                       "old", "false", "unknown", "loads", "p99 ms before/during/after", "recov. s",
                       "conn.");
}

std::string table_lines(const DrillResult& result) {
    std::string lines;
    for (const TrialResult& trial : result.trials) {
        const Figures& f = trial.figures;
        lines += fmt::format(kLine, result.drill->name, name_of(trial.design),
                             verdict_of(result, trial), f.requests, f.errors, f.avoidable, f.wrong,
                             f.too_old, f.false_misses, f.unknowns, extra(trial), p99s(f),
                             fmt::format("{:.2f}", seconds(f.recovery)), connections(f));
        lines += '\n';
    }
    for (const std::string& reason : result.reasons) lines += "    " + reason + "\n";
    // Of a load that lasts the whole is told also where all is well.
    if (result.drill->arrivals) {
        for (const TrialResult& trial : result.trials)
            lines += fmt::format("    {}: {:.1f} errors in a million requests\n",
                                 name_of(trial.design), trial.figures.errors_per_million());
    }
    if (result.verdict == Verdict::pass) return lines.substr(0, lines.size() - 1);
    for (const TrialResult& trial : result.trials) {
        if (trial.design != Design::aside) continue;
        for (const std::string& fact : trial.facts) lines += "    " + fact + "\n";
    }
    if (!lines.empty()) lines.pop_back();
    return lines;
}

std::vector<Plot> to_plots(const std::vector<DrillResult>& results) {
    constexpr std::string_view kNames[] = {"-latency", "-errors", "-loads"};
    std::vector<Plot> plots;
    for (const DrillResult& result : results) {
        const auto charts = charts_of(result);
        for (std::size_t i = 0; i < charts.size(); ++i) {
            plots.push_back({std::string(result.drill->name) + std::string(kNames[i]),
                             report::to_svg_file(charts[i])});
        }
    }
    return plots;
}

std::string to_html(const std::vector<DrillResult>& results, const ReportFacts& facts) {
    report::DrillReport report;
    report.title = "Failure drills";
    report.subtitle = "Aside beside the cache that is written by hand";
    report.environment = facts.environment;
    for (const DrillResult& result : results) {
        report.drills.push_back(section_of(result));
        if (report.designs.empty()) {
            for (const TrialResult& trial : result.trials)
                report.designs.emplace_back(name_of(trial.design));
        }
    }
    return report::drill_page(report);
}

}  // namespace aside::lab::trials
