#include "lab/report/chart.h"

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "lab/report/markup_check_fixture.h"

namespace aside::lab::report {
namespace {

Chart latency() {
    Chart chart;
    chart.title = "Latency";
    chart.x_label = "seconds";
    chart.y_label = "ms";
    chart.lines = {{.name = "p50", .points = {{0, 1}, {1, 2}, {2, 1}}, .style = {}},
                   {.name = "p99", .points = {{0, 5}, {1, 9}, {2, 5}}, .style = {}}};
    chart.marks = {{.from = 0.5, .to = 1.5, .label = "primary frozen"},
                   {.from = 1.2, .to = 1.2, .label = "elected"}};
    return chart;
}

void expect_well_formed(const Chart& chart) {
    for (const std::string& svg : {to_svg(chart), to_svg_file(chart)}) {
        EXPECT_EQ(MarkupCheck(svg).error(), "") << svg;
        EXPECT_EQ(svg.find("nan"), std::string::npos) << svg;
        EXPECT_EQ(svg.find("inf"), std::string::npos) << svg;
    }
}

TEST(Chart, NamesItsLinesAxesAndMarks) {
    const std::string svg = to_svg(latency());
    expect_well_formed(latency());
    for (const char* text : {">Latency<", ">seconds<", ">ms<", ">p50</text>", ">p99</text>",
                             ">primary frozen</text>", ">elected</text>", ">10</text>"}) {
        EXPECT_NE(svg.find(text), std::string::npos) << text;
    }
    EXPECT_EQ(MarkupCheck(svg).count("rect"), 2);  // the ground and the span; an instant has none
}

TEST(Chart, LinesDifferInColourAndInDash) {
    Chart chart = latency();
    std::set<std::string> strokes;
    chart.lines.resize(12, chart.lines[0]);
    for (const std::string& style : MarkupCheck(to_svg(chart)).attributes("style")) {
        if (style.find("stroke-width:1.6") != std::string::npos) strokes.insert(style);
    }
    EXPECT_EQ(strokes.size(), 12);
    EXPECT_EQ(occurrences(to_svg(latency()), "var(--line-1,"), 2);  // its legend and itself
    EXPECT_EQ(occurrences(to_svg(latency()), "stroke-dasharray:7 3"), 2);
}

TEST(Chart, ALineKeepsItsStyleWithoutItsNeighbours) {
    Chart chart = latency();
    chart.lines[1].style = 1;
    chart.lines.erase(chart.lines.begin());
    const std::string svg = to_svg(chart);
    EXPECT_EQ(occurrences(svg, "var(--line-2,"), 2);
    EXPECT_EQ(occurrences(svg, "var(--line-1,"), 0);
}

TEST(Chart, EverythingIsEscaped) {
    Chart chart = latency();
    const std::string evil = "</svg><script>alert(1)</script>\" onload=\"x&\x01";
    chart.title = chart.x_label = chart.y_label = evil;
    for (ChartLine& line : chart.lines) line.name = evil;
    for (ChartMark& mark : chart.marks) mark.label = evil;
    expect_well_formed(chart);
    EXPECT_EQ(MarkupCheck(to_svg(chart)).count("script"), 0);
    EXPECT_TRUE(MarkupCheck(to_svg(chart)).attributes("onload").empty());
}

TEST(Chart, WithoutAValueItSaysSo) {
    Chart chart = latency();
    chart.lines.clear();
    expect_well_formed(chart);
    EXPECT_EQ(occurrences(to_svg(chart), "no data"), 1);
    chart.lines = {{.name = "p50", .points = {{0, std::nan("")}, {1, std::nan("")}}, .style = {}}};
    expect_well_formed(chart);
    EXPECT_EQ(occurrences(to_svg(chart), "no data"), 1);
    EXPECT_EQ(occurrences(to_svg(latency()), "no data"), 0);
    expect_well_formed({});
}

TEST(Chart, AnyValuesDraw) {
    const double infinite = std::numeric_limits<double>::infinity();
    const double largest = std::numeric_limits<double>::max();
    const std::vector<std::vector<ChartPoint>> cases{
        {{3, 4}},
        {{3, 0}},
        {{0, 7}, {1, 7}, {2, 7}},
        {{0, 1e-300}, {1, 1e300}},
        {{0, 1e-90}, {1, 1e90}},
        {{0, -largest}, {1, largest}, {2, infinite}, {3, -infinite}},
        {{-largest, 1}, {largest, 2}, {infinite, 3}},
        {{1e15, 1}, {1e15 + 1, 2}},
        {{5, 1}, {5, 2}, {5, 3}},
        {{0, -5}, {1, 5}},
        {{0, std::numeric_limits<double>::denorm_min()}}};
    for (const auto& points : cases) {
        for (const bool log_y : {false, true}) {
            Chart chart = latency();
            chart.log_y = log_y;
            chart.lines[0].points = points;
            chart.lines.resize(1);
            expect_well_formed(chart);
        }
    }
}

TEST(Chart, MarksBeyondThePlotAreLeftOutAndOthersCut) {
    Chart chart = latency();
    chart.marks = {{.from = -9, .to = -5, .label = "before"},
                   {.from = 7, .to = 7, .label = "after"},
                   {.from = std::nan(""), .to = 1, .label = "nowhere"},
                   {.from = -9, .to = 9, .label = "all the time"}};
    const std::string svg = to_svg(chart);
    expect_well_formed(chart);
    for (const char* label : {"before", "after", "nowhere"}) {
        EXPECT_EQ(svg.find(label), std::string::npos) << label;
    }
    EXPECT_EQ(occurrences(svg, "all the time"), 2);          // its label and its title
    EXPECT_EQ(occurrences(svg, "stroke-dasharray:3 3"), 0);  // neither edge is in the plot
}

TEST(Chart, StandsByItself) {
    const std::string svg = to_svg(latency()), file = to_svg_file(latency());
    for (const std::string& text : {svg, file}) {
        EXPECT_EQ(occurrences(text, "://"), 1);  // the namespace, which nobody fetches
        EXPECT_EQ(occurrences(text, "url("), 0);
        EXPECT_EQ(occurrences(text, "href"), 0);
    }
    EXPECT_EQ(occurrences(svg, "prefers-color-scheme"), 0);
    EXPECT_EQ(occurrences(file, "prefers-color-scheme:dark"), 1);
}

TEST(Chart, TwoHoursOfSecondsStaySmall) {
    Chart chart = latency();
    for (ChartLine& line : chart.lines) {
        line.points.clear();
        for (int i = 0; i < 7200; ++i) {
            line.points.push_back({static_cast<double>(i), static_cast<double>(i % 13)});
        }
    }
    EXPECT_LT(to_svg(chart).size(), 80'000);
}

}  // namespace
}  // namespace aside::lab::report
