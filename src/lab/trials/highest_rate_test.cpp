#include "lab/trials/highest_rate.h"

#include <gtest/gtest.h>

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

// Steps of 4 s, each with this p99.
std::vector<SecondFigures> ramp(std::initializer_list<Duration> steps) {
    std::vector<SecondFigures> seconds;
    double rate = 100;
    for (const Duration p99 : steps) {
        const auto due = static_cast<std::uint64_t>(rate);
        seconds.insert(seconds.end(), 4, SecondFigures{.requests = due, .p99 = p99});
        rate *= 1.25;
    }
    return seconds;
}

double highest(const std::vector<SecondFigures>& seconds) {
    const auto rate = highest_served_well(seconds);
    return rate ? *rate : 0;
}

TEST(HighestRate, IsThatOfTheLastStepThatWasServedWell) {
    EXPECT_DOUBLE_EQ(highest(ramp({2ms, 3ms, 9ms, 900ms, 4s})), 100 * 1.25 * 1.25);
    EXPECT_DOUBLE_EQ(highest(ramp({2ms})), 100);
}

TEST(HighestRate, IsMeasuredFromWhatTheLowestStepTakes) {
    EXPECT_DOUBLE_EQ(highest(ramp({400ms, 600ms, 700ms})), 125);
}

TEST(HighestRate, AHiccupOnTheWayDoesNotEndIt) {
    EXPECT_DOUBLE_EQ(highest(ramp({2ms, 800ms, 5ms, 2s})), 100 * 1.25 * 1.25);
}

TEST(HighestRate, AFailedRequestSpoilsItsStep) {
    auto seconds = ramp({2ms, 2ms, 2ms});
    seconds[9].failed = 1;
    EXPECT_DOUBLE_EQ(highest(seconds), 125);
    seconds[1].failed = 1;
    EXPECT_EQ(highest_served_well(seconds).error().code, Errc::not_found);
    EXPECT_FALSE(highest_served_well({}));
}

TEST(HighestRate, WhatWasNotAnsweredAtAllWasNotServedWell) {
    auto seconds = ramp({2ms, 2ms, 2ms});
    for (std::size_t i = 8; i < 12; ++i) seconds[i].requests = 20;
    EXPECT_DOUBLE_EQ(highest(seconds), 125);
}

TEST(HighestRate, TheFirstSecondOfAStepBelongsToTheOneBefore) {
    auto seconds = ramp({2ms, 2ms, 2ms});
    seconds[8].p99 = 3s;
    EXPECT_DOUBLE_EQ(highest(seconds), 100 * 1.25 * 1.25);
}

}  // namespace
}  // namespace aside::lab::trials
