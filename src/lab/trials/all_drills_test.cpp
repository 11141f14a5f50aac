#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/trials/drill.h"

namespace aside::lab::trials {
namespace {

using testing::ElementsAre;

std::vector<std::string> named(std::vector<std::string> names) {
    const auto drills = drills_named(names);
    if (!drills) return {to_string(drills.error())};
    std::vector<std::string> found;
    for (const TrialDrill* drill : *drills) found.emplace_back(drill->name);
    return found;
}

TEST(AllDrills, AreWhole) {
    std::set<std::string_view> names;
    for (const TrialDrill& drill : all_drills()) {
        EXPECT_TRUE(names.insert(drill.name).second) << drill.name;
        EXPECT_FALSE(drill.fault.empty() || drill.expectation.empty()) << drill.name;
        EXPECT_TRUE(drill.begin_fault || drill.expire_together) << drill.name;
        EXPECT_FALSE(drill.cluster.private_network && drill.cluster.proxied) << drill.name;
        for (const PhaseLengths& lengths : {drill.quick, drill.full}) {
            EXPECT_GT(lengths.before.count(), 0) << drill.name;
            EXPECT_GT(lengths.during.count(), 0) << drill.name;
            EXPECT_GT(lengths.after.count(), 0) << drill.name;
        }
        EXPECT_LE(drill.quick.all(), drill.full.all()) << drill.name;
        EXPECT_LE(drill.quick.all(), std::chrono::seconds(20)) << drill.name << " runs in CI";
    }
}

TEST(AllDrills, AreNamedWholeByTheirBeginningOrAllAtOnce) {
    EXPECT_THAT(named({"burst"}), ElementsAre("burst"));
    EXPECT_THAT(named({"cold-cache"}), ElementsAre("cold-cache-flushed", "cold-cache-replaced"));
    EXPECT_THAT(named({"cold"}),
                ElementsAre("cold-cache-flushed", "cold-cache-replaced", "cold-process"));
    EXPECT_EQ(named({"all"}).size(), all_drills().size());
    EXPECT_THAT(named({"story", "burst"}), ElementsAre("story", "burst"));
}

TEST(AllDrills, RunOnceHoweverOftenTheyAreNamed) {
    EXPECT_THAT(named({"burst", "burst"}), ElementsAre("burst"));
    EXPECT_THAT(named({"cold-cache-replaced", "cold-cache"}),
                ElementsAre("cold-cache-replaced", "cold-cache-flushed"));
    EXPECT_EQ(named({"story", "all"}).size(), all_drills().size());
}

TEST(AllDrills, OthersAreNotKnown) {
    for (const char* name : {"no-such", "cold-", "cold-cach", "bursts", ""}) {
        const auto drills = drills_named(std::vector<std::string>{"burst", name});
        ASSERT_FALSE(drills) << name;
        EXPECT_EQ(drills.error().code, Errc::bad_input);
        EXPECT_NE(drills.error().detail.find(name), std::string::npos);
    }
    EXPECT_TRUE(named({}).empty());
}

}  // namespace
}  // namespace aside::lab::trials
