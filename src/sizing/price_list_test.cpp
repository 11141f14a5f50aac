#include "sizing/price_list.h"

#include <gtest/gtest.h>

#include "sizing/bill.h"

namespace aside::sizing {
namespace {

PriceList two() {
    PriceList list;
    list.add("here", "nat.hour", {0.052, "hour", Standing::listed, "a page", "2026-01-01"});
    list.add("here", "node.redis.cache.big", {0.247, "hour", Standing::estimated, "a guess", ""});
    list.add(NodeType{.name = "cache.big", .vcpus = 2, .maxmemory_bytes = 1e9});
    return list;
}

TEST(PriceList, WhatItDoesNotHaveIsAnErrorThatSaysWhatThereIs) {
    const PriceList list = two();
    EXPECT_EQ(list.find("here", "nat.hour")->usd, 0.052);
    EXPECT_TRUE(list.has("here", "nat.hour"));
    EXPECT_FALSE(list.has("here", "s3.get"));
    EXPECT_FALSE(list.has("nowhere", "nat.hour"));
    const auto price = list.find("here", "s3.get");
    ASSERT_FALSE(price);
    EXPECT_EQ(price.error().code, Errc::not_found);
    EXPECT_NE(price.error().detail.find("s3.get"), std::string::npos);
    const auto region = list.find("nowhere", "nat.hour");
    ASSERT_FALSE(region);
    EXPECT_EQ(region.error().detail, "no prices of region \"nowhere\"; there are some of: here");
    const auto node = list.node("cache.huge");
    ASSERT_FALSE(node);
    EXPECT_NE(node.error().detail.find("cache.big"), std::string::npos);
}

TEST(PriceList, AUsersOwnPriceReplacesTheListed) {
    PriceList list = two(), own;
    own.add("here", "nat.hour", {0.01, "hour", Standing::bill, "our contract", "2026-02-01"});
    own.add(NodeType{.name = "cache.big", .vcpus = 4, .maxmemory_bytes = 2e9});
    list.add_all(own);
    EXPECT_EQ(list.find("here", "nat.hour")->usd, 0.01);
    EXPECT_EQ(list.nodes().size(), 1U);
    EXPECT_EQ(list.node("cache.big")->vcpus, 4U);
    EXPECT_EQ(list.regions(), std::vector<std::string>{"here"});
}

TEST(Bill, AddsUpAndTellsWhatIsEstimated) {
    const PriceList list = two();
    Bill bill(list, "here");
    ASSERT_TRUE(bill.add("NAT in three zones", "nat.hour", 3 * kHoursAMonth));
    ASSERT_TRUE(bill.add("a node", "node.redis.cache.big", kHoursAMonth));
    EXPECT_NEAR(bill.total_usd(), 113.88 + 180.31, 1e-6);
    EXPECT_NEAR(bill.estimated_usd(), 180.31, 1e-6);
    EXPECT_FALSE(bill.add("a load", "s3.get", 1));
    EXPECT_EQ(bill.lines().size(), 2U);
}

}  // namespace
}  // namespace aside::sizing
