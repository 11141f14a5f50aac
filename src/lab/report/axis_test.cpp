#include "lab/report/axis.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace aside::lab::report {
namespace {

Extent extent(double least, double most) {
    Extent both;
    both.add(least);
    both.add(most);
    return both;
}

std::vector<std::string> labels(const Axis& axis) {
    std::vector<std::string> found;
    for (const Tick& tick : axis.ticks()) found.push_back(tick.label);
    return found;
}

using Labels = std::vector<std::string>;

TEST(Axis, TicksAreRoundAndHoldZeroAndTheMost) {
    EXPECT_EQ(labels(Axis::linear(extent(3, 97))), (Labels{"0", "20", "40", "60", "80", "100"}));
    EXPECT_EQ(labels(Axis::linear(extent(0.02, 0.9))),
              (Labels{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
    EXPECT_EQ(labels(Axis::linear(extent(-3, 4))), (Labels{"-4", "-2", "0", "2", "4"}));
    EXPECT_EQ(labels(Axis::linear(extent(0, 12'345))), (Labels{"0", "5,000", "10,000", "15,000"}));
    EXPECT_EQ(labels(Axis::linear(extent(0, 2.4e6))),
              (Labels{"0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"}));
    EXPECT_EQ(labels(Axis::linear(extent(0, 3e-9))).back(), "3e-09");
    EXPECT_EQ(labels(Axis::linear(extent(0, 4e40))).back(), "4e+40");
}

TEST(Axis, NothingAndConstantsStillHaveAnAxis) {
    EXPECT_EQ(labels(Axis::linear({})), (Labels{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
    EXPECT_EQ(labels(Axis::linear(extent(0, 0))), labels(Axis::linear({})));
    EXPECT_EQ(labels(Axis::linear(extent(7, 7))), (Labels{"0", "2", "4", "6", "8"}));
    EXPECT_EQ(labels(Axis::along(extent(7, 7), "n")).size(), 5);
    EXPECT_GE(labels(Axis::along(extent(1e18, 1e18), "n")).size(), 2);
    EXPECT_EQ(labels(Axis::logarithmic(extent(10, 10))), (Labels{"10", "20"}));
    EXPECT_EQ(labels(Axis::logarithmic({})), (Labels{"1", "2"}));
}

TEST(Axis, ALogarithmicScaleHasStepsOfFewDecadesAndDecadesOfMany) {
    EXPECT_EQ(labels(Axis::logarithmic(extent(0.3, 40))),
              (Labels{"0.2", "0.5", "1", "2", "5", "10", "20", "50"}));
    EXPECT_EQ(labels(Axis::logarithmic(extent(0.5, 20'000))),
              (Labels{"1", "10", "100", "1,000", "10,000"}));
    EXPECT_LE(labels(Axis::logarithmic(extent(1e-90, 1e90))).size(), 9);
    EXPECT_EQ(Axis::logarithmic(extent(1, 100)).place(10), 0.5);
}

TEST(Axis, TimeGoesByTheClock) {
    const Axis minute = Axis::along(extent(0, 60), "seconds");
    EXPECT_EQ(labels(minute), (Labels{"0", "10", "20", "30", "40", "50", "60"}));
    EXPECT_EQ(minute.label(), "seconds");
    const Axis ten_minutes = Axis::along(extent(0, 599), "seconds");
    EXPECT_EQ(labels(ten_minutes), (Labels{"0", "2", "4", "6", "8", "10"}));
    EXPECT_EQ(ten_minutes.label(), "minutes");
    const Axis two_hours = Axis::along(extent(0, 7200), "seconds");
    EXPECT_EQ(labels(two_hours), (Labels{"0", "15", "30", "45", "60", "75", "90", "105", "120"}));
    EXPECT_EQ(two_hours.label(), "minutes");
    const Axis a_day = Axis::along(extent(0, 86'400), "seconds");
    EXPECT_EQ(labels(a_day), (Labels{"0", "4", "8", "12", "16", "20", "24"}));
    EXPECT_EQ(a_day.label(), "hours");
    EXPECT_EQ(labels(Axis::along(extent(0, 100 * 86'400.0), "seconds")).back(), "2,000");
    EXPECT_EQ(labels(Axis::along(extent(0, 2), "seconds")).at(1), "0.5");
    EXPECT_EQ(labels(Axis::along(extent(0.5, 55), "seconds")),
              (Labels{"0", "10", "20", "30", "40", "50"}));
    EXPECT_EQ(labels(Axis::along(extent(20, 55), "seconds")).front(), "20");
    EXPECT_EQ(Axis::along(extent(0, 599), "requests").label(), "requests");
}

TEST(Axis, TicksStandWithinTheAxisInOrder) {
    for (double most = 1e-30; most < 1e90; most *= 3.7) {
        for (const Axis& axis :
             {Axis::linear(extent(-most / 3, most)), Axis::logarithmic(extent(most / 1e4, most)),
              Axis::along(extent(most / 3, most), "seconds")}) {
            ASSERT_GE(axis.ticks().size(), 2) << most;
            ASSERT_LE(axis.ticks().size(), 14) << most;
            double before = -1;
            for (const Tick& tick : axis.ticks()) {
                const double place = axis.place(tick.value);
                EXPECT_GT(place, before) << most;
                EXPECT_GE(place, -1e-5) << most;
                EXPECT_LE(place, 1 + 1e-5) << most;
                before = place;
            }
            EXPECT_LE(axis.place(most), 1 + 1e-5) << most;
        }
    }
}

TEST(Axis, KnowsWhatItCannotShow) {
    const Axis linear = Axis::linear(extent(0, 1)), logarithmic = Axis::logarithmic(extent(1, 2));
    EXPECT_TRUE(linear.shows(0));
    EXPECT_FALSE(logarithmic.shows(0));
    EXPECT_FALSE(logarithmic.shows(-1));
    for (const double value : {std::nan(""), std::numeric_limits<double>::infinity(), 1e200}) {
        EXPECT_FALSE(linear.shows(value));
        EXPECT_FALSE(logarithmic.shows(value));
    }
}

}  // namespace
}  // namespace aside::lab::report
