#include "lab/cluster_layout.h"

#include <gtest/gtest.h>

namespace aside::lab {
namespace {

constexpr std::string_view kNodes =
    "aaa 127.0.0.1:7001@17001,host master - 0 1426238316232 2 connected 5461-10922\n"
    "bbb 127.0.0.1:7004@17004 slave aaa 0 1426238317239 4 connected\n"
    "ccc 127.0.0.1:7002@17002 master,fail? - 0 1426238318243 3 disconnected 7 10923-16383\r\n"
    "ddd 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460 [93->-aaa] [77-<-ccc]\n";

TEST(ClusterLayout, ReadsClusterNodes) {
    const auto layout = parse_layout(kNodes);
    ASSERT_TRUE(layout) << to_string(layout.error());
    ASSERT_EQ(layout->nodes.size(), 4U);
    EXPECT_EQ(layout->by_port(7001)->id, "aaa");
    EXPECT_EQ(layout->owner(5461)->id, "aaa");
    EXPECT_EQ(layout->owner(0)->id, "ddd");
    EXPECT_TRUE(layout->by_id("ccc")->failing);
    EXPECT_FALSE(layout->by_id("ccc")->connected);
    EXPECT_EQ(layout->by_id("ccc")->slot_count(), 5462U);
    ASSERT_EQ(layout->replicas_of("aaa").size(), 1U);
    EXPECT_EQ(layout->replicas_of("aaa")[0]->port, 7004);
    EXPECT_EQ(layout->by_id("ddd")->open_slots, (std::vector<std::uint16_t>{93, 77}));
    EXPECT_EQ(layout->owner(93)->id, "ddd");
    EXPECT_EQ(layout->by_id("nobody"), nullptr);
}

TEST(ClusterLayout, RefusesWhatIsNotOne) {
    EXPECT_FALSE(parse_layout("aaa 127.0.0.1:7001@17001 master - 0 0 2\n"));
    EXPECT_FALSE(parse_layout("aaa nowhere master - 0 0 2 connected 0-5460\n"));
    EXPECT_FALSE(parse_layout("aaa 127.0.0.1:1@2 master - 0 0 2 connected 0-99999\n"));
}

}  // namespace
}  // namespace aside::lab
