// What the Redis client is told at its start. Units are in the types; defaults are those of the
// parameter table (src/config), from which src/cli fills this.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ports/password_source.h"
#include "redis/link/link.h"
#include "redis/topology/refresh_schedule.h"
#include "wire/envelope.h"

namespace aside::redis {

enum class Format : std::uint8_t {
    envelope,  // self-checking
    raw,       // objects as bare JSON, for sharing with other programs
};

// When connections are opened.
enum class Dialling : std::uint8_t {
    eager,  // to all nodes and for all purposes, when the map is known
    // Before RedisTier::first_answer_given() one to a seed, and one for reads to each primary that
    // is read; the others after it, each at a random moment within a second.
    lazy,
};

struct TierOptions {
    std::vector<runtime::Endpoint> seeds;            // names are resolved at each dial
    std::shared_ptr<const runtime::TlsOptions> tls;  // null: plain; names are filled in per node
    std::string zone;  // this process's; empty: zones are not looked at
    std::string key_prefix = "aside:";
    Format format = Format::envelope;
    wire::EnvelopeOptions envelope;
    std::uint64_t value_max_bytes = 8ULL << 20;
    // Raw format says no times: a value's age is raw_ttl less what is left of its key's
    // time-to-live, and it is fresh up to the age raw_fresh.
    Duration raw_ttl = std::chrono::hours(1);
    Duration raw_fresh = std::chrono::seconds(60);

    Dialling dialling = Dialling::eager;
    // Of the process, for all purposes; 0: workers + 3. Each worker reads over one of its own, so
    // fewer than workers + 2 are taken as workers + 2. What is above that is for large replies and
    // for replacing a connection without a gap.
    std::uint32_t connections_per_node = 0;
    PipelineLimits pipeline;
    double dials_per_second = 10;
    double dial_burst = 20;
    BackoffOptions backoff;
    Duration connect_timeout = std::chrono::milliseconds(250);
    Duration handshake_timeout = std::chrono::seconds(1);
    HealthOptions health;
    RefreshOptions refresh;
    Duration topology_timeout = std::chrono::milliseconds(250);

    // A read's budget: the larger of read_budget_min and 4 x the node's p99, at most half of what
    // is left of the deadline.
    Duration read_budget_min = std::chrono::milliseconds(50);
    double hedge_share = 0.05;  // of reads that may be asked of a second copy after the first's p95
    std::uint32_t redirects_max = 5;
    std::uint64_t large_reply_bytes = 256 * 1024;

    Duration fill_timeout = std::chrono::milliseconds(250);
    Duration fill_pause_min = std::chrono::seconds(1);
    Duration fill_pause_max = std::chrono::seconds(30);
    std::uint64_t fill_queue_bytes = 32ULL << 20;  // of one node
    std::uint32_t fill_queue_requests = 4096;
    Duration lease_timeout = std::chrono::milliseconds(50);  // no answer in time: unavailable
    Duration lease_ttl = std::chrono::seconds(2);
    Duration tombstone_grace = std::chrono::seconds(10);
    Duration drain = std::chrono::seconds(5);  // of links to nodes that left the map
};

}  // namespace aside::redis
