// The fill lanes of all nodes: which worker owns which, how a job gets there.
//
// The lane of a node belongs to worker (node number % workers). Lanes of the map's primaries keep a
// connection open, so that the first miss after a failover finds one. Lanes of nodes that left the
// map are closed after the drain. Thread rule: any thread; lanes are touched on their owner's
// worker alone. Ownership: borrows the state; close(), then wait until every worker has run what
// was posted to it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "redis/fill_lane.h"

namespace aside::redis {

class FillLanes final : public LaneRouter {
  public:
    explicit FillLanes(TierState& state);
    ~FillLanes();
    FillLanes(const FillLanes&) = delete;

    // What a job for this slot would be refused with at once; nothing: it would be sent.
    std::optional<LaneReply> refusal(std::uint16_t slot, LaneCommand command, SteadyTime now) const;
    // Sends the job to the slot's owner, or says at once why not (then nothing was sent).
    std::optional<LaneReply> send(std::unique_ptr<LaneJob> job, SteadyTime now);

    // A map was stored.
    void map_changed();
    // This node, or (nothing) every node, answers again: what waits to dial it waits no longer.
    void dial_anew(const std::optional<runtime::Endpoint>& node = std::nullopt);
    // The first answer was given: those of primaries are opened soon, each worker's at a random
    // moment; before it, and then, one that is needed is.
    void open_rest();
    // On `worker`, of which from `since` to now the process may have stood still.
    void thawed(runtime::Worker& worker, SteadyTime since);
    void close();

    void hand_over(std::unique_ptr<LaneJob> job, NodeId node,
                   const runtime::Endpoint& endpoint) override;
    void route_again(std::unique_ptr<LaneJob> job) override;

    const LaneGates& gates() const { return *gates_; }

  private:
    // One worker's share; touched there alone.
    struct Share {
        struct Leaving {
            std::unique_ptr<FillLane> lane;
            SteadyTime closes_at;
            bool closed = false;
        };
        std::map<NodeId, std::unique_ptr<FillLane>> lanes;
        std::vector<Leaving> leaving;
        std::unique_ptr<runtime::Timer> sweep;
        std::unique_ptr<runtime::Timer> opening;
        SteadyTime open_at = kNever;  // lanes that nobody has asked for yet
        bool closed = false;
    };
    runtime::Worker& owner(NodeId node) const {
        return state_.runtime.worker(node % state_.runtime.worker_count());
    }
    FillLane* lane(Share& share, runtime::Worker& worker, NodeId node,
                   const runtime::Endpoint& endpoint);
    void follow_map(runtime::Worker& worker);
    void leave(Share& share, runtime::Worker& worker, std::unique_ptr<FillLane> lane,
               Duration after);
    static std::unique_ptr<FillLane> take_back(Share& share, NodeId node,
                                               const runtime::Endpoint& endpoint);
    void sweep(Share& share, runtime::Worker& worker);

    TierState& state_;
    const std::shared_ptr<LaneGates> gates_;
    std::vector<Share> shares_;
};

}  // namespace aside::redis
