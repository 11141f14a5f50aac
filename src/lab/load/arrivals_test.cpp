#include "lab/load/arrivals.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace aside::lab::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<Duration> all_of(ArrivalPlan plan, std::uint64_t seed = 1) {
    Arrivals arrivals(std::move(plan), seed);
    std::vector<Duration> due;
    while (const auto next = arrivals.next()) due.push_back(*next);
    return due;
}

std::vector<int> per_second(const std::vector<Duration>& due, int count) {
    std::vector<int> sums(static_cast<std::size_t>(count));
    for (const Duration at : due) ++sums.at(static_cast<std::size_t>(at / seconds(1)));
    return sums;
}

ArrivalPlan of_pieces(std::vector<RatePiece> pieces, bool poisson = false) {
    ArrivalPlan plan;
    plan.pieces = std::move(pieces);
    plan.poisson = poisson;
    return plan;
}

TEST(Arrivals, ASteadyRateIsEvenlySpaced) {
    const auto due = all_of(steady(4, seconds(2)));
    ASSERT_EQ(due.size(), 8);
    for (std::size_t i = 0; i < due.size(); ++i) {
        EXPECT_EQ(due[i], milliseconds(250) * i) << i;
    }
    EXPECT_EQ(steady(4, seconds(2)).requests(), 8);
    EXPECT_EQ(steady(4, seconds(2)).span(), seconds(2));
}

// 0.1 is no exact number of doubles: sums of it must not make or lose a request.
TEST(Arrivals, RoundingMakesNoRequestAndLosesNone) {
    EXPECT_EQ(all_of(steady(0.1, seconds(10))).size(), 1);
    EXPECT_EQ(all_of(of_pieces(std::vector<RatePiece>(100, {0.1, 0.1, seconds(1)}))).size(), 10);
    EXPECT_EQ(all_of(of_pieces(std::vector<RatePiece>(1000, {333, 333, milliseconds(10)}))).size(),
              3330);
}

// The integral of 0 to 1000/s over 10 s is 50·t²: 50, 150, 250 … in each second.
TEST(Arrivals, ARampGrowsEvenly) {
    const auto up = per_second(all_of(of_pieces({{0, 1000, seconds(10)}})), 10);
    const auto down = per_second(all_of(of_pieces({{1000, 0, seconds(10)}})), 10);
    for (int second = 0; second < 10; ++second) {
        const auto place = static_cast<std::size_t>(second);
        EXPECT_NEAR(up[place], 50 + 100 * second, 1) << second;
        EXPECT_NEAR(down[place], 950 - 100 * second, 1) << second;
    }
}

TEST(Arrivals, WithinARampTheGapsFollowTheRate) {
    const auto due = all_of(of_pieces({{100, 300, seconds(10)}}));
    ASSERT_EQ(due.size(), 2000);
    for (std::size_t i = 1; i < due.size(); ++i) {
        const double at = std::chrono::duration<double>(due[i]).count();
        const double gap = std::chrono::duration<double>(due[i] - due[i - 1]).count();
        EXPECT_NEAR(gap * (100 + 20 * at), 1, 0.01) << i;
    }
}

TEST(Arrivals, ABurstAndASilenceKeepTheirSeconds) {
    const auto due = all_of(of_pieces({{50, 50, seconds(3)},
                                       {1000, 1000, seconds(1)},
                                       {0, 0, seconds(2)},
                                       {50, 50, seconds(1)}}));
    EXPECT_EQ(per_second(due, 7), (std::vector<int>{50, 50, 50, 1000, 0, 0, 50}));
}

// A piece shorter than the gap between its requests passes its share on to the next one.
TEST(Arrivals, PiecesTooShortForARequestStillCount) {
    const auto due = all_of(of_pieces(std::vector<RatePiece>(300, {1, 1, milliseconds(100)})));
    EXPECT_EQ(per_second(due, 30), std::vector<int>(30, 1));
}

TEST(Arrivals, PoissonHasItsMeanItsSpreadAndMeetings) {
    constexpr int kSeconds = 2000;
    const auto due = all_of(of_pieces({{100, 100, seconds(kSeconds)}}, true), 7);
    const auto counts = per_second(due, kSeconds);
    double mean = 0, variance = 0;
    for (const int count : counts) mean += count / double{kSeconds};
    for (const int count : counts) variance += (count - mean) * (count - mean) / kSeconds;
    EXPECT_NEAR(mean, 100, 4 * 10 / std::sqrt(kSeconds));
    EXPECT_NEAR(variance / mean, 1, 0.15);  // evenly spaced ones have 0
    int near = 0;  // 1 - e^-0.1 of the gaps are below a tenth of the mean one
    for (std::size_t i = 1; i < due.size(); ++i) near += due[i] - due[i - 1] < milliseconds(1);
    EXPECT_NEAR(near / static_cast<double>(due.size()), 1 - std::exp(-0.1), 0.003);
    EXPECT_NE(all_of(of_pieces({{100, 100, seconds(9)}}, true), 8),
              all_of(of_pieces({{100, 100, seconds(9)}}, true), 9));
    EXPECT_EQ(all_of(of_pieces({{100, 100, seconds(9)}}, true), 8),
              all_of(of_pieces({{100, 100, seconds(9)}}, true), 8));
}

TEST(Arrivals, PoissonFollowsARampToo) {
    const auto counts = per_second(all_of(of_pieces({{0, 10000, seconds(10)}}, true), 3), 10);
    for (int second = 0; second < 10; ++second) {
        const double expected = 500 + 1000 * second;
        EXPECT_NEAR(counts[static_cast<std::size_t>(second)], expected, 4.5 * std::sqrt(expected));
    }
}

TEST(Arrivals, TimesNeverGoBack) {
    for (const bool poisson : {false, true}) {
        const auto due = all_of(of_pieces(
            {{0, 1e6, milliseconds(50)}, {1e6, 3, milliseconds(50)}, {3, 1e6, milliseconds(50)}},
            poisson));
        ASSERT_GT(due.size(), 70'000);
        for (std::size_t i = 1; i < due.size(); ++i) ASSERT_GE(due[i], due[i - 1]) << i;
        EXPECT_LE(due.back(), milliseconds(150));
    }
}

TEST(Arrivals, FlatOutHasNoTimes) {
    ArrivalPlan plan = steady(100, seconds(5));
    plan.flat_out = true;
    EXPECT_TRUE(all_of(plan).empty());
    EXPECT_EQ(plan.requests(), 0);
    EXPECT_EQ(plan.span(), seconds(5));
    EXPECT_TRUE(check(plan));
}

TEST(Arrivals, GivenTimesAreKeptAndDoNotGoBack) {
    ArrivalPlan plan;
    plan.times = std::make_shared<const std::vector<Duration>>(
        std::vector<Duration>{milliseconds(1), milliseconds(5), milliseconds(3), milliseconds(9)});
    EXPECT_EQ(all_of(plan), (std::vector<Duration>{milliseconds(1), milliseconds(5),
                                                   milliseconds(5), milliseconds(9)}));
    EXPECT_EQ(plan.requests(), 4);
    EXPECT_EQ(plan.span(), milliseconds(9));
}

TEST(Arrivals, PlansWithoutSenseAreRefused) {
    EXPECT_TRUE(check(steady(1, seconds(1))));
    EXPECT_TRUE(check(of_pieces({{0, 0, seconds(1)}, {1, 2, seconds(1)}})));
    const double infinite = std::numeric_limits<double>::infinity();
    for (const double rate : {-1.0, infinite, std::nan(""), 0.0}) {
        EXPECT_FALSE(check(steady(rate, seconds(1)))) << rate;
    }
    EXPECT_FALSE(check(steady(1, seconds(0))));
    EXPECT_FALSE(check(steady(1, seconds(-1))));
    EXPECT_FALSE(check(ArrivalPlan{}));
    ArrivalPlan never;
    never.times = std::make_shared<const std::vector<Duration>>();
    EXPECT_FALSE(check(never));
}

}  // namespace
}  // namespace aside::lab::load
