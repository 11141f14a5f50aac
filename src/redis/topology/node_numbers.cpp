#include "redis/topology/node_numbers.h"

#include <algorithm>

namespace aside::redis {

NodeId NodeNumbers::number_of(const NodeAddress& address) {
    const std::string endpoint = runtime::to_string(address.endpoint);
    MutexLock lock(mutex_);
    NodeId number = find(address.id, endpoint);
    if (number == kNoNode) number = give();
    if (number == kNoNode) return number;

    Known& known = known_[number];
    known.used = true;
    if (!address.id.empty() && known.id.empty()) {
        known.id = address.id;
        by_id_[known.id] = number;
    }
    if (known.endpoint == endpoint) return number;
    if (!known.endpoint.empty()) by_endpoint_.erase(known.endpoint);
    const auto [at, is_new] = by_endpoint_.try_emplace(endpoint, number);
    if (!is_new) {
        known_[at->second].endpoint.clear();
        at->second = number;
    }
    known.endpoint = endpoint;
    return number;
}

NodeId NodeNumbers::find(const std::string& id, const std::string& endpoint) {
    if (!id.empty()) {
        const auto at = by_id_.find(id);
        if (at != by_id_.end()) return at->second;
    }
    const auto at = by_endpoint_.find(endpoint);
    if (at == by_endpoint_.end()) return kNoNode;
    // Another id at this address is another node.
    return id.empty() || known_[at->second].id.empty() ? at->second : kNoNode;
}

NodeId NodeNumbers::give() {
    if (known_.size() < kNodesMax) {
        known_.emplace_back();
        return static_cast<NodeId>(known_.size() - 1);
    }
    const auto unused = std::ranges::find(known_, false, &Known::used);
    if (unused == known_.end()) return kNoNode;
    forget(*unused);
    return static_cast<NodeId>(unused - known_.begin());
}

void NodeNumbers::forget(Known& known) {
    if (!known.id.empty()) by_id_.erase(known.id);
    if (!known.endpoint.empty()) by_endpoint_.erase(known.endpoint);
    known = {};
}

void NodeNumbers::release_others(std::span<const NodeId> in_use) {
    MutexLock lock(mutex_);
    for (Known& known : known_) known.used = false;
    for (const NodeId number : in_use) {
        if (number < known_.size()) known_[number].used = true;
    }
}

}  // namespace aside::redis
