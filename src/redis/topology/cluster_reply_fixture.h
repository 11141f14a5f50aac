// Test support: answers to CLUSTER SLOTS and views, written shortly.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "redis/topology/cluster_view.h"

namespace aside::redis {

// The id of test node n: forty times its digit.
inline std::string id_of(int n) {
    return std::string(40, "0123456789abcdef"[n % 16]);
}

inline NodeAddress node_at(int n, std::string zone = {}) {
    return {{"10.0.0." + std::to_string(n), 6379}, id_of(n), std::move(zone)};
}

inline SlotOwners range_of(int first, int last, int primary,
                           std::initializer_list<int> replicas = {}) {
    SlotOwners owners{
        .slots = {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)},
        .primary = node_at(primary),
        .replicas = {}};
    for (const int replica : replicas) owners.replicas.push_back(node_at(replica));
    return owners;
}

inline ClusterView view_of(std::vector<SlotOwners> ranges, std::uint64_t epoch = 1) {
    ClusterView view;
    view.ranges = std::move(ranges);
    view.epoch = epoch;
    return view;
}

// Three shards; the first two have a replica.
inline ClusterView three_shards(std::uint64_t epoch = 1) {
    return view_of(
        {range_of(0, 5460, 1, {4}), range_of(5461, 10922, 2, {5}), range_of(10923, 16383, 3)},
        epoch);
}

// RESP, for the reader.
inline std::string bulk(std::string_view text) {
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}
inline std::string number(std::int64_t value) {
    return ":" + std::to_string(value) + "\r\n";
}
inline std::string list(const std::vector<std::string>& items, char type = '*') {
    std::string out = type + std::to_string(type == '%' ? items.size() / 2 : items.size()) + "\r\n";
    for (const std::string& item : items) out += item;
    return out;
}

inline Result<ClusterView> parse_reply(const std::string& reply) {
    wire::RespReader reader;
    if (reader.read(reply) != wire::RespReader::Result::frame) std::abort();
    return parse_cluster_slots(reader.root(), {"asked.example", 7000});
}

}  // namespace aside::redis
