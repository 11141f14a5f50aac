#include "sizing/need_now.h"

#include <cmath>

#include <gtest/gtest.h>

#include "sizing/shard_wish.h"
#include "sizing/zipf_curve.h"

namespace aside::sizing {
namespace {

using namespace std::chrono_literals;

constexpr double kGiB = 1024.0 * 1024 * 1024;

const NodeType kNode{.name = "cache.r6g.large",
                     .vcpus = 2,
                     .maxmemory_bytes = 13.07 * kGiB,
                     .network_bits_per_second = 0.75e9};

Workload at(double requests_per_second, double l1_hit_ratio) {
    static const MissRatioCurve curve =
        zipf_curve({.keys = 1e6, .bytes = 2000, .exponent = 0.9}).value();
    return {.curve = curve,
            .requests_per_second = requests_per_second,
            .references_per_request = 5,
            .body_bytes = 1800,
            .l1_hit_ratio = l1_hit_ratio,
            .index_load_ratio = 0.01};
}

double need(double requests_per_second, double l1_hit_ratio) {
    return needed_now(at(requests_per_second, l1_hit_ratio), {}, {}, {.node = kNode}).most();
}

TEST(NeedNow, GrowsWithTheRateAndWithWhatIsWanted) {
    EXPECT_NEAR(need(30'000, 0) / need(10'000, 0), 3, 0.05);
    const auto wanting = [](double hit_ratio) {
        return needed_now(at(10, 0), {}, {}, {.node = kNode, .hit_ratio = hit_ratio}).memory;
    };
    EXPECT_GT(wanting(0.9), 2 * wanting(0.5));
    EXPECT_LE(wanting(1), 1e6 * 2000 / (kNode.maxmemory_bytes * 0.75) * 1.01);
}

TEST(NeedNow, ABurstThatL1AbsorbsAsksForNothing) {
    ShardWish wish{ShardWishOptions{}};
    SteadyTime now(1s);
    constexpr double kUsual = 0.2;
    const auto need_of = [&](double requests, double l1) {
        const Workload seen = as_l2_has_it(at(requests, l1), kUsual);
        return needed_now(seen, {}, {}, {.node = kNode}).most();
    };
    const auto run = [&](Duration span, double requests, double l1) {
        for (Duration passed{}; passed < span; passed += 5s, now += 5s)
            wish.observe(now, need_of(requests, l1));
    };
    run(10min, 10'000, kUsual);
    const unsigned before = *wish.wished();
    // Twentyfold, all of the rise on keys that L1 has: 40,000 references a second it has not, as
    // before.
    EXPECT_NEAR(need_of(200'000, 1 - 0.8 / 20), need_of(10'000, kUsual), 1e-9);
    run(10min, 200'000, 1 - 0.8 / 20);
    EXPECT_EQ(*wish.wished(), before);
    EXPECT_EQ(wish.changes(), 0U);
    run(1min, 40'000, kUsual);  // and four times as much on keys that it does not have
    EXPECT_GT(*wish.wished(), before);
}

TEST(NeedNow, WhatL1AnswersAloneNeedsNothingOfL2) {
    const Workload seen = as_l2_has_it(at(10'000, 1), 0.5);
    EXPECT_EQ(seen.requests_per_second, 0);
    EXPECT_EQ(needed_now(seen, {}, {}, {.node = kNode}).commands, 0);
    // What goes past L1 more than usual is more than usual for L2.
    EXPECT_NEAR(as_l2_has_it(at(1000, 0), 0.5).requests_per_second, 2000, 1e-9);
    EXPECT_TRUE(std::isfinite(as_l2_has_it(at(1000, 0.5), 1).requests_per_second));
}

TEST(NeedNow, AnEmptyCurveNeedsOneShard) {
    EXPECT_EQ(needed_now({}, {}, {}, {.node = kNode}).shards(), 1U);
}

}  // namespace
}  // namespace aside::sizing
