#include "lab/report/bench_page.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "lab/report/markup_check_fixture.h"

namespace aside::lab::report {
namespace {

BenchInterval interval(double begin_s) {
    BenchInterval one;
    one.begin_s = begin_s;
    one.due = one.answered = 100;
    one.errors = {0, 0, 0};
    one.latency_ms = {1, 2, 3, 4, 5};
    one.l1 = 80;
    one.l2 = 15;
    one.origin = 5;
    return one;
}

BenchReport report_of(int seconds) {
    BenchReport report;
    report.subtitle = "http://server/items/{}, 100 requests/s";
    report.summary = {{{.text = "figure"}, {.text = "value"}}, {{.text = "p99"}, {.text = "3 ms"}}};
    report.error_kinds = {"refused", "timed out", "wrong <body>"};
    for (int i = 0; i < seconds; ++i) report.intervals.push_back(interval(i));
    return report;
}

std::string page_of(const BenchReport& report) {
    std::string page = bench_page(report);
    EXPECT_EQ(MarkupCheck(page).error(), "");
    return page;
}

TEST(BenchPage, ShowsSummaryAndFourCharts) {
    const std::string page = page_of(report_of(10));
    EXPECT_EQ(MarkupCheck(page).count("svg"), 4);
    for (const char* text : {"http://server/items/{}, 100 requests/s", ">3 ms<", ">p99.9</text>",
                             ">due</text>", ">origin</text>"}) {
        EXPECT_NE(page.find(text), std::string::npos) << text;
    }
}

TEST(BenchPage, OnlyErrorsThatHappenedHaveALine) {
    BenchReport report = report_of(10);
    EXPECT_EQ(page_of(report).find("refused"), std::string::npos);
    EXPECT_NE(page_of(report).find(">none</text>"), std::string::npos);
    report.intervals[3].errors[2] = 7;
    report.intervals[4].errors.clear();  // fewer than there are kinds
    const std::string page = page_of(report);
    EXPECT_NE(page.find(">wrong &lt;body&gt;</text>"), std::string::npos);
    EXPECT_EQ(page.find("refused"), std::string::npos);
    EXPECT_EQ(page.find(">none</text>"), std::string::npos);
}

TEST(BenchPage, SourcesAreShownAsFarAsTold) {
    BenchReport report = report_of(10);
    EXPECT_EQ(page_of(report).find(">CDN</text>"), std::string::npos);
    report.intervals[0].cdn = 3;
    EXPECT_NE(page_of(report).find(">CDN</text>"), std::string::npos);
    for (BenchInterval& one : report.intervals) one.l1 = one.l2 = one.origin = one.cdn = 0;
    EXPECT_EQ(MarkupCheck(page_of(report)).count("svg"), 3);
}

TEST(BenchPage, CountsBecomeRatesOfTheirSpan) {
    BenchReport report = report_of(1);
    report.intervals.push_back(interval(1));
    report.intervals[0].span_s = report.intervals[1].span_s = 0.1;  // 100 in 100 ms
    EXPECT_NE(page_of(report).find(">1,000</text>"), std::string::npos);
}

TEST(BenchPage, SecondsWithoutAnAnswerAreGaps) {
    BenchReport report = report_of(10);
    report.intervals[5].latency_ms.fill(std::nan(""));
    const std::string page = page_of(report);
    EXPECT_EQ(page.find("nan"), std::string::npos);
    std::size_t broken = 0;
    for (const std::string& path : MarkupCheck(page).attributes("d")) {
        broken += occurrences(path, "M") == 2 ? 1 : 0;
    }
    EXPECT_EQ(broken, kBenchPercentiles.size());
}

TEST(BenchPage, AnEmptyLoadHasAPageToo) {
    EXPECT_NE(page_of({}).find("no data"), std::string::npos);
}

}  // namespace
}  // namespace aside::lab::report
