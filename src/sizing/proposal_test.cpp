#include "sizing/proposal.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <gtest/gtest.h>

#include "sizing/zipf_curve.h"

namespace aside::sizing {
namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;

Price usd(double value, std::string per) {
    return {.usd = value, .per = std::move(per), .source = "this test", .date = "2026-01-01"};
}

PriceList prices() {
    PriceList list;
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, double>>{
             {"node.valkey.cache.small", 0.03},
             {"node.valkey.cache.large", 0.2},
             {"node.redis.cache.r6g.large", 0.247},
             {"serverless.valkey.gb_hour", 0.092},
             {"serverless.valkey.million_ecpu", 0.00253},
             {"zone_transfer.gb", 0.01},
             {"endpoint.gateway.hour", 0},
             {"s3.get.thousand", 0.00043},
             {"dynamodb.read.million", 0.1525},
             {"lambda.request.million", 0.2},
             {"lambda.gb_second", 0.0000166667}})
        list.add("here", name, usd(value, "unit"));
    const auto node = [&](const char* name, double gib, double bits) {
        list.add(NodeType{.name = name,
                          .vcpus = 2,
                          .maxmemory_bytes = gib * kGiB,
                          .network_bits_per_second = bits});
    };
    node("cache.small", 1.37, 0.128e9);
    node("cache.large", 13.07, 0.937e9);
    node("cache.r6g.large", 13.07, 0.75e9);
    node("cache.unpriced", 100, 10e9);
    return list;
}

Workload workload(double requests_per_second) {
    return {.curve = zipf_curve({.keys = 1e6, .bytes = 10'000, .exponent = 0.9}).value(),
            .requests_per_second = requests_per_second,
            .references_per_request = 5,
            .body_bytes = 9'500,
            .l1_hit_ratio = 0.2,
            .index_load_ratio = 0.3};
}

TEST(Proposal, HasTheHitRatioThatIsWantedAndNoShardMore) {
    const PriceList list = prices();
    const Workload load = workload(200);
    const auto proposal = propose(load, {.region = "here"}, {}, {.hit_ratio = 0.8}, list);
    ASSERT_TRUE(proposal) << proposal.error().detail;
    const Outcome& chosen = proposal->chosen;
    EXPECT_GE(chosen.hit_ratio(), 0.8 - 1e-9);
    EXPECT_NEAR(chosen.l1_hit_ratio, 0.2, 1e-9);
    EXPECT_TRUE(chosen.carries());
    EXPECT_EQ(chosen.choice.replicas, 1U);
    EXPECT_NEAR(chosen.origin.objects_steady, 1000 * chosen.miss_ratio, 1e-6);
    EXPECT_NEAR(chosen.origin.objects_cold, 800, 1e-6);
    EXPECT_EQ(chosen.origin.objects_node_lost, chosen.origin.objects_steady);  // a replica has it
    ASSERT_FALSE(proposal->passed_over.empty());
    EXPECT_NE(proposal->passed_over.back().find("cache.unpriced"), std::string::npos);
}

TEST(Proposal, WithoutAWishWhatCostsLeastInAll) {
    const PriceList list = prices();
    // 50,000 GETs a second cost a multiple of the largest cluster: keep everything.
    const Workload busy = workload(10'000), idle = workload(1);
    const auto much = propose(busy, {.region = "here"}, {}, {}, list);
    const auto little = propose(idle, {.region = "here"}, {}, {}, list);
    ASSERT_TRUE(much && little);
    EXPECT_GT(much->chosen.hit_ratio(), little->chosen.hit_ratio());
    EXPECT_EQ(little->chosen.choice.shards, 1U);
    for (const Outcome& other : much->alternatives) {
        if (!other.carries()) continue;  // three nodes without a replica: cheap, and too few
        EXPECT_LE(much->chosen.bill.total_usd(), other.bill.total_usd()) << other.choice.text();
    }
    // Below some rate a cluster buys latency, not money: the plan shows it.
    const auto none = std::ranges::find(little->alternatives, CacheChoice::Kind::none,
                                        [](const Outcome& other) { return other.choice.kind; });
    ASSERT_NE(none, little->alternatives.end());
    EXPECT_LT(none->bill.total_usd(), little->chosen.bill.total_usd());
    EXPECT_LT(little->chosen.p50_ms, none->p50_ms);
}

TEST(Proposal, LeavesOutNothingThatIsCheaper) {
    const PriceList list = prices();
    const Site function{.region = "here", .function_mib = 1024};
    for (const double rate : {1.0, 50.0, 2000.0}) {
        const Workload load = workload(rate);
        const auto proposal = propose(load, function, {}, {}, list);
        ASSERT_TRUE(proposal) << proposal.error().detail;
        EXPECT_GT(proposal->chosen.p99_ms, proposal->chosen.p50_ms);
        EXPECT_EQ(proposal->chosen.bill.lines().back().what, "Lambda: duration");
        for (const char* type : {"cache.small", "cache.large"}) {
            const CacheChoice one{.kind = CacheChoice::Kind::nodes, .node = *list.node(type)};
            for (const Outcome& other : by_shards(load, function, {}, one, list, 40)) {
                if (!other.carries()) continue;
                EXPECT_LE(proposal->chosen.bill.total_usd(), other.bill.total_usd() + 1e-9)
                    << rate << ": " << other.choice.text();
            }
        }
    }
}

TEST(Proposal, ShowsJustInCaseNoCacheL1AloneAndServerless) {
    const PriceList list = prices();
    const auto proposal = propose(workload(200), {.region = "here"}, {}, {}, list);
    ASSERT_TRUE(proposal);
    ASSERT_EQ(proposal->alternatives.size(), 4U);
    EXPECT_EQ(proposal->alternatives[0].choice.text(), "3 x cache.r6g.large (redis)");
    EXPECT_NEAR(proposal->alternatives[0].bill.lines().front().usd, 540.93, 0.005);
    EXPECT_GT(proposal->alternatives[0].origin.objects_node_lost,
              proposal->alternatives[0].origin.objects_steady);  // nobody has its part
    EXPECT_EQ(proposal->alternatives[1].hit_ratio(), 0);
    EXPECT_EQ(proposal->alternatives[1].origin.objects_steady, 1000);
    EXPECT_NEAR(proposal->alternatives[2].hit_ratio(), 0.2, 1e-9);
    EXPECT_NEAR(proposal->alternatives[2].origin.objects_steady, 800, 1e-6);
    EXPECT_NEAR(proposal->alternatives[2].origin.index_steady, 200 * 0.8, 1e-6);
    EXPECT_NEAR(proposal->alternatives[3].hit_ratio(), proposal->chosen.hit_ratio(), 1e-6);
}

TEST(Proposal, ShowsWhatL1DoesWithoutAnL2ThatItAsksAgain) {
    const PriceList list = prices();
    Workload load = workload(200);
    load.l1_alone_hit_ratio = 0.5;
    load.l1_alone_refresh_ratio = 0.1;
    const auto proposal = propose(load, {.region = "here"}, {}, {}, list);
    ASSERT_TRUE(proposal);
    const Outcome& alone = proposal->alternatives[2];
    EXPECT_EQ(alone.choice.kind, CacheChoice::Kind::l1_alone);
    EXPECT_NEAR(alone.hit_ratio(), 0.5, 1e-9);
    EXPECT_NEAR(alone.origin.objects_steady, 600, 1e-6);
    EXPECT_NEAR(alone.error_bars.hit_ratio.low, 0.48, 1e-9);
    EXPECT_EQ(alone.l2_hit_ratio, 0);
    // Nothing is paid for what is not there.
    for (const BillLine& line : alone.bill.lines())
        EXPECT_EQ(line.what.find("zones"), std::string::npos) << line.what;
}

TEST(Proposal, CostsOfAServerlessCacheGrowWithWhatItKeeps) {
    const PriceList list = prices();
    const auto outcomes = by_kept_bytes(workload(200), {.region = "here"}, {}, "valkey", list, 10);
    ASSERT_EQ(outcomes.size(), 10U);
    EXPECT_LT(outcomes.front().hit_ratio(), outcomes.back().hit_ratio());
    EXPECT_LT(outcomes.front().bill.lines().front().usd, outcomes.back().bill.lines().front().usd);
    EXPECT_TRUE(by_kept_bytes(workload(200), {.region = "here"}, {}, "redis", list, 10).empty());
}

TEST(Proposal, SaysWhatItCannotAnswer) {
    const PriceList list = prices();
    const Workload load = workload(100);
    const auto region = propose(load, {.region = "nowhere"}, {}, {}, list);
    ASSERT_FALSE(region);
    EXPECT_NE(region.error().detail.find("nowhere"), std::string::npos);
    const auto node = propose(load, {.region = "here"}, {}, {.node = "cache.huge"}, list);
    ASSERT_FALSE(node);
    EXPECT_NE(node.error().detail.find("cache.huge"), std::string::npos);
    const auto price = propose(load, {.region = "here"}, {}, {.node = "cache.unpriced"}, list);
    ASSERT_FALSE(price);
    EXPECT_NE(price.error().detail.find("node.valkey.cache.unpriced"), std::string::npos);
    const Workload timed{
        .curve =
            zipf_curve(
                {.keys = 1000, .bytes = 100, .exponent = 0.5, .per_second = 10, .lifetime_s = 1})
                .value(),
        .requests_per_second = 10,
        .body_bytes = 50};
    const auto ratio = propose(timed, {.region = "here"}, {}, {.hit_ratio = 0.99}, list);
    ASSERT_FALSE(ratio);
    EXPECT_NE(ratio.error().detail.find("at most"), std::string::npos);
    // No bill has a line that costs nothing because its price is not known.
    const auto nat = propose(load, {.region = "here", .route = Route::nat}, {}, {}, list);
    ASSERT_FALSE(nat);
    EXPECT_NE(nat.error().detail.find("nat.hour"), std::string::npos);
}

TEST(Proposal, AFullNetworkAsksForShardsThatMemoryDoesNot) {
    const PriceList list = prices();
    Workload load = workload(20'000);
    load.l1_hit_ratio = 0;
    const auto proposal = propose(load, {.region = "here"}, {}, {.hit_ratio = 0.5}, list);
    ASSERT_TRUE(proposal) << proposal.error().detail;
    EXPECT_EQ(proposal->chosen.need.wall(), "network");
    EXPECT_TRUE(proposal->chosen.carries());
}

}  // namespace
}  // namespace aside::sizing
