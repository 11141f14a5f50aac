#include "lab/report/drill_page.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "lab/report/markup_check_fixture.h"

namespace aside::lab::report {
namespace {

Chart chart_of(std::vector<std::string> designs) {
    Chart chart;
    chart.title = "p99";
    chart.x_label = "seconds";
    for (std::string& name : designs) {
        chart.lines.push_back({.name = std::move(name), .points = {{0, 1}, {1, 2}}, .style = {}});
    }
    chart.marks = {{.from = 0.2, .to = 0.6, .label = "node stopped"}};
    return chart;
}

DrillSection drill(std::string name) {
    DrillSection section;
    section.name = std::move(name);
    section.fault = "a primary dies";
    section.expectation = "no avoidable error";
    section.verdicts = {{.text = "pass", .tone = Tone::good}, {.text = "fail", .tone = Tone::bad}};
    section.reasons = {"article: 12 avoidable errors"};
    section.figures = {{{.text = "design"}, {.text = "errors"}},
                       {{.text = "aside"}, {.text = "0"}},
                       {{.text = "article"}, {.text = "12"}}};
    section.charts = {chart_of({"aside", "article"}), chart_of({"article"})};
    return section;
}

DrillReport report_of(std::vector<std::string> drills) {
    DrillReport report;
    report.designs = {"aside", "article"};
    report.environment = {{"seed", "7"}, {"server", "redis <7.0>"}};
    for (std::string& name : drills) report.drills.push_back(drill(std::move(name)));
    return report;
}

std::string page_of(const DrillReport& report) {
    std::string page = drill_page(report);
    EXPECT_EQ(MarkupCheck(page).error(), "");
    return page;
}

TEST(DrillPage, EachDrillIsLinkedFromItsVerdicts) {
    const MarkupCheck check(page_of(report_of({"failover-kill", "failover-hang", "partition"})));
    const auto links = check.attributes("href"), ids = check.attributes("id");
    for (const char* name : {"failover-kill", "failover-hang", "partition"}) {
        const std::string id = std::string("at-") + name;
        EXPECT_EQ(std::ranges::count(ids, id), 1) << name;
        // The contents, the drill's name and its two verdicts.
        EXPECT_EQ(std::ranges::count(links, "#" + id), 4) << name;
    }
    for (const std::string& link : links) {
        EXPECT_EQ(std::ranges::count(ids, link.substr(1)), 1) << link;
    }
    EXPECT_EQ(check.count("svg"), 6);
}

TEST(DrillPage, SaysWhatHappensWhatMustHoldAndWhatDid) {
    const std::string page = page_of(report_of({"failover-kill"}));
    for (const char* text : {"a primary dies", "Must hold: no avoidable error", "node stopped",
                             "article: 12 avoidable errors", "redis &lt;7.0&gt;"}) {
        EXPECT_NE(page.find(text), std::string::npos) << text;
    }
    const auto classes = MarkupCheck(page).attributes("class");
    EXPECT_EQ(std::ranges::count(classes, "tag good"), 2);  // above, and in its own section
    EXPECT_EQ(std::ranges::count(classes, "tag bad"), 2);
}

TEST(DrillPage, ADesignLooksTheSameInEveryChart) {
    DrillReport report = report_of({"failover-kill"});
    report.drills[0].charts = {chart_of({"article"})};
    const std::string page = page_of(report);
    const std::string drawn = page.substr(page.find("<svg"));
    EXPECT_EQ(occurrences(drawn, "var(--line-2,"), 2);
    EXPECT_EQ(occurrences(drawn, "var(--line-1,"), 0);
}

TEST(DrillPage, AnUnknownLineStillHasAStyle) {
    DrillReport report = report_of({"failover-kill"});
    report.drills[0].charts = {chart_of({"limit"})};
    EXPECT_NE(page_of(report).find(">limit</text>"), std::string::npos);
}

TEST(DrillPage, WithoutDrillsOrFiguresItIsAPageToo) {
    EXPECT_EQ(MarkupCheck(page_of({})).count("section"), 2);
    DrillReport report = report_of({"failover-kill"});
    report.drills[0].verdicts.clear();
    report.drills[0].figures.clear();
    report.drills[0].charts.clear();
    report.drills[0].reasons.clear();
    EXPECT_EQ(MarkupCheck(page_of(report)).count("section"), 3);
}

}  // namespace
}  // namespace aside::lab::report
