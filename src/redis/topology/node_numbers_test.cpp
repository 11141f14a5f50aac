#include "redis/topology/node_numbers.h"

#include <gtest/gtest.h>

#include "redis/topology/cluster_reply_fixture.h"

namespace aside::redis {
namespace {

NodeAddress by_name(const std::string& host, std::string id = {}) {
    return {{host, 6379}, std::move(id), {}};
}

TEST(NodeNumbers, FollowTheIdAndElseTheAddress) {
    NodeNumbers numbers;
    const NodeId one = numbers.number_of(by_name("a", id_of(1)));
    EXPECT_EQ(numbers.number_of(by_name("a", id_of(1))), one);
    EXPECT_EQ(numbers.number_of(by_name("renamed", id_of(1))), one);
    EXPECT_EQ(numbers.number_of(by_name("renamed")), one);
    EXPECT_NE(numbers.number_of(by_name("a")), one) << "it is not there any more";
    EXPECT_NE(numbers.number_of({{"renamed", 6380}, "", ""}), one);
}

TEST(NodeNumbers, ANodeMetByAddressKeepsItsNumberWhenItsIdIsLearned) {
    NodeNumbers numbers;
    const NodeId met = numbers.number_of(by_name("a"));
    EXPECT_EQ(numbers.number_of(by_name("a", id_of(1))), met);
    EXPECT_EQ(numbers.number_of(by_name("b", id_of(1))), met);
}

TEST(NodeNumbers, ANewIdAtAnOldAddressIsANewNode) {
    NodeNumbers numbers;
    const NodeId former = numbers.number_of(by_name("a", id_of(1)));
    const NodeId present = numbers.number_of(by_name("a", id_of(2)));
    EXPECT_NE(present, former);
    EXPECT_EQ(numbers.number_of(by_name("a")), present);
    EXPECT_EQ(numbers.number_of(by_name("b", id_of(1))), former);
    EXPECT_EQ(numbers.number_of(by_name("a")), present);
}

TEST(NodeNumbers, AreBoundedAndReusedWhenNoMapHasThem) {
    NodeNumbers numbers;
    for (std::size_t i = 0; i < kNodesMax; ++i) {
        ASSERT_EQ(numbers.number_of(by_name("n" + std::to_string(i))), i);
    }
    EXPECT_EQ(numbers.number_of(by_name("one too many")), kNoNode);
    std::vector<NodeId> in_use;
    for (NodeId id = 0; id < kNodesMax; ++id) {
        if (id != 7) in_use.push_back(id);
    }
    numbers.release_others(in_use);
    EXPECT_EQ(numbers.number_of(by_name("n6")), 6U);
    EXPECT_EQ(numbers.number_of(by_name("new")), 7U);
    EXPECT_EQ(numbers.number_of(by_name("new")), 7U);
    EXPECT_EQ(numbers.number_of(by_name("n7")), kNoNode) << "its number is another's";
}

}  // namespace
}  // namespace aside::redis
