// A node's fill link: every fill, lease and invalidation of this process that the node gets goes
// through it, apart from reads, because a server that pauses writes blocks the whole connection
// they came on.
//
// Bounded by the node's gate (lane_gate.h); what waits is sent by priority: invalidations, leases,
// fills, the last a few at a time so that they never stand in front of the others by much. A
// redirect is followed once. What was sent and not answered is never sent again: it may have
// happened. While the connection is suspected nothing is sent: it may be dead. A lane that is stuck
// or worn out gives up its own connection and says nothing about the node. Thread rule: the owner's
// worker. Ownership: borrows all it is given; close() and wait for idle() before destroying it.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "redis/lane_hold.h"
#include "redis/lane_job.h"
#include "redis/link/link.h"
#include "redis/tier_state.h"

namespace aside::redis {

// Where a job goes on that this lane is not the right one for. Any worker.
class LaneRouter {
  public:
    virtual void hand_over(std::unique_ptr<LaneJob> job, NodeId node,
                           const runtime::Endpoint& endpoint) = 0;
    // To the slot's owner by the present map.
    virtual void route_again(std::unique_ptr<LaneJob> job) = 0;

  protected:
    ~LaneRouter() = default;
};

class FillLane final : LinkOwner, LaneSender {
  public:
    FillLane(TierState& state, LaneGates& gates, LaneRouter& router, runtime::Worker& worker,
             NodeId node, runtime::Endpoint endpoint);
    ~FillLane();

    void want() { link_.want(); }
    void dial_now() { link_.dial_now(); }
    // From `since` to now this process may have stood still.
    void thawed(SteadyTime since);
    void submit(std::unique_ptr<LaneJob> job);

    NodeId node() const { return node_; }
    const runtime::Endpoint& endpoint() const { return link_.endpoint(); }
    // Jobs that wait are answered: not connected.
    void close();
    bool idle() const { return link_.idle() && sent_.empty(); }

  private:
    void link_up(const ServerFacts& facts) override;
    void link_down(const Error& why) override;
    void link_health(Health before, Health after) override;
    void link_pushed(const wire::RespNode& push) override;
    void link_proven() override { pump_soon(); }
    bool link_awaited() override;
    void job_replied(LaneJob& job, const wire::RespNode& reply) override;
    void job_failed(LaneJob& job, Errc why) override;

    // Sends what may be sent, answers what cannot be, tells whether fills are taken.
    void pump();
    void pump_soon();
    void woken();
    bool may_send(std::size_t priority);
    void overdue(const LaneJob& job, SteadyTime now);
    void send(std::unique_ptr<LaneJob> job);
    void expect_by(SteadyTime when);
    void answer_overdue(SteadyTime now);
    void answer_held(SteadyTime now);
    void answer_waiting(LaneOutcome outcome);
    void route_again_due(SteadyTime now);
    void publish(SteadyTime now);
    void wake_at(SteadyTime when);

    std::unique_ptr<LaneJob> take_sent(LaneJob& job);
    void give_back_late_lease(std::unique_ptr<LaneJob> job);
    void react(std::unique_ptr<LaneJob> job, std::string_view error);
    void redirect(std::unique_ptr<LaneJob> job, std::string_view error, bool asking);
    void break_off(std::string why, bool long_backoff = false);

    TierState& state_;
    LaneGates& gates_;
    LaneRouter& router_;
    runtime::Worker& worker_;
    const NodeId node_;
    Link link_;
    LaneHold hold_;
    std::array<std::deque<std::unique_ptr<LaneJob>>, kLanePriorities> queues_;
    std::vector<std::unique_ptr<LaneJob>> sent_;
    std::uint32_t fills_sent_ = 0;  // and not answered yet
    // READONLY: once more, when the map may have been refreshed.
    struct Delayed {
        SteadyTime due;
        std::unique_ptr<LaneJob> job;
    };
    std::vector<Delayed> delayed_;
    std::unique_ptr<runtime::Timer> wake_;
    SteadyTime wakes_at_ = kNever;
    SteadyTime next_overdue_ = kNever;  // no job is earlier
    struct BreakOff {
        std::string why;
        bool long_backoff = false;
    };
    std::optional<BreakOff> break_off_;  // done outside of the link's own calls
    bool closed_ = false;
};

}  // namespace aside::redis
