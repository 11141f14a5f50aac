// Small process-wide numbers for nodes, by server id where it is known and else by address, so that
// connections and what is known of a node survive a new map and a renamed address.
//
// At most kNodesMax are ever given; a process that meets more (years of replaced nodes) reuses the
// numbers of nodes that are in no map. Thread rule: any thread.
#pragma once

#include <string>
#include <vector>

#include "base/mutex.h"
#include "redis/topology/slot_map.h"

namespace aside::redis {

class NodeNumbers {
  public:
    NodeId number_of(const NodeAddress& address);
    // Numbers of nodes that are not among `in_use` may be given again.
    void release_others(std::span<const NodeId> in_use);

  private:
    struct Known {
        NodeAddress address;
        bool used = false;
    };
    Mutex mutex_;
    std::vector<Known> known_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::redis
