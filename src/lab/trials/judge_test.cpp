#include "lab/trials/judge.h"

#include <gtest/gtest.h>

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

SteadyTime at(Duration since) {
    return SteadyTime(1000s) + since;
}

class JudgeTest : public testing::Test {
  protected:
    JudgeTest() {
        workload.data = {.items = 4, .references = 2, .objects = 10, .seed = 1};
        record.timeline = {at(0s), at(10s), at(20s), at(30s)};
    }

    RequestRecord request(Duration due, Duration took, std::uint16_t status = 200) {
        return {.due = at(due), .ended = at(due + took), .number = 0, .status = status};
    }
    OriginLoad load(Duration began, std::uint32_t object, bool conditional = false) {
        return {.began = at(began),
                .ended = at(began + 20ms),
                .number = object,
                .conditional = conditional};
    }
    Figures judged() {
        const Dataset data(workload.data);
        return judge(record, copies, data, workload);
    }

    Workload workload;
    TrialRecord record;
    Copies copies{10, 60s};
};

TEST_F(JudgeTest, ALoadOfWhatANodeHeldIsAFalseMiss) {
    copies.stored(0, 3, at(0s));
    record.loads = {load(5s, 3), load(5s, 4), load(6s, 3, true)};
    const Figures figures = judged();
    EXPECT_EQ(figures.false_misses, 1U);
    EXPECT_EQ(figures.judged, 2U);
    EXPECT_EQ(figures.origin_loads, 3U);
    EXPECT_EQ(figures.object_loads, 2U);
}

TEST_F(JudgeTest, LoadsAreTheFaultsFromTheFaultOn) {
    record.loads = {load(9999ms, 3), load(10s, 4), load(25s, 3, true)};
    EXPECT_EQ(judged().loads_since_fault, 2U);
}

TEST_F(JudgeTest, ALoadJustAfterAChangeIsNotJudged) {
    copies.stored(0, 3, at(4950ms));
    copies.stored(0, 4, at(0s));
    copies.gone(0, 4, at(5050ms));
    record.loads = {load(5s, 3), load(5s, 4)};
    const Figures figures = judged();
    EXPECT_EQ(figures.false_misses, 0U);
    EXPECT_EQ(figures.not_judged, 2U);
}

TEST_F(JudgeTest, ALoadOfWhatHadLivedItsLifeIsRightWhateverElseHappens) {
    record.timeline = {at(0s), at(10s), at(70s), at(90s)};
    copies.stored(0, 3, at(0s));
    copies.gone(0, 3, at(70050ms));  // expired when it was asked for
    record.stalls = {{at(69900ms), at(70s)}};
    record.loads = {load(70s, 3), load(70s, 4)};
    const Figures figures = judged();
    EXPECT_EQ(figures.judged, 2U);
    EXPECT_EQ(figures.not_judged, 0U);
    EXPECT_EQ(figures.false_misses, 0U);
}

TEST_F(JudgeTest, ALoadJustAfterAStallOfTheMachineIsNotJudged) {
    copies.stored(0, 3, at(0s));
    record.stalls = {{at(4900ms), at(4950ms)}};
    record.loads = {load(5s, 3), load(5100ms, 3)};
    const Figures figures = judged();
    EXPECT_EQ(figures.not_judged, 1U);
    EXPECT_EQ(figures.not_judged_in_stalls, 1U);
    EXPECT_EQ(figures.false_misses, 1U);
}

TEST_F(JudgeTest, ALoadOfWhatASilentNodeHeldIsNotJudged) {
    copies.stored(0, 3, at(0s));
    copies.stored(0, 4, at(0s));
    copies.stored(1, 4, at(0s));
    copies.silent(0, at(4940ms), at(5010ms));
    record.loads = {load(5s, 3), load(5s, 4), load(5200ms, 3)};
    const Figures figures = judged();
    EXPECT_EQ(figures.not_judged, 1U);
    EXPECT_EQ(figures.not_judged_in_stalls, 1U);
    EXPECT_EQ(figures.false_misses, 2U);
}

TEST_F(JudgeTest, AnErrorIsAvoidableWhileTheOriginIsUp) {
    record.requests = {request(5s, 1ms, 502)};
    EXPECT_EQ(judged().avoidable, 1U);
    record.outages = {{at(4s), at(20s)}};
    const Figures figures = judged();
    EXPECT_EQ(figures.errors, 1U);
    EXPECT_EQ(figures.avoidable, 0U);
    // It came back within the request's deadline.
    record.outages = {{at(4s), at(7s)}};
    EXPECT_EQ(judged().avoidable, 1U);
}

TEST_F(JudgeTest, AnErrorIsAvoidableWhileL2HoldsAllOfIt) {
    record.requests = {request(5s, 1ms, 502)};
    record.outages = {{at(4s), at(20s)}};
    const Dataset data(workload.data);
    const auto references = data.references(0);
    copies.stored(0, references[0], at(0s));
    EXPECT_EQ(judged().avoidable, 0U);
    copies.stored(1, references[1], at(0s));
    EXPECT_EQ(judged().avoidable, 1U);
}

TEST_F(JudgeTest, NobodyCouldHaveAnsweredWhereNoProcessServes) {
    RequestRecord refused = request(5s, 1ms, 0);
    refused.fate = load::Fate::refused;
    record.requests = {refused};
    EXPECT_EQ(judged().avoidable, 1U);
    record.nobody_served = {{at(4s), at(6s)}};
    EXPECT_EQ(judged().errors, 1U);
    EXPECT_EQ(judged().avoidable, 0U);
}

TEST_F(JudgeTest, LatenciesStandByPhaseOfWhenTheyWereDue) {
    for (int i = 0; i < 100; ++i) {
        record.requests.push_back(request(Duration(i * 90ms), 2ms));
        record.requests.push_back(request(10s + Duration(i * 90ms), i < 2 ? 300ms : 4ms));
        record.requests.push_back(request(20s + Duration(i * 90ms), 1ms));
    }
    const Figures figures = judged();
    EXPECT_EQ(figures.latency[0].p99, 2ms);
    EXPECT_EQ(figures.latency[1].p50, 4ms);
    EXPECT_EQ(figures.latency[1].p99, 300ms);
    EXPECT_EQ(figures.latency[2].max, 1ms);
    EXPECT_EQ(figures.late_p99, 1ms);
    EXPECT_EQ(figures.recovery, 250ms);
    EXPECT_EQ(figures.seconds.at(10).p99, 300ms);
}

TEST_F(JudgeTest, WhatTheFaultCaughtUnderWayIsNotOfBefore) {
    record.requests = {request(5s, 2ms), request(9990ms, 1s)};
    const Figures figures = judged();
    EXPECT_EQ(figures.latency[0].max, 2ms);
    EXPECT_EQ(figures.latency[1].max, 1s);
}

TEST_F(JudgeTest, RecoveryIsTheEndOfTheLastTrouble) {
    for (int i = 0; i < 300; ++i)
        record.requests.push_back(request(Duration(i * 100ms), 2ms, i == 173 ? 502 : 200));
    EXPECT_EQ(judged().recovery, 7500ms);
    record.requests[173].status = 200;
    EXPECT_EQ(judged().recovery, 0ms);
}

TEST_F(JudgeTest, MemorySlopeIsAPartOfAllInAnHour) {
    for (int i = 0; i <= 60; ++i)
        record.memory.emplace_back(at(Duration(i * 60s)), 1'000'000 + i * 1000);
    EXPECT_NEAR(judged().memory_slope_per_hour, 0.06, 0.005);
}

TEST_F(JudgeTest, NothingIsMadeUpFromNothing) {
    const Figures figures = judged();
    EXPECT_EQ(figures.requests, 0U);
    EXPECT_EQ(figures.errors_per_million(), 0);
    EXPECT_EQ(figures.latency[1].p99, 0ms);
    EXPECT_EQ(figures.memory_slope_per_hour, 0);
}

}  // namespace
}  // namespace aside::lab::trials
