#include "cli/open_remote.h"

#include <gtest/gtest.h>

namespace aside::cli {
namespace {

// src/redis/options.h says that its defaults are the table's.
TEST(RemoteOptionsTest, TheClientsOwnDefaultsAreTheTables) {
    const redis::TierOptions own;
    const auto options = remote_options(config::Config(), RemoteUrl{});
    EXPECT_EQ(options.key_prefix, own.key_prefix);
    EXPECT_EQ(options.format, own.format);
    EXPECT_EQ(options.raw_ttl, own.raw_ttl);
    EXPECT_EQ(options.raw_fresh, own.raw_fresh);
    EXPECT_EQ(options.envelope.compress_from_bytes, own.envelope.compress_from_bytes);
    EXPECT_EQ(options.value_max_bytes, own.value_max_bytes);
    EXPECT_EQ(options.connections_per_node, own.connections_per_node);
    EXPECT_EQ(options.pipeline.requests, own.pipeline.requests);
    EXPECT_EQ(options.pipeline.unsent_bytes, own.pipeline.unsent_bytes);
    EXPECT_EQ(options.dials_per_second, own.dials_per_second);
    EXPECT_EQ(options.dial_burst, own.dial_burst);
    EXPECT_EQ(options.backoff.base, own.backoff.base);
    EXPECT_EQ(options.backoff.cap, own.backoff.cap);
    EXPECT_EQ(options.connect_timeout, own.connect_timeout);
    EXPECT_EQ(options.handshake_timeout, own.handshake_timeout);
    EXPECT_EQ(options.health.suspect_after, own.health.suspect_after);
    EXPECT_EQ(options.health.open_after, own.health.open_after);
    EXPECT_EQ(options.refresh.period, own.refresh.period);
    EXPECT_EQ(options.topology_timeout, own.topology_timeout);
    EXPECT_EQ(options.read_budget_min, own.read_budget_min);
    EXPECT_EQ(options.hedge_share, own.hedge_share);
    EXPECT_EQ(options.redirects_max, own.redirects_max);
    EXPECT_EQ(options.large_reply_bytes, own.large_reply_bytes);
    EXPECT_EQ(options.fill_timeout, own.fill_timeout);
    EXPECT_EQ(options.fill_pause_max, own.fill_pause_max);
    EXPECT_EQ(options.fill_queue_bytes, own.fill_queue_bytes);
    EXPECT_EQ(options.fill_queue_requests, own.fill_queue_requests);
    EXPECT_EQ(options.lease_timeout, own.lease_timeout);
    EXPECT_EQ(options.lease_ttl, own.lease_ttl);
    EXPECT_EQ(options.tombstone_grace, own.tombstone_grace);
}

TEST(RemoteOptionsTest, ANodesConnectionsMustDoForTheWorkers) {
    EXPECT_TRUE(check_connections(config::Config(), 64));
    config::Sources sources;
    sources.flags = {{"--redis-connections-per-node", "6"}};
    const auto config = config::load(sources);
    ASSERT_TRUE(config) << config.error().detail;
    EXPECT_TRUE(check_connections(*config, 4));
    const auto refused = check_connections(*config, 5);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bad_input);
    EXPECT_EQ(refused.error().detail,
              "redis.connections_per_node: 6 are too few; 5 workers need at least 7");
}

TEST(RemoteOptionsTest, TheClientIsToldWhatWasSet) {
    config::Sources sources;
    sources.flags = {{"--redis-prefix", "p:"},
                     {"--redis-format", "raw"},
                     {"--redis-raw-ttl", "10m"},
                     {"--l1-fresh", "7s"},
                     {"--redis-zone", "a"},
                     {"--redis-connections-per-node", "7"},
                     {"--redis-compress-from", "1KiB"},
                     {"--redis-max-requests", "8"},
                     {"--redis-lease-ttl", "9s"},
                     {"--redis-hedge-share", "0.1"},
                     {"--redis-read-budget", "11ms"},
                     {"--redis-dials-per-second", "12"}};
    const auto config = config::load(sources);
    ASSERT_TRUE(config) << config.error().detail;
    const auto options = remote_options(*config, RemoteUrl{.tls = true, .ca_file = "/ca"});
    EXPECT_EQ(options.key_prefix, "p:");
    EXPECT_EQ(options.format, redis::Format::raw);
    EXPECT_EQ(options.raw_ttl, std::chrono::minutes(10));
    EXPECT_EQ(options.raw_fresh, std::chrono::seconds(7));
    EXPECT_EQ(options.zone, "a");
    EXPECT_EQ(options.connections_per_node, 7U);
    EXPECT_EQ(options.envelope.compress_from_bytes, 1024U);
    EXPECT_EQ(options.pipeline.requests, 8U);
    EXPECT_EQ(options.lease_ttl, std::chrono::seconds(9));
    EXPECT_EQ(options.hedge_share, 0.1);
    EXPECT_EQ(options.read_budget_min, std::chrono::milliseconds(11));
    EXPECT_EQ(options.dials_per_second, 12.0);
    ASSERT_NE(options.tls, nullptr);
    EXPECT_EQ(options.tls->ca_file, "/ca");
}

}  // namespace
}  // namespace aside::cli
