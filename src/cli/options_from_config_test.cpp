#include "cli/options_from_config.h"

#include <gtest/gtest.h>

namespace aside::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

config::Config configured(std::vector<std::pair<std::string, std::string>> flags) {
    config::Sources sources;
    sources.flags = std::move(flags);
    auto loaded = config::load(sources);
    EXPECT_TRUE(loaded) << loaded.error().detail;
    return loaded.value_or(config::Config());
}

TEST(OptionsFromConfig, TheEngineIsToldWhatWasSet) {
    const auto options = engine_options(configured({{"--memory-capacity", "100MiB"},
                                                    {"--memory-absent-capacity", "1MiB"},
                                                    {"--memory-lent-max", "20MiB"},
                                                    {"--l1-fresh", "1s"},
                                                    {"--l1-stale-while-revalidate", "2s"},
                                                    {"--l1-stale-if-error", "3s"},
                                                    {"--l1-jitter", "0.4"},
                                                    {"--index-fresh", "4s"},
                                                    {"--index-stale", "5s"},
                                                    {"--index-stale-if-error", "6s"},
                                                    {"--absent-fresh", "7s"},
                                                    {"--absent-versioned-fresh", "800ms"},
                                                    {"--items-missing", "null"},
                                                    {"--items-max-refs", "9"},
                                                    {"--response-max-bytes", "10MiB"},
                                                    {"--objects-max-bytes", "1MiB"},
                                                    {"--keys-max-bytes", "512B"},
                                                    {"--origin-deadline", "11s"},
                                                    {"--origin-failure-pause", "12s"},
                                                    {"--origin-concurrency", "13"},
                                                    {"--origin-queue", "14"},
                                                    {"--origin-max-bytes-in-flight", "15MiB"},
                                                    {"--l1-max-age", "16s"},
                                                    {"--redis-versioned-ttl", "17s"},
                                                    {"--redis-invalidate-deadline", "18s"},
                                                    {"--redis-lease-poll-min", "19ms"},
                                                    {"--redis-lease-poll-max", "20ms"},
                                                    {"--redis-cold-share", "0.21"},
                                                    {"--redis-owed-fills", "22"},
                                                    {"--redis-owed-fills-bytes", "23KiB"},
                                                    {"--redis-owed-fills-in-flight", "24"},
                                                    {"--redis-owed-fills-spacing", "25ms"}}));
    EXPECT_EQ(options.memory_capacity_bytes, 100ULL << 20);
    EXPECT_EQ(options.absent_capacity_bytes, 1ULL << 20);
    EXPECT_EQ(options.lent_max_bytes, 20ULL << 20);
    EXPECT_EQ(options.objects.fresh, seconds(1));
    EXPECT_EQ(options.objects.stale_while_revalidate, seconds(2));
    EXPECT_EQ(options.objects.stale_if_error, seconds(3));
    EXPECT_EQ(options.jitter, 0.4);
    EXPECT_EQ(options.index.fresh, seconds(4));
    EXPECT_EQ(options.index.stale_while_revalidate, seconds(5));
    EXPECT_EQ(options.index.stale_if_error, seconds(6));
    EXPECT_EQ(options.absent_fresh, seconds(7));
    EXPECT_EQ(options.absent_versioned_fresh, milliseconds(800));
    EXPECT_EQ(options.items_missing, engine::MissingObject::null);
    EXPECT_EQ(options.items_max_refs, 9U);
    EXPECT_EQ(options.response_max_bytes, 10ULL << 20);
    EXPECT_EQ(options.objects_max_bytes, 1ULL << 20);
    EXPECT_EQ(options.keys_max_bytes, 512U);
    EXPECT_EQ(options.origin_deadline, seconds(11));
    EXPECT_EQ(options.failure_pause, seconds(12));
    EXPECT_EQ(options.origin_concurrency, 13U);
    EXPECT_EQ(options.origin_queue, 14U);
    EXPECT_EQ(options.origin_max_bytes_in_flight, 15ULL << 20);
    EXPECT_EQ(options.l1_max_age, seconds(16));
    EXPECT_EQ(options.remote_versioned_ttl, seconds(17));
    EXPECT_EQ(options.remote_invalidate_deadline, seconds(18));
    EXPECT_EQ(options.lease_poll_min, milliseconds(19));
    EXPECT_EQ(options.lease_poll_max, milliseconds(20));
    EXPECT_EQ(options.cold_share, 0.21);
    EXPECT_EQ(options.owed_fills_max, 22U);
    EXPECT_EQ(options.owed_fills_max_bytes, 23ULL << 10);
    EXPECT_EQ(options.owed_fills_in_flight, 24U);
    EXPECT_EQ(options.owed_fills_spacing, milliseconds(25));
    ASSERT_NE(options.check_body, nullptr);
    EXPECT_FALSE(options.check_body("not json"));
}

TEST(OptionsFromConfig, TheGuardIsToldWhatWasSet) {
    const auto options = engine_options(configured({{"--origin-concurrency-min", "3"},
                                                    {"--origin-queue-standing", "26ms"},
                                                    {"--origin-queue-patience", "27ms"},
                                                    {"--origin-attempt-timeout-min", "28ms"},
                                                    {"--origin-attempt-timeout-max", "29ms"},
                                                    {"--origin-attempts-max", "1.3"},
                                                    {"--origin-hedge-share", "0.01"},
                                                    {"--origin-backoff-base", "30ms"},
                                                    {"--origin-backoff-max", "31ms"}}));
    EXPECT_EQ(options.origin_concurrency_min, 3U);
    EXPECT_EQ(options.origin_queue_standing, milliseconds(26));
    EXPECT_EQ(options.origin_queue_patience, milliseconds(27));
    EXPECT_EQ(options.origin_attempt_timeout_min, milliseconds(28));
    EXPECT_EQ(options.origin_attempt_timeout_max, milliseconds(29));
    EXPECT_EQ(options.origin_attempts_max, 1.3);
    EXPECT_EQ(options.origin_hedge_share, 0.01);
    EXPECT_EQ(options.origin_backoff_base, milliseconds(30));
    EXPECT_EQ(options.origin_backoff_max, milliseconds(31));
}

// src/engine/options.h says that its defaults are the table's.
TEST(OptionsFromConfig, TheEnginesOwnDefaultsAreTheTables) {
    const engine::EngineOptions own;
    const auto options = engine_options(config::Config());
    EXPECT_EQ(options.memory_capacity_bytes, own.memory_capacity_bytes);
    EXPECT_EQ(options.absent_capacity_bytes, own.absent_capacity_bytes);
    EXPECT_EQ(options.lent_max_bytes, own.lent_max_bytes);
    EXPECT_EQ(options.objects.fresh, own.objects.fresh);
    EXPECT_EQ(options.objects.stale_while_revalidate, own.objects.stale_while_revalidate);
    EXPECT_EQ(options.objects.stale_if_error, own.objects.stale_if_error);
    EXPECT_EQ(options.index.fresh, own.index.fresh);
    EXPECT_EQ(options.index.stale_while_revalidate, own.index.stale_while_revalidate);
    EXPECT_EQ(options.index.stale_if_error, own.index.stale_if_error);
    EXPECT_EQ(options.jitter, own.jitter);
    EXPECT_EQ(options.absent_fresh, own.absent_fresh);
    EXPECT_EQ(options.absent_versioned_fresh, own.absent_versioned_fresh);
    EXPECT_EQ(options.failure_pause, own.failure_pause);
    EXPECT_EQ(options.items_missing, own.items_missing);
    EXPECT_EQ(options.items_max_refs, own.items_max_refs);
    EXPECT_EQ(options.response_max_bytes, own.response_max_bytes);
    EXPECT_EQ(options.objects_max_bytes, own.objects_max_bytes);
    EXPECT_EQ(options.keys_max_bytes, own.keys_max_bytes);
    EXPECT_EQ(options.origin_deadline, own.origin_deadline);
    EXPECT_EQ(options.origin_concurrency, own.origin_concurrency);
    EXPECT_EQ(options.origin_concurrency_min, own.origin_concurrency_min);
    EXPECT_EQ(options.origin_queue, own.origin_queue);
    EXPECT_EQ(options.origin_queue_standing, own.origin_queue_standing);
    EXPECT_EQ(options.origin_queue_patience, own.origin_queue_patience);
    EXPECT_EQ(options.origin_attempt_timeout_min, own.origin_attempt_timeout_min);
    EXPECT_EQ(options.origin_attempt_timeout_max, own.origin_attempt_timeout_max);
    EXPECT_EQ(options.origin_attempts_max, own.origin_attempts_max);
    EXPECT_EQ(options.origin_hedge_share, own.origin_hedge_share);
    EXPECT_EQ(options.origin_backoff_base, own.origin_backoff_base);
    EXPECT_EQ(options.origin_backoff_max, own.origin_backoff_max);
    EXPECT_EQ(options.origin_max_bytes_in_flight, own.origin_max_bytes_in_flight);
    EXPECT_EQ(options.l1_max_age, own.l1_max_age);
    EXPECT_EQ(options.remote_versioned_ttl, own.remote_versioned_ttl);
    EXPECT_EQ(options.remote_invalidate_deadline, own.remote_invalidate_deadline);
    EXPECT_EQ(options.lease_poll_min, own.lease_poll_min);
    EXPECT_EQ(options.lease_poll_max, own.lease_poll_max);
    EXPECT_EQ(options.cold_share, own.cold_share);
    EXPECT_EQ(options.owed_fills_max, own.owed_fills_max);
    EXPECT_EQ(options.owed_fills_max_bytes, own.owed_fills_max_bytes);
    EXPECT_EQ(options.owed_fills_in_flight, own.owed_fills_in_flight);
    EXPECT_EQ(options.owed_fills_spacing, own.owed_fills_spacing);
}

TEST(OptionsFromConfig, ThePortsAreToldWhatWasSet) {
    const auto config = configured({{"--http-max-age", "1s"},
                                    {"--http-stale-while-revalidate", "2s"},
                                    {"--http-stale-if-error", "3s"},
                                    {"--http-max-header-bytes", "4KiB"},
                                    {"--http-max-url-bytes", "2KiB"},
                                    {"--http-max-body-bytes", "5KiB"},
                                    {"--http-max-connections", "6"},
                                    {"--http-header-timeout", "7s"},
                                    {"--http-body-timeout", "8s"},
                                    {"--http-idle-timeout", "9s"},
                                    {"--http-send-timeout", "10s"},
                                    {"--http-linger-timeout", "11s"},
                                    {"--http-max-pipelined", "12"},
                                    {"--http-max-pending-bytes", "13KiB"},
                                    {"--http-max-requests", "14"},
                                    {"--request-deadline", "15s"},
                                    {"--batch-max-ids", "16"},
                                    {"--admin-hosts", "a,b"},
                                    {"--admin-request-deadline", "17s"},
                                    {"--admin-max-keys", "18"}});
    const auto server = server_options(config);
    EXPECT_EQ(server.head.header_bytes, 4096U);
    EXPECT_EQ(server.head.url_bytes, 2048U);
    EXPECT_EQ(server.max_connections, 6U);
    EXPECT_EQ(server.header_timeout, seconds(7));
    EXPECT_EQ(server.body_timeout, seconds(8));
    EXPECT_EQ(server.idle_timeout, seconds(9));
    EXPECT_EQ(server.send_timeout, seconds(10));
    EXPECT_EQ(server.linger_timeout, seconds(11));
    EXPECT_EQ(server.max_pipelined, 12U);
    EXPECT_EQ(server.max_pending_bytes, 13U << 10);
    EXPECT_EQ(server.max_requests, 14U);
    const auto open = public_options(config);
    EXPECT_EQ(open.max_age, seconds(1));
    EXPECT_EQ(open.stale_while_revalidate, seconds(2));
    EXPECT_EQ(open.stale_if_error, seconds(3));
    EXPECT_EQ(open.max_body_bytes, 5U << 10);
    EXPECT_EQ(open.request_timeout, seconds(15));
    EXPECT_EQ(open.max_ids, 16U);
    const auto admin = admin_options(config);
    EXPECT_EQ(admin.hosts, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(admin.request_timeout, seconds(17));
    EXPECT_EQ(admin.max_keys, 18U);
}

TEST(OptionsFromConfig, TheHotSetIsToldWhatWasSet) {
    const auto options = hot_set_options(configured(
        {{"--hot-set-keys", "1"}, {"--hot-set-period", "2s"}, {"--hot-set-in-flight", "3"}}));
    EXPECT_EQ(options.keys, 1U);
    EXPECT_EQ(options.period, seconds(2));
    EXPECT_EQ(options.in_flight, 3U);
    const engine::HotSetOptions own;
    const auto fallback = hot_set_options(config::Config());
    EXPECT_EQ(fallback.keys, own.keys);
    EXPECT_EQ(fallback.period, own.period);
    EXPECT_EQ(fallback.in_flight, own.in_flight);
}

TEST(OptionsFromConfig, NoWorkersMeansOneForEachCore) {
    EXPECT_GE(runtime_options(config::Config()).workers, 1U);
    EXPECT_EQ(runtime_options(configured({{"--workers", "3"}})).workers, 3U);
}

TEST(OptionsFromConfig, EveryLevelOfTheTableIsALevel) {
    for (const char* name : {"debug", "info", "warning", "error", "off"}) {
        EXPECT_EQ(name_of(log_options(configured({{"--log-level", name}})).level), name);
    }
}

}  // namespace
}  // namespace aside::cli
