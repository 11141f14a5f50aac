#include "wire/curve_json.h"

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

TEST(CurveJson, ReadsWhatAServerTells) {
    const auto curve = decode_curve(
        R"({"policy":"lru","references":120,"tracked_keys":2,"distinct_entries":3,"distinct_bytes":900,)"
        R"("mean_body_bytes":250.5,"fresh_seconds":60.000,"lifetime_seconds":120.000,"curve":[)"
        R"({"entries":1.0,"bytes":300,"miss_ratio":0.5,"refresh_ratio":0.1},)"
        R"({"entries":3.0,"bytes":900,"miss_ratio":0.25,"refresh_ratio":0.2}]})");
    ASSERT_TRUE(curve) << curve.error().detail;
    EXPECT_EQ(curve->references, 120);
    EXPECT_EQ(curve->tracked_keys, 2);
    EXPECT_EQ(curve->mean_body_bytes, 250.5);
    EXPECT_EQ(curve->lifetime_seconds, 120);
    ASSERT_EQ(curve->curve.size(), 2U);
    EXPECT_EQ(curve->curve[1].bytes, 900);
    EXPECT_EQ(curve->curve[1].miss_ratio, 0.25);
    EXPECT_EQ(curve->curve[1].refresh_ratio, 0.2);
}

TEST(CurveJson, WhatIsNoneIsRefused) {
    for (const char* text : {"", "[]", "{\"curve\":{}}", "{\"curve\":[1]}",
                             R"({"references":"many"})", R"({"curve":[{"bytes":null}]})"})
        EXPECT_FALSE(decode_curve(text)) << text;
    EXPECT_TRUE(decode_curve("{}"));
}

}  // namespace
}  // namespace aside::wire
