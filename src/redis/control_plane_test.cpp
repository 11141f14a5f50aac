#include "redis/control_plane.h"

#include <gtest/gtest.h>

#include "redis/tier_fixture.h"

namespace aside::redis {
namespace {

const RemoteKey kKey{ValueKind::object, "gb/ENG"};

unsigned asked_for_slots(TierBed& bed) {
    unsigned count = 0;
    for (const auto& node : bed.cluster.nodes) count += node->counts["CLUSTER SLOTS"];
    return count;
}

bool takes_fills(TierBed& bed) {
    return bed.fill("probe", "{}", 0) != FillState::dropped;
}

TEST(ControlPlaneTest, LearnsTheMapFromSeedsAndTracksEveryPrimary) {
    TierBed bed;
    bed.start_up();
    EXPECT_EQ(bed.gauge("aside_l2_covered_slots"), kSlots);
    EXPECT_EQ(bed.gauge("aside_l2_primaries"), 3);
    for (const auto& node : bed.cluster.nodes) EXPECT_EQ(node->tracked_by(), 1U);
    const std::string status = bed.tier->status_json();
    EXPECT_TRUE(status.starts_with("\"standalone\":false,")) << status;  // no braces around it
    EXPECT_NE(status.find("\"node\":\"node-2:7002\",\"role\":\"primary\",\"slots\":5462"),
              std::string::npos)
        << status;
    EXPECT_NE(status.find("\"epoch\":5"), std::string::npos) << status;
}

TEST(ControlPlaneTest, AServerWithoutClusterModeOwnsEverySlot) {
    TierBed bed(1);
    bed.cluster[0].standalone = true;
    bed.start_up();
    EXPECT_EQ(bed.fill("a", "{}", 0), FillState::stored);
    EXPECT_EQ(bed.cluster[0].counts["CLUSTER SLOTS"], 0U);
    EXPECT_NE(bed.tier->status_json().find("\"standalone\":true"), std::string::npos);
}

TEST(ControlPlaneTest, IdleItAsksThreeNodesAtMostThreeTimesAMinute) {
    TierBed bed(6);
    bed.start_up();
    const unsigned before = asked_for_slots(bed);
    bed.world.run_for(10min);
    EXPECT_LE(asked_for_slots(bed) - before, 10U * 3 * 3);
    EXPECT_GE(asked_for_slots(bed) - before, 10U * 3);
}

TEST(ControlPlaneTest, ManyTriggersMakeAtMostOneRoundASecond) {
    TierBed bed(2);
    bed.start_up();
    bed.cluster[0].errors["SET"] = "CLUSTERDOWN The cluster is down";
    bed.cluster[1].errors["SET"] = "CLUSTERDOWN The cluster is down";
    const unsigned before = asked_for_slots(bed);
    const SteadyTime began = bed.world.now();
    for (int i = 0; i < 1000; ++i) (void)bed.fill("k" + std::to_string(i), "{}", 0);
    bed.world.run_for(5s);
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(bed.world.now() - began).count();
    EXPECT_LE(asked_for_slots(bed) - before, 2 * (static_cast<unsigned>(seconds) + 1));
    EXPECT_GE(asked_for_slots(bed) - before, 2U);
}

TEST(ControlPlaneTest, APushReachesTheEventsWhoeverInvalidated) {
    TierBed bed;
    bed.start_up();
    KeyNaming names(bed.options.key_prefix);
    std::string name;
    names.tombstone_name(kKey, name);
    bed.owner(kKey).push(">2\r\n$10\r\ninvalidate\r\n*1\r\n" + ScriptedServer::bulk(name));
    bed.world.run_for(5ms);
    EXPECT_EQ(bed.events.invalidated, std::vector<std::string>{"gb/ENG"});
}

TEST(ControlPlaneTest, ANullPushUnhearsAllSlotsOfItsNode) {
    TierBed bed;
    bed.start_up();
    bed.events.unheard.clear();
    bed.cluster[1].push(">2\r\n$10\r\ninvalidate\r\n_\r\n");
    bed.world.run_for(5ms);
    ASSERT_EQ(bed.events.unheard.size(), 1U);
    EXPECT_EQ(bed.events.unheard[0].first, bed.cluster.ranges[1].first);
    EXPECT_EQ(bed.events.unheard[0].last, bed.cluster.ranges[1].last);
}

TEST(ControlPlaneTest, ATrackingConnectionThatEndsIsAGapAtBothItsEnds) {
    TierBed bed;
    bed.start_up();
    bed.events.unheard.clear();
    const std::uint16_t slot = bed.tier->slot_of(kKey);
    ScriptedNode& node = bed.owner(kKey);
    node.die();
    bed.world.run_for(5ms);
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, slot), 1U);
    EXPECT_GT(bed.gauge("aside_l2_unheard_slots"), 5000);
    bed.world.run_for(3s);
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, slot), 1U);
    node.server.open();
    EXPECT_TRUE(bed.world.run_until([&] { return bed.ready(); }, 30s));
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, slot), 2U);
    EXPECT_EQ(node.tracked_by(), 1U);
}

TEST(ControlPlaneTest, ASilentTrackingConnectionIsAGapWithinASecond) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        TierBed bed(3, seed);
        bed.start_up();
        bed.world.run_for(std::chrono::milliseconds(37 * seed));
        bed.events.unheard.clear();
        bed.owner(kKey).silent = true;
        bed.world.run_for(1s);
        EXPECT_GE(TestEvents::covering(bed.events.unheard, bed.tier->slot_of(kKey)), 1U)
            << bed.world.describe();
    }
}

TEST(ControlPlaneTest, TheMajorityOfViewsIsInstalled) {
    TierBed bed(3);
    bed.start_up();
    // Node 0 was cut off and still believes in an older world, in which it owns everything.
    bed.cluster[0].view = ScriptedView{{0, kSlots - 1, 0, {}}};
    bed.cluster[0].epoch = 3;
    bed.cluster.epoch = 7;
    bed.cluster.ranges = {{0, 8191, 1, {}}, {8192, kSlots - 1, 2, {0}}};
    bed.world.run_for(40s);
    const std::string status = bed.tier->status_json();
    EXPECT_NE(status.find("\"node\":\"node-0:7000\",\"role\":\"replica\""), std::string::npos)
        << status;
    EXPECT_NE(status.find("\"epoch\":7"), std::string::npos) << status;
}

TEST(ControlPlaneTest, AnEmptyOrRefusedAnswerKeepsTheMap) {
    TierBed bed(2);
    bed.start_up();
    bed.cluster[0].view = ScriptedView{};
    bed.cluster[1].errors["CLUSTER SLOTS"] = "CLUSTERDOWN The cluster is down";
    bed.world.run_for(2min);
    EXPECT_EQ(bed.gauge("aside_l2_covered_slots"), kSlots);
    EXPECT_TRUE(takes_fills(bed));
}

TEST(ControlPlaneTest, SlotsThatTheViewsLeaveOutHaveNoOwner) {
    TierBed bed(2);
    bed.start_up();
    bed.cluster.ranges = {{0, 8191, 0, {}}, {8192, 9999, 1, {}}};
    bed.cluster.epoch = 6;
    bed.world.run_for(40s);
    EXPECT_EQ(bed.gauge("aside_l2_covered_slots"), 10000);
    EXPECT_EQ(bed.gauge("aside_l2_unheard_slots"), kSlots - 10000);
}

TEST(ControlPlaneTest, SlotsThatMoveAreUnheardAndTheNewOwnerIsTracked) {
    TierBed bed(2);
    bed.start_up();
    bed.events.unheard.clear();
    ScriptedNode& third = bed.cluster.add();
    bed.cluster.ranges = {{0, 8191, 0, {}}, {8192, 9999, 2, {}}, {10000, kSlots - 1, 1, {}}};
    bed.cluster.epoch = 6;
    bed.world.run_for(40s);
    EXPECT_GE(TestEvents::covering(bed.events.unheard, 9000), 1U);
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, 100), 0U);
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, 12000), 0U);
    EXPECT_EQ(third.tracked_by(), 1U);
    EXPECT_EQ(bed.gauge("aside_l2_unheard_slots"), 0);
}

TEST(ControlPlaneTest, ConnectionsToNodesThatLeftTheMapAreClosedAfterTheDrain) {
    TierBed bed(3);
    bed.start_up();
    ASSERT_TRUE(takes_fills(bed));
    bed.cluster.ranges = {{0, 8191, 0, {}}, {8192, kSlots - 1, 1, {}}};
    bed.cluster.epoch = 6;
    bed.world.run_for(60s);
    for (const auto& session : bed.cluster[2].server.sessions) EXPECT_TRUE(session->ended);
    EXPECT_EQ(bed.cluster[2].tracked_by(), 0U);
}

TEST(ControlPlaneTest, StartsWithNothingThereAndHealsUnaided) {
    TierBed bed(2);
    for (auto& node : bed.cluster.nodes) node->server.close();
    bed.world.run_for(1ms);
    bed.start();
    bed.world.run_for(60s);
    EXPECT_EQ(bed.gauge("aside_l2_covered_slots"), 0);
    for (auto& node : bed.cluster.nodes) node->server.open();
    const SteadyTime back = bed.world.now();
    EXPECT_TRUE(bed.world.run_until([&] { return bed.ready(); }, 10s));
    EXPECT_LE(bed.world.now() - back, 2s) << bed.world.describe();
    EXPECT_TRUE(takes_fills(bed));
}

TEST(ControlPlaneTest, EveryNodeGoneForAMinuteAndBackIsFoundWithinTwoSeconds) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        TierBed bed(3, seed);
        bed.start_up();
        for (auto& node : bed.cluster.nodes) node->die();
        bed.world.run_for(60s);
        EXPECT_EQ(bed.gauge("aside_l2_unheard_slots"), kSlots);
        for (auto& node : bed.cluster.nodes) node->server.open();
        const SteadyTime back = bed.world.now();
        EXPECT_TRUE(bed.world.run_until([&] { return bed.ready(); }, 30s));
        EXPECT_LE(bed.world.now() - back, 2s) << bed.world.describe();
    }
}

TEST(ControlPlaneTest, SeedsMayDieOnceTheNodesAreKnown) {
    TierBed bed(3);
    bed.options.seeds = {{"seed", 7000}};
    ScriptedNode& first = bed.cluster[0];
    ScriptedServer seed(bed.world, 2, {"seed", 7000});
    seed.answer = first.server.answer;
    bed.start_up();
    seed.close();
    seed.drop_sessions();
    bed.cluster.ranges = {{0, kSlots - 1, 1, {0, 2}}};
    bed.cluster.epoch = 6;
    bed.world.run_for(60s);
    EXPECT_NE(bed.tier->status_json().find("\"node\":\"node-0:7000\",\"role\":\"replica\""),
              std::string::npos);
}

TEST(ControlPlaneTest, TrustComesBackWithAMapMadeAfterTheSuspicion) {
    TierBed bed;
    bed.start_up();
    ScriptedNode& node = bed.owner(kKey);
    node.server.drop_sessions();
    bed.world.run_for(1ms);
    EXPECT_NE(bed.tier->status_json().find("\"trusted\":false"), std::string::npos);
    EXPECT_TRUE(bed.world.run_until(
        [&] { return bed.tier->status_json().find("\"trusted\":false") == std::string::npos; },
        10s));
}

TEST(ControlPlaneTest, AMissingRightIsCountedByName) {
    TierBed bed(1);
    bed.cluster[0].errors["CLUSTER SLOTS"] = "NOPERM no permissions to run 'cluster|slots'";
    bed.start();
    bed.world.run_for(5s);
    EXPECT_GE(bed.gauge("aside_l2_alarms_total{reason=\"no_perm\"}"), 1);
    bed.cluster[0].errors.clear();
    EXPECT_TRUE(bed.world.run_until([&] { return bed.ready(); }, 10s));
}

TEST(ControlPlaneTest, ASingleServerAmongAClustersSeedsIsDiscarded) {
    TierBed bed(2);
    bed.start_up();
    // A node comes back as a server of its own.
    bed.cluster[1].standalone = true;
    bed.cluster[1].server.drop_sessions();
    bed.world.run_for(5s);
    EXPECT_NE(bed.tier->status_json().find("\"standalone\":false"), std::string::npos);
    EXPECT_GE(bed.gauge("aside_l2_alarms_total{reason=\"no_cluster\"}"), 1);
}

TEST(ControlPlaneTest, AReplicaThatIsPromotedIsTracked) {
    TierBed bed(2);
    bed.cluster.add();
    bed.cluster.ranges = {{0, 8191, 0, {2}}, {8192, kSlots - 1, 1, {}}};
    bed.cluster[2].is_replica = true;
    bed.start_up();
    EXPECT_EQ(bed.cluster[2].tracked_by(), 0U);
    bed.cluster[0].die();
    bed.cluster[2].is_replica = false;
    bed.cluster.ranges = {{0, 8191, 2, {}}, {8192, kSlots - 1, 1, {}}};
    bed.cluster.epoch = 6;
    bed.events.unheard.clear();
    const SteadyTime began = bed.world.now();
    EXPECT_TRUE(
        bed.world.run_until([&] { return bed.cluster[2].tracked_by() == 1 && bed.ready(); }, 10s))
        << bed.tier->status_json();
    EXPECT_LE(bed.world.now() - began, 2s);
    EXPECT_GE(TestEvents::covering(bed.events.unheard, 100), 1U);
}

}  // namespace
}  // namespace aside::redis
