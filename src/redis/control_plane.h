// What the tier knows of the cluster as a whole, and how it learns it: the topology, the
// invalidations, which nodes are alive. On one worker.
//
// One control connection to each node of the map. Primaries are tracked (CLIENT TRACKING BCAST on
// the tombstones' prefix): their pushes become RemoteEvents::key_invalidated. Whenever something
// may have gone unheard (a connection ended, fell silent or came back, a slot's owner changed, the
// server says it lost count, this process stood still) the slots concerned are told to
// RemoteEvents::slots_unheard, at the beginning of the gap and again at its end;
// aside_l2_unheard_slots counts the slots in a gap, for which L1's own age limit is the only bound
// on staleness. Rounds of CLUSTER SLOTS and CLUSTER INFO to up to three nodes, as RefreshSchedule
// says, and to those in doubt make the next map; a round that fails keeps the old one.
//
// Thread rule: the control worker, except refresh(), moved() and facts() (any thread). Ownership:
// borrows state, worker and follower; close(), then wait for idle().
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "redis/control_link.h"
#include "redis/tier_state.h"
#include "redis/topology/refresh_schedule.h"

namespace aside::redis {

// Told on the control worker.
class MapFollower {
  public:
    virtual void map_changed() = 0;
    // Nodes answer again after a time when none did: what waits to dial need not wait longer.
    virtual void servers_back() = 0;

  protected:
    ~MapFollower() = default;
};

class ControlPlane final : public ControlRequests, private ControlLinkOwner {
  public:
    ControlPlane(TierState& state, runtime::Worker& worker, MapFollower& follower);
    ~ControlPlane();

    void start();
    void close();
    bool idle() const { return links_.empty() && leaving_.empty(); }

    // This node answers again: what waits to dial it waits no longer.
    void dial_anew(const runtime::Endpoint& node);
    // The first answer was given: a connection to each node is opened at a random moment soon.
    void open_rest();
    // From `since` to now this process may have stood still: pushes may have been missed, and what
    // is known of the cluster may be old.
    void thawed(SteadyTime since);

    void refresh(RefreshReason reason) override;
    void moved(std::uint16_t slot, runtime::Endpoint to) override;

    // What is known of a node's control connection, for people.
    struct Facts {
        LinkState link = LinkState::idle;
        Health health = Health::good;
        bool hears = false;
    };
    Facts facts(NodeId node) const;
    std::uint32_t unheard_slots() const { return unheard_slots_.load(std::memory_order_relaxed); }
    std::uint64_t epoch() const { return epoch_.load(std::memory_order_relaxed); }

  private:
    // control_plane.cpp
    void work();
    void arm();
    void take_requests();
    void patch_map(const std::map<std::uint16_t, runtime::Endpoint>& patches);
    void close_leaving(SteadyTime now);
    void doubt_roles(SteadyTime now);

    // tracking.cpp
    void control_up(ControlLink& link) override;
    void control_down(ControlLink& link, const Error& why) override;
    void control_health(ControlLink& link, Health health) override;
    void control_pushed(ControlLink& link, const wire::RespNode& push) override;
    void control_suspected(ControlLink& link) override;
    void invalidated(std::string_view tombstone);
    void look_at(ControlLink& link);
    void tell_unheard(NodeId node);
    void count_unheard();
    bool current(const ControlLink& link) const;

    ControlLinkOwner& owner() { return *this; }

    // topology_round.cpp
    struct Round;
    void begin_round(SteadyTime now);
    bool suspected(NodeId node) const;
    void ask_node(NodeId node, SteadyTime now);
    void ask_seeds(SteadyTime now);
    void ask_seed(SteadyTime now);
    bool next_seed_due(SteadyTime now) const;
    void drop_round();
    bool round_over(SteadyTime now) const;
    void finish_round(SteadyTime now);
    std::vector<ClusterView> take_views();
    void note_failure(const TopologyAsk& ask);
    bool install(const ClusterView& view);
    void store(std::shared_ptr<const SlotMap> map);
    void follow_map(const SlotMap& map);
    void open_link(const MapNode& node, std::unique_ptr<ControlLink>& link);
    void trust_again(const SlotMap& map);

    TierState& state_;
    runtime::Worker& worker_;
    MapFollower& follower_;
    std::optional<RefreshSchedule> schedule_;
    std::unique_ptr<runtime::Timer> timer_;
    SteadyTime armed_for_ = kNever;
    SteadyTime next_sweep_{};
    bool opens_links_ = false;     // to the map's nodes
    SteadyTime open_at_ = kNever;  // when it will
    std::map<NodeId, std::unique_ptr<ControlLink>> links_;
    std::vector<std::unique_ptr<ControlLink>> leaving_;  // closed, and not idle yet
    std::unique_ptr<Round> round_;
    bool answered_ = true;  // the last round was, by somebody
    bool closed_ = false;
    std::atomic<std::uint32_t> unheard_slots_{kSlots};
    std::atomic<std::uint64_t> epoch_{0};

    // Asked from any thread; one post fetches them all.
    struct Requests {
        std::vector<RefreshReason> reasons;                  // each at most once
        std::map<std::uint16_t, runtime::Endpoint> patches;  // by slot; at most kPatchesMax
        bool posted = false;
    };
    mutable Mutex mutex_;
    Requests requests_ ASIDE_GUARDED_BY(mutex_);
    std::map<NodeId, Facts> facts_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::redis
