#include "lab/report/label_rows.h"

#include <gtest/gtest.h>

namespace aside::lab::report {
namespace {

TEST(LabelRows, LabelsThatMeetGoIntoRowsOfTheirOwn) {
    LabelRows rows(0, 600);
    const auto first = rows.place(100, 50), near = rows.place(120, 50), far = rows.place(400, 50);
    EXPECT_EQ(first.row, 0);
    EXPECT_EQ(near.row, 1);
    EXPECT_EQ(far.row, 0);
    EXPECT_EQ(near.x, 120);
    EXPECT_EQ(rows.count(), 2);
}

TEST(LabelRows, NoLabelLeavesThePlot) {
    LabelRows rows(30, 600);
    EXPECT_EQ(rows.place(590, 50).x, 550);
    EXPECT_EQ(rows.place(30, 50).x, 30);
    EXPECT_EQ(rows.place(300, 5000).x, 30);  // wider than the plot: from its beginning
}

TEST(LabelRows, WhatIsKeptFreeIsNotTaken) {
    LabelRows rows(30, 600);
    rows.keep_free(100);
    EXPECT_EQ(rows.place(90, 50).row, 1);
    EXPECT_EQ(rows.place(150, 50).row, 0);
}

}  // namespace
}  // namespace aside::lab::report
