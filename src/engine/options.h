// What the engine is told at its start. Units are in the types; defaults are those of the parameter
// table (src/config), from which src/cli fills this.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "base/value.h"

namespace aside::engine {

// How long an answer of the origin may be used. A value is fresh for `fresh` (less its jitter),
// then stale: answered at once for another `stale_while_revalidate` while a refresh runs, and for
// `stale_if_error` when the origin fails. Then it is expired. With `fresh` 0 the origin is asked
// each time, whatever `stale_while_revalidate` says.
struct FreshnessLimits {
    Duration fresh{};
    Duration stale_while_revalidate{};
    Duration stale_if_error{};
};

// What an item is when the origin says that one of its objects does not exist.
enum class MissingObject : std::uint8_t {
    error,  // an error that names the object
    null,   // a null in its place, and its key in `missing`
};

struct EngineOptions {
    // L1
    std::uint64_t memory_capacity_bytes = 512ULL << 20;
    std::uint64_t absent_capacity_bytes = 8ULL << 20;  // of it, and at most half of it
    std::uint64_t lent_max_bytes = 256ULL << 20;
    std::uint64_t seed = 0;  // of key hashes; from entropy in production

    FreshnessLimits objects{std::chrono::seconds(60), std::chrono::seconds(60),
                            std::chrono::hours(1)};
    FreshnessLimits index{std::chrono::seconds(1), std::chrono::seconds(10), std::chrono::hours(1)};
    double jitter =
        0.1;  // the part of `fresh` by which keys filled together may expire apart: 0 to 0.5
    Duration absent_fresh = std::chrono::seconds(2);
    Duration absent_versioned_fresh = std::chrono::milliseconds(500);
    // After a failed load of a key that still has a stale value: answer that at once for so long,
    // and do not ask the origin.
    Duration failure_pause = std::chrono::seconds(1);

    // Keys of which the miss-ratio curve is made; 0: none is.
    std::size_t curve_keys = 4096;

    MissingObject items_missing = MissingObject::error;
    std::uint32_t items_max_refs = 1000;
    std::uint64_t response_max_bytes = 16ULL << 20;
    std::uint64_t objects_max_bytes = 8ULL << 20;
    std::uint32_t keys_max_bytes = 2048;

    // Origin
    Duration origin_deadline = std::chrono::seconds(10);  // of one load, whoever waits for it
    std::uint32_t origin_concurrency = 64;                // loads at a time, per store: at most …
    std::uint32_t origin_concurrency_min = 1;             // … and at least
    std::uint32_t origin_queue = 1024;                    // loads waiting, per store
    Duration origin_queue_standing = std::chrono::milliseconds(100);  // is overload
    Duration origin_queue_patience = std::chrono::seconds(2);         // of a load then
    Duration origin_attempt_timeout_min = std::chrono::milliseconds(500);
    Duration origin_attempt_timeout_max = std::chrono::seconds(5);  // and of the first loads
    double origin_attempts_max = 1.2;                               // per load, over ten seconds
    double origin_hedge_share = 0.05;                               // of loads, over ten seconds
    Duration origin_backoff_base = std::chrono::milliseconds(50);
    Duration origin_backoff_max = std::chrono::seconds(2);
    std::uint64_t origin_max_bytes_in_flight = 256ULL << 20;

    // L2, where there is one
    Duration l1_max_age = std::chrono::seconds(5);  // then L1 asks again about what may change
    Duration remote_versioned_ttl = std::chrono::hours(24);  // of versioned objects in L2
    Duration remote_invalidate_deadline = std::chrono::seconds(1);
    // Who waits for another's load looks again after between these.
    Duration lease_poll_min = std::chrono::milliseconds(10);
    Duration lease_poll_max = std::chrono::milliseconds(50);
    double cold_share = 0.5;  // of origin_concurrency for loads of a shard that came back empty
    std::uint32_t owed_fills_max = 10'000;
    std::uint64_t owed_fills_max_bytes = 4ULL << 20;  // of their keys
    std::uint32_t owed_fills_in_flight = 8;
    Duration owed_fills_spacing = std::chrono::milliseconds(5);  // between two of one of those

    // Says whether a body may be cached and answered (JSON). Null: any bytes will do.
    bool (*check_body)(std::string_view body) = nullptr;
};

inline const FreshnessLimits& limits_of(const EngineOptions& options, ValueKind kind) {
    return kind == ValueKind::index_entry ? options.index : options.objects;
}

inline Duration absent_fresh(const EngineOptions& options, ValueKind kind) {
    return kind == ValueKind::versioned_object ? options.absent_versioned_fresh
                                               : options.absent_fresh;
}

}  // namespace aside::engine
