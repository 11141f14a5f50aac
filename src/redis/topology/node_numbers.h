// Small process-wide numbers for nodes, by server id where it is known and else by address, so that
// connections and what is known of a node survive a new map and a renamed address.
//
// A node met by its address alone (MOVED) keeps its number when its id is learned; a new id at an
// old address is a new node. At most kNodesMax are ever given; a process that meets more (years of
// replaced nodes) reuses the numbers of nodes that are in no map. Thread rule: any thread.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "redis/topology/slot_map.h"

namespace aside::redis {

class NodeNumbers {
  public:
    // kNoNode: kNodesMax nodes are in use.
    NodeId number_of(const NodeAddress& address);
    // Numbers of nodes that are not among `in_use` may be given again.
    void release_others(std::span<const NodeId> in_use);

  private:
    struct Known {
        std::string id;
        std::string endpoint;  // empty: another node has it now
        bool used = false;
    };
    NodeId find(const std::string& id, const std::string& endpoint) ASIDE_REQUIRES(mutex_);
    NodeId give() ASIDE_REQUIRES(mutex_);
    void forget(Known& known) ASIDE_REQUIRES(mutex_);

    Mutex mutex_;
    std::vector<Known> known_ ASIDE_GUARDED_BY(mutex_);
    std::unordered_map<std::string, NodeId> by_id_ ASIDE_GUARDED_BY(mutex_);
    std::unordered_map<std::string, NodeId> by_endpoint_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::redis
