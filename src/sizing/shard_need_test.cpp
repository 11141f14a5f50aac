#include "sizing/shard_need.h"

#include <gtest/gtest.h>

namespace aside::sizing {
namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;

NodeType r6g_large() {
    return {.name = "cache.r6g.large",
            .vcpus = 2,
            .maxmemory_bytes = 13.07 * kGiB,
            .network_bits_per_second = 0.75e9};
}

TEST(ShardNeed, TheHighestWallCounts) {
    const ShardNeed by_memory =
        shards_needed({.stored_bytes = 20 * kGiB, .commands = 1000}, r6g_large(), {});
    EXPECT_EQ(by_memory.wall(), "memory");
    EXPECT_NEAR(by_memory.memory, 20 / (13.07 * 0.75), 1e-9);
    EXPECT_EQ(by_memory.shards(), 3U);

    // 940 values of 100 kB a second are all the network of one node.
    const ShardNeed by_network = shards_needed({.read_bytes = 940 * 100'000.0}, r6g_large(),
                                               {.network_share = 1, .skew = 1});
    EXPECT_EQ(by_network.wall(), "network");
    EXPECT_NEAR(by_network.network, 1, 0.01);

    EXPECT_EQ(shards_needed({.commands = 300'000}, r6g_large(), {}).wall(), "commands");
    EXPECT_EQ(shards_needed({.commands = 300'000}, r6g_large(), {}).shards(), 6U);
    EXPECT_EQ(shards_needed({.connections = 60'000}, r6g_large(), {}).wall(), "connections");
}

TEST(ShardNeed, WhatIsFilledIsSentToEachReplica) {
    const auto need = [](unsigned replicas) {
        return shards_needed({.filled_bytes = 1e6, .replicas = replicas}, r6g_large(), {}).network;
    };
    EXPECT_EQ(need(0), 0);
    EXPECT_NEAR(need(2), 2 * need(1), 1e-12);
}

TEST(ShardNeed, NothingNeedsOne) {
    EXPECT_EQ(shards_needed({}, r6g_large(), {}).shards(), 1U);
}

}  // namespace
}  // namespace aside::sizing
