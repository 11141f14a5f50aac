// How many shards a load needs, by each of the walls that a node has: memory, network, commands,
// connections. The highest one counts.
//
// Thread rule: pure functions. Units: bytes, and everything else a second.
#pragma once

#include <string_view>

#include "sizing/price_list.h"

namespace aside::sizing {

struct ShardLoad {
    double stored_bytes = 0;  // with all they take, of one copy
    double read_bytes = 0;    // that L2 answers with, a second
    double filled_bytes = 0;  // that are put into it, a second
    double commands = 0;      // a second
    double connections = 0;   // at once, to each node
    unsigned replicas = 1;    // of a shard: what is filled is sent to each
};

struct ShardLimits {
    double memory_share = 0.75;  // of maxmemory: the rest is reserved
    double network_share = 0.8;  // of what a node has all the time
    double commands_per_second = 60'000;
    double connections = 65'000 * 0.8;
    // The shard that has the hottest keys has so much more than its part.
    double skew = 1.2;
};

struct ShardNeed {
    double memory = 0, network = 0, commands = 0, connections = 0;  // in shards

    double most() const;
    std::string_view wall() const;  // which one is the most: "memory"
    unsigned shards() const;        // at least one
};

ShardNeed shards_needed(const ShardLoad& load, const NodeType& node, const ShardLimits& limits);

}  // namespace aside::sizing
