#include "sizing/shard_need.h"

#include <algorithm>
#include <cmath>

namespace aside::sizing {

namespace {

constexpr double kBitsInAByte = 8;
constexpr double kShardsMost = 1e6;  // so that it is a number that can be written

}  // namespace

double ShardNeed::most() const {
    return std::max({memory, network, commands, connections});
}

std::string_view ShardNeed::wall() const {
    const double highest = most();
    if (highest == memory) return "memory";
    if (highest == network) return "network";
    return highest == commands ? "commands" : "connections";
}

unsigned ShardNeed::shards() const {
    // What is a whole number but for its rounding is that number.
    return static_cast<unsigned>(std::clamp(std::ceil(most() - 1e-9), 1.0, kShardsMost));
}

ShardNeed shards_needed(const ShardLoad& load, const NodeType& node, const ShardLimits& limits) {
    const double network = node.network_bits_per_second / kBitsInAByte * limits.network_share;
    const double sent = load.read_bytes + load.filled_bytes * load.replicas;
    // Each node has its own limit of connections, however many there are: more shards do not help.
    return {.memory = load.stored_bytes / (node.maxmemory_bytes * limits.memory_share),
            .network = sent * limits.skew / network,
            .commands = load.commands * limits.skew / limits.commands_per_second,
            .connections = load.connections > limits.connections ? kShardsMost : 0};
}

}  // namespace aside::sizing
