#include "lab/report/chart_path.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lab/report/markup_check_fixture.h"

namespace aside::lab::report {
namespace {

constexpr PlotArea kArea{.left = 0, .top = 0, .width = 500, .height = 100};
const double kNone = std::nan("");

Extent up_to(double most) {
    Extent extent;
    extent.add(0);
    extent.add(most);
    return extent;
}

LinePath drawn(const std::vector<ChartPoint>& points, double x_most, double y_most) {
    return path_of(points, Axis::along(up_to(x_most), "x"), Axis::linear(up_to(y_most)), kArea);
}

TEST(ChartPath, PointsStandWhereTheAxesSay) {
    EXPECT_EQ(drawn({{0, 0}, {5, 10}, {10, 5}}, 10, 10).path, "M0 100L250 0L500 50");
}

TEST(ChartPath, ALineBreaksWhereThereIsNoValue) {
    const auto line =
        drawn({{0, 0}, {1, 1}, {2, kNone}, {3, 3}, {4, kNone}, {5, 5}, {6, 6}}, 10, 10);
    EXPECT_EQ(line.path, "M0 100L50 90M250 50L300 40");
    ASSERT_EQ(line.alone.size(), 1);  // of three seconds without neighbours a reader must see one
    EXPECT_EQ(line.alone[0].x, 150);
    EXPECT_EQ(line.alone[0].y, 70);
}

TEST(ChartPath, NothingIsDrawnOfNothing) {
    for (const auto& points : {std::vector<ChartPoint>{}, std::vector<ChartPoint>{{0, kNone}},
                               std::vector<ChartPoint>{{kNone, 1}}}) {
        const auto line = drawn(points, 10, 10);
        EXPECT_EQ(line.path, "");
        EXPECT_TRUE(line.alone.empty());
    }
}

TEST(ChartPath, ALogarithmicScaleHasAGapWhereItCannotShow) {
    Extent extent;
    extent.add(1);
    extent.add(100);
    const auto line = path_of(std::vector<ChartPoint>{{0, 1}, {1, 10}, {2, 0}, {3, 10}, {4, 100}},
                              Axis::along(up_to(10), "x"), Axis::logarithmic(extent), kArea);
    EXPECT_EQ(line.path, "M0 100L50 50M150 50L200 0");
}

TEST(ChartPath, ALongLineIsThinnedAndKeepsItsPeak) {
    std::vector<ChartPoint> points;
    for (int i = 0; i < 100'000; ++i) points.push_back({i / 100'000.0, i % 7 / 10.0});
    points[54'321].y = 10;
    points[77'777].y = -10;
    Extent up = up_to(10);
    up.add(-10);
    const auto line = path_of(points, Axis::along(up_to(1), "x"), Axis::linear(up), kArea);
    EXPECT_LE(occurrences(line.path, "L"), 4 * 500);
    EXPECT_GE(occurrences(line.path, "L"), 2 * 500);
    EXPECT_EQ(occurrences(line.path, "271.6 0L"), 1);  // 54,321st of 100,000 on 500
    EXPECT_EQ(occurrences(line.path, "388.9 100L"), 1);
    EXPECT_TRUE(line.path.starts_with("M0 50L"));
    EXPECT_EQ(line.alone.size(), 0);
}

// A second is often narrower than a pixel column; thinning must not lose one that stands alone.
TEST(ChartPath, AColumnOfOneValueIsOnePoint) {
    std::vector<ChartPoint> points(1000, {1, 3});
    points.push_back({2, 3});
    EXPECT_EQ(drawn(points, 10, 10).path, "M50 70L50 70L100 70");
}

}  // namespace
}  // namespace aside::lab::report
