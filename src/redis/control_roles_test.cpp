// Nodes whose part in the cluster changes under their connections, and what becomes of the trust in
// them; how many connections the tier has, and when it dials.
#include <gtest/gtest.h>

#include "redis/tier_fixture.h"

namespace aside::redis {
namespace {

constexpr std::string_view kReadsOnly =
    "CLUSTERDOWN The cluster is down and only accepts read commands";

bool all_trusted(TierBed& bed) {
    return bed.tier->status_json().find("\"trusted\":false") == std::string::npos;
}

std::size_t open_sessions(const ScriptedNode& node) {
    return static_cast<std::size_t>(std::ranges::count_if(
        node.server.sessions, [](const auto& session) { return !session->ended; }));
}

TEST(ControlRolesTest, APrimaryThatCameBackAsAReplicaIsTrustedWhenItIsPromotedAgain) {
    TierBed bed(2);
    bed.cluster.add();
    bed.cluster.ranges = {{0, 8191, 0, {2}}, {8192, kSlots - 1, 1, {}}};
    bed.cluster[2].is_replica = true;
    bed.start_up();
    // It dies, its replica takes over, and it comes back as that one's replica…
    bed.cluster[0].die();
    bed.cluster[0].is_replica = true;
    bed.cluster[2].is_replica = false;
    bed.cluster.ranges[0] = {0, 8191, 2, {0}};
    bed.cluster.epoch = 6;
    bed.world.run_for(5s);
    bed.cluster[0].server.open();
    bed.world.run_for(30s);
    // …and is promoted, with every connection to it open.
    bed.events.unheard.clear();
    bed.cluster[2].die();
    bed.cluster[0].is_replica = false;
    bed.cluster.ranges[0] = {0, 8191, 0, {2}};
    bed.cluster.epoch = 7;
    EXPECT_TRUE(bed.world.run_until(
        [&] {
            return bed.tier->status_json().contains(
                       "\"node\":\"node-0:7000\",\"role\":\"primary\"") &&
                   bed.ready() &&
                   bed.tier->status_json().contains(
                       "\"node\":\"node-0:7000\",\"role\":\"primary\",\"slots\":8192,"
                       "\"control\":\"up\",\"health\":\"good\",\"trusted\":true");
        },
        5s))
        << bed.tier->status_json();
    EXPECT_GE(TestEvents::covering(bed.events.unheard, 100), 1U);
    EXPECT_EQ(bed.cluster[0].tracked_by(), 1U);
}

TEST(ControlRolesTest, ANodeThatWasAReplicaForAMomentIsTrustedThoughTheMapNeverSaidSo) {
    TierBed bed(2);
    bed.start_up();
    bed.cluster[0].is_replica = true;
    bed.cluster[0].server.drop_sessions();
    bed.world.run_for(1s);
    EXPECT_FALSE(all_trusted(bed));
    bed.cluster[0].is_replica = false;
    bed.events.unheard.clear();
    EXPECT_TRUE(bed.world.run_until([&] { return all_trusted(bed) && bed.ready(); }, 10s))
        << bed.tier->status_json();
    // The connection that went is a gap at both its ends.
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, 100), 2U);
}

TEST(ControlRolesTest, AServerThatStaysAReplicaIsAskedEverMoreSeldom) {
    TierBed bed(1);
    bed.cluster[0].standalone = true;
    bed.cluster[0].is_replica = true;
    bed.start();
    bed.world.run_for(60s);
    const std::size_t before = bed.cluster[0].server.sessions.size();
    bed.world.run_for(10min);
    EXPECT_LE(bed.cluster[0].server.sessions.size() - before, 10U * 3);
    EXPECT_FALSE(all_trusted(bed));
}

TEST(ControlRolesTest, APrimaryThatIsCutOffIsNotTrustedUntilItSaysThatItIsBack) {
    TierBed bed(5);  // more than are asked in a round
    bed.start_up();
    const RemoteKey key{ValueKind::object, "gb/ENG"};
    ScriptedNode& node = bed.owner(key);
    node.state_ok = false;
    node.errors["SET"] = std::string(kReadsOnly);
    EXPECT_TRUE(all_trusted(bed));
    EXPECT_EQ(bed.fill("gb/ENG", "{}", 0), FillState::dropped);
    bed.world.run_for(1ms);
    EXPECT_FALSE(all_trusted(bed));
    // The others, and the map, have nothing against it.
    bed.world.run_for(60s);
    EXPECT_FALSE(all_trusted(bed));
    node.state_ok = true;
    node.errors.clear();
    EXPECT_TRUE(bed.world.run_until([&] { return all_trusted(bed); }, 10s));
}

// A primary that was away says for two seconds after its start that it is cut off. It is asked
// itself, however many others could be asked in its place, before its nils count again.
TEST(ControlRolesTest, APrimaryThatWasAwayIsNotTrustedWhileItSaysThatItIsCutOff) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        TierBed bed(8, seed);
        bed.start_up();
        ScriptedNode& node = bed.owner({ValueKind::object, "gb/ENG"});
        node.state_ok = false;
        node.server.drop_sessions();
        bed.world.run_for(100us);
        bed.world.run_until([&] { return bed.ready(); }, 1s);
        for (int i = 0; i < 50; ++i) {
            bed.world.run_for(100ms);
            EXPECT_FALSE(all_trusted(bed)) << seed;
        }
        node.state_ok = true;
        EXPECT_TRUE(bed.world.run_until([&] { return all_trusted(bed); }, 10s)) << seed;
    }
}

TEST(ControlRolesTest, DialsAreCounted) {
    TierBed bed(2);
    bed.start_up();
    std::size_t accepted = 0;
    for (const auto& node : bed.cluster.nodes) accepted += node->server.sessions.size();
    EXPECT_EQ(bed.gauge("aside_l2_dials_total"), static_cast<double>(accepted));
    EXPECT_EQ(bed.gauge("aside_l2_dials_failed_total"), 0);
    bed.cluster[0].die();
    bed.world.run_for(10s);
    const double failed = bed.gauge("aside_l2_dials_failed_total");
    EXPECT_GE(failed, 5);
    EXPECT_GE(bed.gauge("aside_l2_dials_total"), failed + static_cast<double>(accepted));
}

TEST(ControlRolesTest, ANodeThatCameBackAloneIsDialledByAllOnceOneHasFoundIt) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        TierBed bed(3, seed);
        bed.start_up();
        bed.world.run_for(2s);
        ScriptedNode& node = bed.cluster[0];
        const std::size_t links = open_sessions(node);
        ASSERT_EQ(links, 4U);  // two workers' reads, fills, control
        node.die();
        bed.world.run_for(2min);
        EXPECT_EQ(open_sessions(node), 0U);
        node.server.open();
        ASSERT_TRUE(bed.world.run_until([&] { return open_sessions(node) > 0; }, 11s));
        bed.world.run_for(200ms);
        EXPECT_EQ(open_sessions(node), links) << bed.world.describe();
    }
}

TEST(ControlRolesTest, AFullNodeIsDialledOnceASecondByTheProcess) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        TierBed bed(3, seed);
        bed.start_up();
        bed.world.run_for(2s);
        ScriptedNode& node = bed.cluster[0];
        node.server.greeting = "-ERR max number of clients reached\r\n";
        node.server.drop_sessions();
        bed.world.run_for(3s);
        const std::size_t before = node.server.sessions.size();
        bed.world.run_for(60s);
        EXPECT_LE(node.server.sessions.size() - before, 61U) << bed.world.describe();
        EXPECT_GE(node.server.sessions.size() - before, 30U) << bed.world.describe();
        node.server.greeting.clear();
        bed.world.run_for(5s);
        EXPECT_EQ(open_sessions(node), 4U) << bed.world.describe();
    }
}

TEST(ControlRolesTest, ANodeHasNoMoreConnectionsThanItMay) {
    for (std::uint32_t limit = 4; limit <= 6; ++limit) {
        TierBed bed(2);
        bed.options.connections_per_node = limit;
        bed.cluster.add();
        bed.cluster.ranges = {{0, 8191, 0, {2}}, {8192, kSlots - 1, 1, {}}};
        bed.cluster[2].is_replica = true;
        bed.start_up();
        bed.world.run_for(2s);
        const auto watch = [&](Duration span) {
            const SteadyTime end = bed.world.now() + span;
            while (bed.world.now() < end) {
                bed.world.run_for(1ms);
                for (const auto& node : bed.cluster.nodes) {
                    ASSERT_LE(open_sessions(*node), limit) << to_string(node->at);
                }
            }
        };
        for (int i = 0; i < 4; ++i) {  // roles to and fro, and every connection with them
            const std::size_t now = i % 2 == 0 ? 2 : 0;
            bed.cluster[now].is_replica = false;
            bed.cluster[2 - now].is_replica = true;
            bed.cluster.ranges[0] = {0, 8191, now, {2 - now}};
            ++bed.cluster.epoch;
            bed.cluster[2 - now].errors["SET"] = "READONLY You can't write against a replica.";
            bed.cluster[now].errors.clear();
            std::string key = "a";  // in the range that moves
            while (bed.tier->slot_of({ValueKind::object, key}) > 8191) key += "a";
            (void)bed.fill(key, "{}", 0);
            watch(5s);
            EXPECT_TRUE(bed.ready()) << bed.tier->status_json();
            EXPECT_TRUE(bed.tier->status_json().contains("\"unheard_slots\":0"));
        }
    }
}

TEST(ControlRolesTest, ARawValuesTimeToLiveTellsItsAge) {
    TierBed bed(2);
    bed.options.format = Format::raw;
    bed.options.raw_ttl = 1h;
    bed.start_up();
    bed.world.run_for(5min);
    const RemoteKey key{ValueKind::object, "gb/ENG"};
    const ValueRef value = TestValue::make("gb/ENG", "{}");
    const auto fill = [&](Duration age) {
        value->renew(bed.world.now() - age, bed.world.now());
        RemoteFill given{.value = value, .only_if_absent = true, .keep_for = 60s};
        return bed.world.run(bed.tier->fill(bed.worker(), std::move(given)), 0);
    };
    EXPECT_EQ(fill(2h), FillState::refused);
    EXPECT_EQ(fill(1min), FillState::stored);
    std::string name;
    KeyNaming(bed.options.key_prefix, true).data_name(key, name);
    const Duration left = bed.owner(key).left(name);
    EXPECT_LE(left, 59min);
    EXPECT_GT(left, 59min - 1s);
}

}  // namespace
}  // namespace aside::redis
