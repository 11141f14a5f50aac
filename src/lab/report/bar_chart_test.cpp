#include "lab/report/bar_chart.h"

#include <cmath>

#include <gtest/gtest.h>

#include "lab/report/markup_check_fixture.h"

namespace aside::lab::report {
namespace {

TEST(BarChart, EachPartIsAsLongAsItsShare) {
    const std::string svg =
        to_svg(BarChart{.title = "The bill",
                        .parts = {"cache", "S3"},
                        .bars = {{"<a>", {3, 1}, "4.00"}, {"b", {0, 2}, "2.00"}}});
    const MarkupCheck check(svg);
    EXPECT_EQ(check.error(), "");
    const auto widths = check.attributes("width");
    ASSERT_EQ(widths.size(), 5U);  // two of the legend, two of a, one of b
    EXPECT_NEAR(std::stod(widths[2]) / std::stod(widths[3]), 3, 0.01);
    EXPECT_NEAR(std::stod(widths[4]) / std::stod(widths[3]), 2, 0.01);
    EXPECT_NE(svg.find("4.00"), std::string::npos);
}

TEST(BarChart, NothingAndNonsenseAreDrawnAsNothing) {
    EXPECT_EQ(MarkupCheck(to_svg(BarChart{})).error(), "");
    const std::string svg = to_svg(BarChart{
        .title = "x", .parts = {"a"}, .bars = {{"b", {std::nan("")}, "?"}, {"c", {-1}, "-1"}}});
    EXPECT_EQ(MarkupCheck(svg).count("rect"), 1);  // the legend's
}

}  // namespace
}  // namespace aside::lab::report
