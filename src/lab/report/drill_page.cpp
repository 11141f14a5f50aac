#include "lab/report/drill_page.h"

#include <algorithm>

namespace aside::lab::report {
namespace {

using Rows = std::vector<std::vector<Cell>>;

std::vector<Cell> heading_row(std::vector<std::string> first,
                              const std::vector<std::string>& rest) {
    std::vector<Cell> row;
    for (std::string& text : first) row.push_back({.text = std::move(text)});
    for (const std::string& text : rest) row.push_back({.text = text});
    return row;
}

Rows verdict_table(const DrillReport& report) {
    Rows rows{heading_row({"drill", "what happens"}, report.designs)};
    for (const DrillSection& drill : report.drills) {
        std::vector<Cell> row{{.text = drill.name, .tone = Tone::plain, .heading = drill.name},
                              {.text = drill.fault}};
        for (Cell verdict : drill.verdicts) {
            verdict.heading = drill.name;
            row.push_back(std::move(verdict));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

Rows environment_table(const DrillReport& report) {
    Rows rows{heading_row({"setting", "value"}, {})};
    for (const auto& [name, value] : report.environment) {
        rows.push_back({{.text = name}, {.text = value}});
    }
    return rows;
}

Rows one_drills_verdicts(const DrillReport& report, const DrillSection& drill) {
    return {heading_row({}, report.designs), drill.verdicts};
}

std::vector<Chart> in_designs_styles(const DrillReport& report, std::vector<Chart> charts) {
    for (Chart& chart : charts) {
        for (ChartLine& line : chart.lines) {
            const auto design = std::ranges::find(report.designs, line.name);
            if (design == report.designs.end()) continue;
            line.style = static_cast<unsigned>(design - report.designs.begin());
        }
    }
    return charts;
}

void add_section(Page& page, const DrillReport& report, const DrillSection& drill) {
    page.heading(drill.name, drill.fault);
    if (!drill.expectation.empty()) page.paragraph("Must hold: " + drill.expectation);
    if (!drill.verdicts.empty()) page.table(one_drills_verdicts(report, drill));
    for (const std::string& reason : drill.reasons) page.paragraph(reason);
    page.table(drill.figures);
    page.charts(in_designs_styles(report, drill.charts));
}

}  // namespace

std::string drill_page(const DrillReport& report) {
    Page page(report.title, report.subtitle);
    page.heading("Verdicts");
    page.table(verdict_table(report));
    page.heading("Environment");
    page.table(environment_table(report));
    for (const DrillSection& drill : report.drills) add_section(page, report, drill);
    return page.html();
}

}  // namespace aside::lab::report
