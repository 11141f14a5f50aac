#include "redis/topology/vote.h"

#include <gtest/gtest.h>

#include "redis/topology/cluster_reply_fixture.h"

namespace aside::redis {
namespace {

// Views by a letter: a map of one shard whose primary is that node; lower case covers half,
// '-' nothing.
ClusterView by_letter(char letter, std::uint64_t epoch) {
    if (letter == '-') return view_of({}, epoch);
    const bool half = letter >= 'a';
    const int node = (half ? letter - 'a' : letter - 'A') + 1;
    return view_of({range_of(0, half ? 8191 : 16383, node)}, epoch);
}

struct Row {
    std::string_view letters;
    std::vector<std::uint64_t> epochs;
    std::uint64_t known_epoch;
    char chosen;  // '-': none
    std::string_view why;
};

TEST(Vote, Table) {
    const Row rows[] = {
        {"", {}, 0, '-', "nobody answered"},
        {"-", {1}, 0, '-', "an empty view is no answer"},
        {"-AA", {9, 1, 1}, 1, 'A', "nor does it count among the others"},
        {"AAB", {5, 5, 5}, 5, 'A', "majority"},
        {"ABB", {5, 5, 5}, 5, 'B', "majority, wherever it stands"},
        {"AAB", {5, 5, 4}, 4, 'A', "majority over an older view"},
        {"AAB", {4, 4, 5}, 4, 'A', "majority over a newer view of one"},
        {"AAB", {4, 4, 5}, 5, 'B', "two that are older than the map against one that is not"},
        {"AAB", {4, 4, 4}, 5, 'A', "a cluster made anew: all are older, and most agree"},
        {"ABC", {4, 4, 4}, 5, '-', "all are older and disagree"},
        {"ABC", {5, 6, 5}, 5, 'B', "no majority: the higher epoch"},
        {"AbB", {5, 9, 5}, 5, 'A', "no majority: coverage before epoch"},
        {"AB", {5, 6}, 5, 'B', "a tie: the higher epoch"},
        {"AABB", {5, 5, 6, 6}, 5, 'B', "a tie of two pairs"},
        {"aaB", {5, 5, 5}, 5, 'a', "an incomplete view that most have"},
        {"aBC",
         {9, 5, 5},
         5,
         'B',
         "an incomplete view of one is not used when others are complete"},
        {"A", {5}, 5, 'A', "a lone view of the same epoch"},
        {"A", {6}, 5, 'A', "a lone newer view"},
        {"A", {4}, 5, '-', "a lone older view"},
        {"A", {0}, 5, 'A', "a lone view that told no epoch"},
        {"a", {5}, 5, '-', "a lone incomplete view: a node that was made to forget"},
        {"a", {6}, 5, 'a', "a lone incomplete view that is newer"},
        {"a", {0}, 0, 'a', "the first that is heard of a cluster, incomplete"},
        {"ab", {5, 5}, 5, '-', "two incomplete views that differ"},
    };
    for (const Row& row : rows) {
        std::vector<ClusterView> views;
        for (std::size_t i = 0; i < row.letters.size(); ++i) {
            views.push_back(by_letter(row.letters[i], row.epochs[i]));
        }
        const auto chosen = choose_view(views, row.known_epoch);
        ASSERT_EQ(chosen.has_value(), row.chosen != '-') << row.why;
        if (!chosen) continue;
        const ClusterView expected = by_letter(row.chosen, 0);
        EXPECT_EQ(chosen->ranges[0].primary.id, expected.ranges[0].primary.id) << row.why;
        EXPECT_EQ(chosen->covered_slots(), expected.covered_slots()) << row.why;
    }
}

// The same owners, told differently.
TEST(Vote, ViewsAgreeByOwnershipAlone) {
    ClusterView plain = three_shards(5);
    ClusterView cut = view_of({range_of(0, 99, 1), range_of(100, 5460, 1), range_of(5461, 10922, 2),
                               range_of(10923, 16383, 3)},
                              5);
    cut.ranges[0].primary.endpoint.host = "a.example";
    const ClusterView other = view_of({range_of(0, 16383, 9)}, 6);
    const ClusterView views[] = {other, cut, plain};
    const auto chosen = choose_view(views, 5);
    ASSERT_TRUE(chosen.has_value());
    EXPECT_EQ(chosen->ranges[0].primary.id, id_of(1));
    EXPECT_EQ(chosen->ranges[0].replicas.size(), 1U) << "the one that knows replicas";

    for (ClusterView* view : {&plain, &cut}) {
        for (SlotOwners& range : view->ranges) range.primary.id.clear();
    }
    const ClusterView by_address[] = {other, cut, plain};
    EXPECT_EQ(choose_view(by_address, 5)->ranges[0].primary.id, id_of(9))
        << "no ids, two addresses";
    cut.ranges[0].primary.endpoint.host = "10.0.0.1";
    const ClusterView same_address[] = {other, cut, plain};
    EXPECT_EQ(choose_view(same_address, 5)->ranges[0].primary.endpoint.host, "10.0.0.1");
}

TEST(Vote, AHoleIsNotTheNeighbours) {
    const ClusterView whole = view_of({range_of(0, 16383, 1)}, 5);
    const ClusterView hole = view_of({range_of(0, 99, 1), range_of(101, 16383, 1)}, 5);
    const ClusterView views[] = {hole, hole, whole};
    EXPECT_EQ(choose_view(views, 5)->covered_slots(), kSlots - 1U);
    const ClusterView others[] = {whole, hole, whole};
    EXPECT_EQ(choose_view(others, 5)->covered_slots(), kSlots);
}

TEST(Vote, ANodeThatSaysTheClusterIsUpIsBelievedFirst) {
    ClusterView down = view_of({range_of(0, 16383, 1)}, 5);
    down.state_ok = false;
    const ClusterView up = view_of({range_of(0, 16383, 2)}, 5);
    const ClusterView views[] = {down, up};
    EXPECT_EQ(choose_view(views, 5)->ranges[0].primary.id, id_of(2));
}

}  // namespace
}  // namespace aside::redis
