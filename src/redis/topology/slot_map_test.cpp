#include "redis/topology/slot_map.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "redis/topology/cluster_reply_fixture.h"
#include "redis/topology/node_numbers.h"

namespace aside::redis {
namespace {

std::string host_of(const SlotMap& map, NodeId id) {
    const MapNode* node = map.node(id);
    return node == nullptr ? "" : node->address.endpoint.host;
}

std::string owner(const SlotMap& map, std::uint16_t slot) {
    return host_of(map, map.copies(slot).primary);
}

std::string text(const std::vector<SlotRange>& ranges) {
    std::string out;
    for (const SlotRange& range : ranges) {
        out += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
    }
    return out;
}

TEST(SlotMap, EmptyServesNothing) {
    const SlotMap map;
    EXPECT_EQ(map.covered_slots(), 0U);
    EXPECT_EQ(map.primaries(), 0U);
    EXPECT_EQ(map.copies(0).primary, kNoNode);
    EXPECT_EQ(map.copies(16384).primary, kNoNode);
    EXPECT_TRUE(map.copies(0).replicas.empty());
    EXPECT_EQ(map.node(0), nullptr);
    EXPECT_EQ(map.node(kNoNode), nullptr);
}

TEST(SlotMap, KnowsTheCopiesOfEverySlot) {
    NodeNumbers numbers;
    const auto map = SlotMap::from_view(three_shards(9), numbers, 5);
    EXPECT_EQ(map->version(), 5U);
    EXPECT_EQ(map->epoch(), 9U);
    EXPECT_FALSE(map->standalone());
    EXPECT_EQ(map->covered_slots(), kSlots);
    EXPECT_EQ(map->nodes().size(), 5U);
    EXPECT_EQ(map->primaries(), 3U);
    EXPECT_EQ(owner(*map, 0), "10.0.0.1");
    EXPECT_EQ(owner(*map, 5460), "10.0.0.1");
    EXPECT_EQ(owner(*map, 5461), "10.0.0.2");
    EXPECT_EQ(owner(*map, 16383), "10.0.0.3");
    ASSERT_EQ(map->copies(100).replicas.size(), 1U);
    EXPECT_EQ(host_of(*map, map->copies(100).replicas[0]), "10.0.0.4");
    EXPECT_TRUE(map->copies(16383).replicas.empty());

    const MapNode& first = *map->node(map->copies(0).primary);
    EXPECT_TRUE(first.primary);
    EXPECT_EQ(text(first.slots), "0-5460 ");
    const MapNode& replica = *map->node(map->copies(0).replicas[0]);
    EXPECT_FALSE(replica.primary);
    EXPECT_TRUE(replica.slots.empty());
}

TEST(SlotMap, SlotsThatAreLeftOutAreUnserved) {
    NodeNumbers numbers;
    const auto map =
        SlotMap::from_view(view_of({range_of(0, 10, 1), range_of(20, 30, 1)}), numbers, 1);
    EXPECT_EQ(map->covered_slots(), 22U);
    EXPECT_EQ(map->copies(15).primary, kNoNode);
    EXPECT_EQ(text(map->nodes()[0].slots), "0-10 20-30 ");
}

TEST(SlotMap, KeepsAtMostFiveReplicasOfASlot) {
    NodeNumbers numbers;
    const auto map =
        SlotMap::from_view(view_of({range_of(0, 16383, 1, {2, 3, 4, 5, 6, 7, 8})}), numbers, 1);
    EXPECT_EQ(map->copies(0).replicas.size(), kReplicasMax);
}

TEST(SlotMap, AMovedSlotGoesToTheOtherShard) {
    NodeNumbers numbers;
    const auto before = SlotMap::from_view(three_shards(), numbers, 5);
    const auto after = before->with_moved(100, {"10.0.0.2", 6379}, numbers);
    EXPECT_EQ(after->version(), 6U);
    EXPECT_EQ(owner(*before, 100), "10.0.0.1");
    EXPECT_EQ(owner(*after, 100), "10.0.0.2");
    EXPECT_EQ(host_of(*after, after->copies(100).replicas[0]), "10.0.0.5");
    EXPECT_EQ(owner(*after, 99), "10.0.0.1");
    EXPECT_EQ(text(after->node(after->copies(0).primary)->slots), "0-99 101-5460 ");
    EXPECT_EQ(text(after->node(after->copies(100).primary)->slots), "100-100 5461-10922 ");
    EXPECT_EQ(text(SlotMap::moved_slots(*before, *after)), "100-100 ");
}

TEST(SlotMap, AMovedSlotMayGoToItsReplicaOrAStranger) {
    NodeNumbers numbers;
    const auto before = SlotMap::from_view(view_of({range_of(0, 16383, 1, {2, 3})}), numbers, 1);
    auto promoted = before->with_moved(7, {"10.0.0.2", 6379}, numbers);
    EXPECT_EQ(owner(*promoted, 7), "10.0.0.2");
    EXPECT_TRUE(promoted->node(promoted->copies(7).primary)->primary);
    ASSERT_EQ(promoted->copies(7).replicas.size(), 1U);
    EXPECT_EQ(host_of(*promoted, promoted->copies(7).replicas[0]), "10.0.0.3");
    EXPECT_EQ(promoted->nodes().size(), 3U);
    promoted = promoted->with_moved(8, {"10.0.0.2", 6379}, numbers);
    EXPECT_EQ(text(promoted->node(promoted->copies(7).primary)->slots), "7-8 ");

    const auto stranger = before->with_moved(7, {"new.example", 7001}, numbers);
    EXPECT_EQ(owner(*stranger, 7), "new.example");
    EXPECT_TRUE(stranger->copies(7).replicas.empty());
    EXPECT_EQ(stranger->nodes().size(), 4U);
    EXPECT_TRUE(std::ranges::is_sorted(stranger->nodes(), {}, &MapNode::id));
}

TEST(SlotMap, MovedSlotsAreThoseWithAnotherPrimary) {
    NodeNumbers numbers;
    const auto base = SlotMap::from_view(three_shards(), numbers, 1);
    EXPECT_EQ(text(SlotMap::moved_slots(SlotMap(), *base)), "0-16383 ");
    EXPECT_EQ(text(SlotMap::moved_slots(*base, *base)), "");
    const auto after = SlotMap::from_view(
        view_of({range_of(0, 5460, 4, {1}), range_of(5461, 10922, 2), range_of(10923, 16000, 3)}),
        numbers, 2);
    EXPECT_EQ(text(SlotMap::moved_slots(*base, *after)), "0-5460 16001-16383 ");
}

TEST(SlotMap, AStandaloneServerServesAll) {
    NodeNumbers numbers;
    const auto map = SlotMap::from_view(standalone_view({"localhost", 6379}), numbers, 1);
    EXPECT_TRUE(map->standalone());
    EXPECT_EQ(map->covered_slots(), kSlots);
}

// As ragged as a map can be: every slot elsewhere than its neighbour.
TEST(SlotMap, HoldsTheMostRaggedMap) {
    NodeNumbers numbers;
    std::vector<SlotOwners> ranges;
    for (int slot = 0; slot < kSlots; ++slot) {
        SlotOwners range = range_of(slot, slot, 1);
        range.primary = {{"n" + std::to_string(slot % 999), 6379}, "", ""};
        ranges.push_back(range);
    }
    const auto map = SlotMap::from_view(view_of(ranges), numbers, 1);
    EXPECT_EQ(map->covered_slots(), kSlots);
    EXPECT_EQ(map->nodes().size(), 999U);
    for (std::uint16_t slot = 0; slot < kSlots; ++slot) {
        ASSERT_EQ(owner(*map, slot), "n" + std::to_string(slot % 999));
    }
}

}  // namespace
}  // namespace aside::redis
