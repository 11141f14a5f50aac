#include "lab/report/page.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "lab/report/markup_check_fixture.h"

namespace aside::lab::report {
namespace {

Page with_headings(int count) {
    Page page("Title", "and what it is about");
    for (int i = 0; i < count; ++i) page.heading("Part " + std::to_string(i), "of them");
    return page;
}

Cell cell(std::string text, Tone tone = Tone::plain, std::string heading = {}) {
    return {.text = std::move(text), .tone = tone, .heading = std::move(heading)};
}

TEST(Page, IsWellFormedWhateverItHolds) {
    for (int headings = 0; headings < 5; ++headings) {
        Page page = with_headings(headings);
        page.paragraph("text");
        page.preformatted("a\n  b");
        page.table({{cell("a")}, {cell("1")}});
        page.table({});
        page.charts({});
        EXPECT_EQ(MarkupCheck(page.html()).error(), "") << page.html();
        EXPECT_EQ(MarkupCheck(page.html()).count("section"), headings);
    }
}

TEST(Page, EverythingIsEscaped) {
    const std::string evil = "</main><script>alert(1)</script>\" onclick=\"x&";
    Page page(evil, evil);
    for (int i = 0; i < 3; ++i) page.heading(evil, evil);
    page.paragraph(evil);
    page.preformatted(evil);
    page.table({{cell(evil)}, {cell(evil, Tone::bad, evil)}});
    Chart chart;
    chart.title = evil;
    page.charts(std::vector<Chart>{chart});
    const MarkupCheck check(page.html());
    EXPECT_EQ(check.error(), "");
    EXPECT_EQ(check.count("script"), 0);
    EXPECT_TRUE(check.attributes("onclick").empty());
}

TEST(Page, HasContentsFromThreeHeadingsOn) {
    EXPECT_EQ(MarkupCheck(with_headings(2).html()).count("nav"), 0);
    const MarkupCheck check(with_headings(3).html());
    EXPECT_EQ(check.count("nav"), 1);
    const auto ids = check.attributes("id");
    ASSERT_EQ(ids.size(), 3);
    for (const std::string& link : check.attributes("href")) {
        EXPECT_EQ(std::ranges::count(ids, link.substr(1)), 1) << link;
    }
}

TEST(Page, ACellLinksToItsHeading) {
    Page page("t", "");
    page.table({{cell("drill")}, {cell("pass", Tone::good, "failover-kill (SIGKILL)")}});
    page.heading("failover-kill (SIGKILL)");
    const MarkupCheck check(page.html());
    ASSERT_EQ(check.attributes("href").size(), 1);
    ASSERT_EQ(check.attributes("id").size(), 1);
    EXPECT_EQ(check.attributes("href")[0], "#" + check.attributes("id")[0]);
}

TEST(Page, NumbersAreAlignedAsSuch) {
    Page page("t", "");
    page.table({{cell("name"), cell("count"), cell("mixed"), cell("with gaps")},
                {cell("a"), cell("1,234"), cell("12"), cell("—")},
                {cell("b"), cell("≤ 0.1 %"), cell("no"), cell("")},
                {cell("c"), cell("-3 ms"), cell("4"), cell("7")}});
    const auto classes = MarkupCheck(page.html()).attributes("class");
    EXPECT_EQ(std::ranges::count(classes, "number"),
              2 * (1 + 3));  // heads and cells of two columns
}

TEST(Page, ATonePaintsNumbersAndFramesWords) {
    Page page("t", "");
    page.table({{cell("verdict"), cell("errors")},
                {cell("pass", Tone::good), cell("0", Tone::good)},
                {cell("fail", Tone::bad), cell("7", Tone::bad)},
                {cell("no power", Tone::doubtful), cell("—", Tone::plain)}});
    const auto classes = MarkupCheck(page.html()).attributes("class");
    for (const char* expected :
         {"tag good", "tag bad", "tag doubtful", "number good", "number bad"}) {
        EXPECT_EQ(std::ranges::count(classes, expected), 1) << expected;
    }
}

TEST(Page, RowsMayBeShorterOrLongerThanTheirHead) {
    Page page("t", "");
    page.table({{cell("a"), cell("b")}, {cell("1")}, {cell("1"), cell("2"), cell("3")}});
    const MarkupCheck check(page.html());
    EXPECT_EQ(check.error(), "");
    EXPECT_EQ(check.count("td"), 4);
}

TEST(Page, NeedsNothingFromElsewhere) {
    Page page = with_headings(3);
    page.charts(std::vector<Chart>(2));
    const std::string html = page.html();
    EXPECT_EQ(occurrences(html, "://"), 2);  // the namespace of two charts, which nobody fetches
    EXPECT_EQ(occurrences(html, "url("), 0);
    EXPECT_EQ(occurrences(html, "@import"), 0);
    EXPECT_EQ(occurrences(html, "src="), 0);
    EXPECT_EQ(MarkupCheck(html).count("link"), 0);
    EXPECT_EQ(occurrences(html, "default-src 'none'"), 1);
    EXPECT_EQ(occurrences(html, "prefers-color-scheme:dark"), 1);
}

}  // namespace
}  // namespace aside::lab::report
