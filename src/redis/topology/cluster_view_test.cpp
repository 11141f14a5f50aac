#include "redis/topology/cluster_view.h"

#include <gtest/gtest.h>

#include "redis/topology/cluster_reply_fixture.h"

namespace aside::redis {
namespace {

// Recorded: Redis 7.0.15, RESP3, a cluster of one with an announced hostname.
TEST(ClusterView, ReadsWhatAServerSaid) {
    const auto view = parse_reply(
        "*1\r\n*3\r\n:0\r\n:100\r\n*4\r\n$0\r\n\r\n:17391\r\n"
        "$40\r\n7dfe547e2be90b29e2e607b2d31c7d1f88e9f865\r\n"
        "%1\r\n$8\r\nhostname\r\n$9\r\nh.example\r\n");
    ASSERT_TRUE(view.has_value());
    ASSERT_EQ(view->ranges.size(), 1U);
    EXPECT_EQ(view->covered_slots(), 101U);
    EXPECT_EQ(view->asked, "asked.example:7000");
    const NodeAddress& primary = view->ranges[0].primary;
    EXPECT_EQ(runtime::to_string(primary.endpoint), "asked.example:17391");
    EXPECT_EQ(primary.id, "7dfe547e2be90b29e2e607b2d31c7d1f88e9f865");
    EXPECT_TRUE(view->ranges[0].replicas.empty());
}

std::string one_node(const std::string& node) {
    return list({list({number(0), number(16383), node})});
}

TEST(ClusterView, EndpointsComeInManyForms) {
    const struct {
        std::string node, endpoint, id, zone;
    } rows[] = {
        // Before Redis 4, and before 7.
        {list({bulk("10.0.0.1"), number(6379)}), "10.0.0.1:6379", "", ""},
        {list({bulk("10.0.0.1"), number(6379), bulk(id_of(1))}), "10.0.0.1:6379", id_of(1), ""},
        {list({bulk("10.0.0.1"), number(6379), bulk(id_of(1)), list({})}), "10.0.0.1:6379",
         id_of(1), ""},
        // A hostname preferred, the address beside it; IPv6.
        {list({bulk("a.example"), number(6379), bulk(id_of(1)),
               list({bulk("ip"), bulk("10.0.0.1")})}),
         "a.example:6379", id_of(1), ""},
        {list({bulk("2001:db8::1"), number(6379), bulk(id_of(1)), list({})}), "[2001:db8::1]:6379",
         id_of(1), ""},
        // Unknown endpoint: whoever answered, in RESP2 and RESP3; an address that is not known yet.
        {list({"$-1\r\n", number(6379), bulk(id_of(1)), list({})}), "asked.example:6379", id_of(1),
         ""},
        {list({"_\r\n", number(6379), bulk(id_of(1)), list({}, '%')}), "asked.example:6379",
         id_of(1), ""},
        {list({bulk(""), number(6379), bulk(id_of(1)), list({bulk("hostname"), bulk("")}, '%')}),
         "asked.example:6379", id_of(1), ""},
        // Zones, as a map and as a flat array.
        {list({bulk("10.0.0.1"), number(6379), bulk(id_of(1)),
               list({bulk("hostname"), bulk("a.example"), bulk("availability-zone"),
                     bulk("eu-central-1b")},
                    '%')}),
         "10.0.0.1:6379", id_of(1), "eu-central-1b"},
        {list({bulk("10.0.0.1"), number(6379), bulk(id_of(1)),
               list({bulk("availability-zone"), bulk("b")})}),
         "10.0.0.1:6379", id_of(1), "b"},
        // No id of a server, no metadata of ours: passed over.
        {list({bulk("10.0.0.1"), number(6379), bulk("virtual"), "_\r\n", number(1)}),
         "10.0.0.1:6379", "", ""},
        {list({bulk("10.0.0.1"), number(6379), bulk(id_of(1)),
               list({number(1), list({bulk("x")}), bulk("availability-zone")})}),
         "10.0.0.1:6379", id_of(1), ""},
    };
    for (const auto& row : rows) {
        const auto view = parse_reply(one_node(row.node));
        ASSERT_TRUE(view.has_value()) << row.node;
        const NodeAddress& primary = view->ranges[0].primary;
        EXPECT_EQ(runtime::to_string(primary.endpoint), row.endpoint);
        EXPECT_EQ(primary.id, row.id) << row.node;
        EXPECT_EQ(primary.zone, row.zone) << row.node;
    }
}

TEST(ClusterView, NodesNobodyMayDialAreLeftOut) {
    const auto good = list({bulk("10.0.0.1"), number(6379), bulk(id_of(1))});
    const std::string bad[] = {
        list({bulk("?"), number(6379), bulk(id_of(2))}),
        list({bulk("10.0.0.2"), number(0), bulk(id_of(2))}),
        list({bulk("a b"), number(6379), bulk(id_of(2))}),
        list({bulk(std::string(300, 'h')), number(6379), bulk(id_of(2))}),
    };
    for (const std::string& node : bad) {
        const auto as_replica =
            parse_reply(list({list({number(0), number(16383), good, node, good})}));
        ASSERT_TRUE(as_replica.has_value());
        EXPECT_EQ(as_replica->ranges[0].replicas.size(), 1U) << node;

        const auto as_primary = parse_reply(list(
            {list({number(0), number(99), node, good}), list({number(100), number(16383), good})}));
        ASSERT_TRUE(as_primary.has_value());
        EXPECT_EQ(as_primary->covered_slots(), kSlots - 100U) << node;

        const auto alone = parse_reply(one_node(node));
        ASSERT_FALSE(alone.has_value());
        EXPECT_EQ(alone.error().code, Errc::not_found) << node;
    }
}

TEST(ClusterView, RangesAreSortedAndMayHaveHoles) {
    const auto node = list({bulk("10.0.0.1"), number(6379), bulk(id_of(1))});
    const auto view = parse_reply(
        list({list({number(200), number(16383), node}), list({number(0), number(0), node}),
              list({number(1), number(99), node})}));
    ASSERT_TRUE(view.has_value());
    ASSERT_EQ(view->ranges.size(), 3U);
    EXPECT_EQ(view->ranges[1].slots.first, 1);
    EXPECT_EQ(view->covered_slots(), kSlots - 100U);
}

TEST(ClusterView, WhatIsNoAnswerIsNotTakenForOne) {
    const auto node = list({bulk("10.0.0.1"), number(6379), bulk(id_of(1))});
    const auto with = [&](const std::string& first, const std::string& last) {
        return list({list({first, last, node})});
    };
    const struct {
        std::string reply;
        Errc code;
    } rows[] = {
        {list({}), Errc::not_found},
        {bulk("OK"), Errc::protocol},
        {"_\r\n", Errc::protocol},
        {list({number(1)}), Errc::protocol},
        {list({list({number(0), number(1)})}), Errc::protocol},
        {list({list({number(0), number(1), bulk("node")})}), Errc::protocol},
        {list({list({number(0), number(1), list({bulk("10.0.0.1")})})}), Errc::protocol},
        {list({list({number(0), number(1), list({number(1), number(6379)})})}), Errc::protocol},
        {list({list({number(0), number(1), list({bulk("a"), number(65536)})})}), Errc::protocol},
        {list({list({number(0), number(1), list({bulk("a"), number(-1)})})}), Errc::protocol},
        {list({list({number(0), number(1), list({bulk("a"), bulk("6379")})})}), Errc::protocol},
        {list({list({number(0), number(1), node, number(3)})}), Errc::protocol},
        {with(number(-1), number(1)), Errc::protocol},
        {with(number(5), number(4)), Errc::protocol},
        {with(number(0), number(16384)), Errc::protocol},
        {with(bulk("0"), number(1)), Errc::protocol},
        {list({list({number(0), number(100), node}), list({number(100), number(200), node})}),
         Errc::protocol},
    };
    for (const auto& row : rows) {
        const auto view = parse_reply(row.reply);
        ASSERT_FALSE(view.has_value()) << row.reply;
        EXPECT_EQ(view.error().code, row.code) << row.reply;
    }
    std::vector<std::string> many(16385, list({number(0), number(0), node}));
    EXPECT_FALSE(parse_reply(list(many)).has_value());
}

TEST(ClusterInfo, TellsEpochAndState) {
    ClusterView view;
    add_cluster_info(view,
                     "cluster_state:fail\r\ncluster_slots_assigned:16384\r\n"
                     "cluster_current_epoch:42\r\ncluster_my_epoch:7\r\n");
    EXPECT_EQ(view.epoch, 42U);
    EXPECT_FALSE(view.state_ok);
    add_cluster_info(view, "cluster_state:ok");
    EXPECT_TRUE(view.state_ok);
    for (const std::string_view nonsense :
         {"", "\r\n", ":", "cluster_current_epoch:", "cluster_current_epoch:-1",
          "cluster_current_epoch:99999999999999999999999", "cluster_current_epoch:7x"}) {
        add_cluster_info(view, nonsense);
        EXPECT_EQ(view.epoch, 42U) << nonsense;
    }
}

TEST(ClusterView, AStandaloneServerHasAllSlots) {
    const ClusterView view = standalone_view({"::1", 6379});
    EXPECT_EQ(view.covered_slots(), kSlots);
    EXPECT_TRUE(view.standalone);
    EXPECT_EQ(view.asked, "[::1]:6379");
}

}  // namespace
}  // namespace aside::redis
