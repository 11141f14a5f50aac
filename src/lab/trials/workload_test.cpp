#include "lab/trials/workload.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

// What is said when one thing of a sound workload is changed.
template <class Change>
std::string refusal(Change change) {
    Workload workload;
    change(workload);
    const auto checked = check(workload);
    return checked ? "" : checked.error().detail;
}

TEST(Workload, BothFormsAreSound) {
    EXPECT_TRUE(check(Workload{}));
    EXPECT_TRUE(check(quick_workload()));
    EXPECT_LT(quick_workload().data.objects, Workload{}.data.objects);
}

TEST(Workload, WhatMakesNoSenseIsRefusedByTheNameOfItsFlag) {
    using testing::AssertionResult;
    const auto names = [](const std::string& flag, const std::string& said) -> AssertionResult {
        if (said.starts_with(flag + ":")) return testing::AssertionSuccess();
        return testing::AssertionFailure() << flag << " is not named: " << said;
    };
    EXPECT_TRUE(names("--items", refusal([](Workload& w) { w.data.items = 0; })));
    EXPECT_TRUE(names("--items", refusal([](Workload& w) { w.data.items = 20'000'000; })));
    EXPECT_TRUE(names("--objects", refusal([](Workload& w) { w.data.objects = 0; })));
    EXPECT_TRUE(names("--refs", refusal([](Workload& w) { w.data.references = 0; })));
    EXPECT_TRUE(names("--refs", refusal([](Workload& w) { w.data.objects = 4; })));
    EXPECT_TRUE(names("--zipf", refusal([](Workload& w) { w.zipf = -0.1; })));
    EXPECT_TRUE(names("--zipf", refusal([](Workload& w) { w.zipf = NAN; })));
    EXPECT_TRUE(names("--rate", refusal([](Workload& w) { w.per_second = 0; })));
    EXPECT_TRUE(names("--rate", refusal([](Workload& w) { w.per_second = NAN; })));
    EXPECT_TRUE(names("--rate", refusal([](Workload& w) { w.per_second = 2e6; })));
    EXPECT_TRUE(names("--processes", refusal([](Workload& w) { w.processes = 1; })));
    EXPECT_TRUE(names("--processes", refusal([](Workload& w) { w.processes = 17; })));
    EXPECT_TRUE(names("--l1-share", refusal([](Workload& w) { w.l1_share = 1.01; })));
    EXPECT_TRUE(names("--origin-limit", refusal([](Workload& w) { w.origin_limit = 0; })));
    EXPECT_TRUE(names("--connections", refusal([](Workload& w) { w.connections = 0; })));
    EXPECT_TRUE(names("--origin-median", refusal([](Workload& w) { w.origin_median = 1s; })));
}

TEST(Workload, IsDescribedWhole) {
    std::set<std::string> names;
    for (const auto& [name, value] : describe(Workload{})) {
        EXPECT_FALSE(value.empty()) << name;
        EXPECT_TRUE(names.insert(name).second) << name;
    }
    for (const char* flag : {"items", "refs", "objects", "zipf", "rate", "processes", "l1-share",
                             "index-fresh", "objects-fresh", "stale", "origin-median", "origin-p99",
                             "origin-limit", "deadline", "connections", "seed"})
        EXPECT_TRUE(names.contains(flag)) << flag;
    const auto all = describe({.origin_median = 1500us, .seed = 7});
    EXPECT_NE(std::ranges::find(all, std::pair<std::string, std::string>("origin-median", "1.5ms")),
              all.end());
    EXPECT_NE(std::ranges::find(all, std::pair<std::string, std::string>("seed", "7")), all.end());
}

TEST(Workload, TheOriginIsAsItSays) {
    const origin::FaultPlan plan =
        Workload{.origin_median = 3ms, .origin_p99 = 30ms, .origin_limit = 17}.origin_plan();
    EXPECT_EQ(plan.latency_median, 3ms);
    EXPECT_EQ(plan.latency_p99, 30ms);
    EXPECT_EQ(plan.most_in_progress, 17U);
}

}  // namespace
}  // namespace aside::lab::trials
