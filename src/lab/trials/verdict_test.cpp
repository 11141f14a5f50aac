#include "lab/trials/verdict.h"

#include <gtest/gtest.h>

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

class VerdictTest : public testing::Test {
  protected:
    VerdictTest() {
        result.drill = &drill;
        result.trials = {{.design = Design::aside}, {.design = Design::article}};
        for (TrialResult& trial : result.trials) {
            trial.figures.requests = 1000;
            trial.figures.object_reads = 5000;
            trial.faultless = trial.figures;
        }
        article().figures.errors = 7;
    }
    TrialResult& aside() { return result.trials[0]; }
    TrialResult& article() { return result.trials[1]; }
    Verdict verdict(bool quick = true) {
        result.reasons.clear();
        decide(result, workload, quick);
        return result.verdict;
    }

    TrialDrill drill{.name = "x", .fault = "y", .expectation = "z"};
    Workload workload;
    DrillResult result;
};

TEST_F(VerdictTest, PassesWhenNothingIsAmiss) {
    EXPECT_EQ(verdict(), Verdict::pass);
    EXPECT_TRUE(result.reasons.empty());
}

TEST_F(VerdictTest, EachDemandCanFailIt) {
    const auto fails = [this](auto change) {
        const Figures good = aside().figures;
        change(aside().figures);
        const bool failed = verdict() == Verdict::fail && result.reasons.size() == 1;
        aside().figures = good;
        return failed;
    };
    EXPECT_TRUE(fails([](Figures& f) { f.avoidable = 1; }));
    EXPECT_TRUE(fails([](Figures& f) { f.wrong = 1; }));
    EXPECT_TRUE(fails([](Figures& f) { f.too_old = 1; }));
    EXPECT_TRUE(fails([](Figures& f) { f.false_misses = 1; }));
    EXPECT_TRUE(fails([](Figures& f) { f.not_judged = 101; }));
    EXPECT_TRUE(fails([](Figures& f) { f.throttled = 1; }));
    EXPECT_TRUE(fails([](Figures& f) { f.most_loads = 201; }));
    drill.expect.extra_reads_max = 0.001;
    EXPECT_TRUE(fails([](Figures& f) { f.reads_from_origin = 6; }));
    drill.expect.one_load_of_each = true;
    EXPECT_TRUE(fails([](Figures& f) { f.most_loads_of_one = 2; }));
    EXPECT_EQ(verdict(), Verdict::pass);
}

TEST_F(VerdictTest, LongRunsLeaveLessUnjudged) {
    aside().figures.not_judged = 6;
    EXPECT_EQ(verdict(true), Verdict::pass);
    EXPECT_EQ(verdict(false), Verdict::fail);
}

TEST_F(VerdictTest, UnavoidableErrorsDoNotFailIt) {
    aside().figures.errors = 5;
    EXPECT_EQ(verdict(), Verdict::pass);
}

TEST_F(VerdictTest, LatencyIsJudgedInTheLongFormAlone) {
    drill.expect.latency = true;
    aside().figures.latency[0].p999 = 10ms;
    aside().figures.latency[1].p999 = 251ms;
    EXPECT_EQ(verdict(true), Verdict::pass);
    EXPECT_EQ(verdict(false), Verdict::fail);
    aside().figures.latency[0].p999 = 60ms;  // five times that is more
    EXPECT_EQ(verdict(false), Verdict::pass);
    aside().figures.late_p99 = 1ms;
    EXPECT_EQ(verdict(false), Verdict::fail);
}

TEST_F(VerdictTest, TheBestRunIsTheOneWhoseWorstLatencyTakesLeastOfItsLimit) {
    Figures figures;
    figures.latency[0].p99 = 1ms;
    figures.latency[1].p999 = 50ms;
    figures.late_p99 = 1ms;
    EXPECT_EQ(latency_share(figures), 0.5);
    figures.latency[1].p999 = 200ms;
    EXPECT_EQ(latency_share(figures), 0.8);
    figures.late_p99 = 3ms;
    EXPECT_EQ(latency_share(figures), 1.5);
    figures.latency[0].p99 = {};
    EXPECT_GT(latency_share(figures), 1e9);
    figures.late_p99 = {};
    EXPECT_EQ(latency_share(figures), 0.8);
}

TEST_F(VerdictTest, HasNoPowerWhereTheArticleIsFineToo) {
    article().figures.errors = 0;
    EXPECT_EQ(verdict(), Verdict::no_power);
    drill.expect.shows_in_article = false;
    EXPECT_EQ(verdict(), Verdict::pass);
}

// What the hand-written design does on any day is no effect of the fault.
TEST_F(VerdictTest, AnEffectIsWhatARunWithoutTheFaultDoesNotShow) {
    const auto shows = [this](auto change) {
        article().figures = *article().faultless;
        change(article().figures);
        return verdict() == Verdict::pass;
    };
    article().figures.errors = 0;
    article().faultless->errors = 3;
    article().faultless->throttled = 1000;
    article().faultless->loads_since_fault = 10'000;
    article().faultless->latency[0].p99 = article().faultless->latency[1].p99 = 100ms;
    EXPECT_FALSE(shows([](Figures&) {}));
    EXPECT_FALSE(shows([](Figures& f) { f.most_loads_of_one = 9; }));
    EXPECT_FALSE(shows([](Figures& f) { f.throttled = 1100; }));
    EXPECT_FALSE(shows([](Figures& f) { f.loads_since_fault = 11'000; }));
    EXPECT_FALSE(shows([](Figures& f) { f.latency[1].p99 = 199ms; }));
    EXPECT_TRUE(shows([](Figures& f) { f.errors = 4; }));
    EXPECT_TRUE(shows([](Figures& f) { f.throttled = 1300; }));
    EXPECT_TRUE(shows([](Figures& f) { f.loads_since_fault = 12'100; }));
    EXPECT_TRUE(shows([](Figures& f) { f.connections_opened = 11; }));
    EXPECT_TRUE(shows([](Figures& f) { f.latency[1].p99 = 201ms; }));
    drill.expect.one_load_of_each = true;
    EXPECT_TRUE(shows([](Figures& f) { f.most_loads_of_one = 9; }));
}

TEST_F(VerdictTest, AllButLatencyMustHoldInEachRun) {
    drill.expect.latency = true;
    aside().figures.latency[0].p999 = aside().figures.latency[1].p999 = 10ms;
    aside().other_runs = {aside().figures, aside().figures};
    aside().other_runs[0].latency[1].p999 = 900ms;
    EXPECT_EQ(verdict(false), Verdict::pass);
    aside().other_runs[1].false_misses = 1;
    EXPECT_EQ(verdict(false), Verdict::fail);
    EXPECT_EQ(result.reasons, std::vector<std::string>{"aside: 1 false misses"});
}

TEST_F(VerdictTest, HasNoPowerWhereTheFaultWasNotSeen) {
    aside().proofs_missing = {"the node was down"};
    EXPECT_EQ(verdict(), Verdict::no_power);
    aside().figures.wrong = 1;
    EXPECT_EQ(verdict(), Verdict::fail);  // which says more
}

TEST_F(VerdictTest, WhatDidNotRunPassesNothing) {
    article().not_run = "namespaces are not permitted here";
    EXPECT_EQ(verdict(), Verdict::not_run);
}

}  // namespace
}  // namespace aside::lab::trials
