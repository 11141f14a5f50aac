// One round of asking for the topology: who was asked, what came back so far. Part of ControlPlane.
// Thread rule: the control worker. Ownership: seeds' connections are its own, for this round only.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "redis/control_plane.h"

namespace aside::redis {

struct ControlPlane::Round {
    struct Asked {
        std::unique_ptr<TopologyAsk> ask;
        NodeId node;        // kNoNode: a seed
        ControlLink* link;  // lives while the ask has not ended, or a request of it is under way

        void take_back() const {
            if (!ask->done()) {
                link->take_back(*ask);
            } else {
                ask->take_back({});
            }
        }
    };
    std::vector<std::unique_ptr<ControlLink>> seeds;
    std::vector<Asked> asked;
    SteadyTime began{};
    SteadyTime ends_at{};
    // Seeds that are asked one after the other, before the first answer: how many may still be.
    std::size_t seeds_left = 0;
    std::size_t next_seed = 0;
    SteadyTime next_seed_at = kNever;  // if the last one says nothing
    bool woken = false;                // an ask ended since the round was last looked at
    bool first_answer = false;   // somebody answered usefully: the others get no longer than this
    std::set<NodeId> untrusted;  // when it began, or before they were asked
    std::set<NodeId> well;       // said that the cluster is
};

}  // namespace aside::redis
