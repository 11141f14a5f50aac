// What a cache of some size makes of a workload: hits, load on the origin, latency, the bill.
//
// Pure arithmetic over a curve; what it leaves out is on docs/planning.md. Thread rule: pure
// functions. Errors: not_found for a price that the list does not have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sizing/bill.h"
#include "sizing/error_bars.h"
#include "sizing/price_list.h"
#include "sizing/shard_need.h"
#include "sizing/workload.h"

namespace aside::sizing {

struct CacheChoice {
    enum class Kind : std::uint8_t { none, l1_alone, nodes, serverless };

    Kind kind = Kind::none;
    std::string engine = "valkey";
    NodeType node;  // of nodes
    unsigned shards = 1, replicas = 1;
    double serverless_bytes = 0;  // that it keeps

    bool has_l2() const { return kind == Kind::nodes || kind == Kind::serverless; }
    unsigned nodes() const { return kind == Kind::nodes ? shards * (1 + replicas) : 0; }
    std::string text() const;  // "3 x cache.r7g.large, each with 1 replica (valkey)"
};

struct OriginLoad {
    double objects_steady = 0, index_steady = 0;  // loads a second
    double objects_node_lost = 0;                 // right after a node's end
    double objects_cold = 0;                      // L2 empty, L1 not
};

struct Outcome {
    CacheChoice choice;
    double l1_hit_ratio = 0, l2_hit_ratio = 0;  // parts of all references
    double miss_ratio = 1, refresh_ratio = 0;
    OriginLoad origin;
    double p50_ms = 0, p99_ms = 0;
    ShardNeed need;  // of nodes
    Bill bill;
    ErrorBars error_bars;  // where they were asked for

    double hit_ratio() const { return 1 - miss_ratio; }
    // Has room on each wall but memory, which only costs hits.
    bool carries() const;
};

Result<Outcome> outcome_of(const Workload& workload, const Site& site,
                           const Assumptions& assumptions, const CacheChoice& choice,
                           const PriceList& prices);

// In two steps, for who compares many: times are dear to work out. Without them a Lambda function's
// bill has no duration yet, so that it is the least that it can be.
Result<Outcome> outcome_without_times(const Workload& workload, const Site& site,
                                      const Assumptions& assumptions, const CacheChoice& choice,
                                      const PriceList& prices);
Result<void> add_times(Outcome& outcome, const Workload& workload, const Site& site,
                       const Assumptions& assumptions);

// Of an outcome of these, times and all.
Result<void> add_error_bars(Outcome& outcome, const Workload& workload, const Site& site,
                            const Assumptions& assumptions, const PriceList& prices);

// What L2 has to do for its part of a workload.
ShardLoad shard_load(const Workload& workload, const Site& site, const Assumptions& assumptions,
                     double capacity_bytes, unsigned replicas);

}  // namespace aside::sizing
