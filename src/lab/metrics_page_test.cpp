#include "lab/metrics_page.h"

#include <gtest/gtest.h>

namespace aside::lab {
namespace {

constexpr std::string_view kPage =
    "# TYPE x_seconds histogram\n"
    "x_seconds_count{store=\"a\"} 100\n"
    "x_seconds_bucket{store=\"a\",le=\"0.001\"} 0\n"
    "x_seconds_bucket{store=\"a\",le=\"0.002\"} 50\n"
    "x_seconds_bucket{store=\"a\",le=\"0.004\"} 98\n"
    "x_seconds_bucket{store=\"a\",le=\"+Inf\"} 100\n"
    "x_seconds_bucket{store=\"b\",le=\"0.001\"} 7\n"
    "x_seconds_bucket{store=\"b\",le=\"+Inf\"} 7\n";

TEST(MetricsPage, TellsQuantilesOfHistograms) {
    const MetricsPage page = MetricsPage::parse(kPage);
    const auto quantile = [&](double part) {
        return page.quantile("x_seconds", "store=\"a\"", part);
    };
    EXPECT_NEAR(quantile(0.5), 0.002, 1e-9);
    EXPECT_NEAR(quantile(0.25), 0.001 * 1.41421356, 1e-9);  // half way, in the logarithm
    EXPECT_NEAR(quantile(0.98), 0.004, 1e-9);
    EXPECT_NEAR(quantile(0.99), 0.004, 1e-9);  // no bound is above it
    EXPECT_NEAR(page.quantile("x_seconds", "store=\"b\"", 1), 0.001, 1e-9);
    EXPECT_EQ(page.quantile("x_seconds", "store=\"c\"", 0.5), 0);
    EXPECT_EQ(page.quantile("y_seconds", "", 0.5), 0);
}

TEST(MetricsPage, AddsAndTakesAway) {
    const MetricsPage one = MetricsPage::parse("a{x=\"1\"} 3\na{x=\"2\"} 4\n");
    const MetricsPage two = MetricsPage::parse("a{x=\"2\"} 10\nb 1\n");
    EXPECT_EQ((one + two).sum("a"), 17);
    EXPECT_EQ((one + two).sum("b"), 1);
    EXPECT_EQ((two - one)["a{x=\"2\"}"], 6);
}

}  // namespace
}  // namespace aside::lab
