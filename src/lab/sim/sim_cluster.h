// A simulated cluster: primaries and replicas with views of their own that lag, replication that
// lags, failure detection, failovers, moving slots, and every misfortune a scenario may want.
//
// All nodes live on one worker of the world. Time passes for them in ticks (kTick): gossip, failure
// detection, expiry, replication and elections happen at ticks, replies whenever bytes arrive. What
// is truly held is recorded in truth(). Thread rule: the nodes' worker, or between events; tasks
// (co_await) on the nodes' worker. Ownership: owns the nodes; stop(), then let the world run until
// it is idle.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "lab/sim/sim_redis_node.h"
#include "lab/sim/truth.h"
#include "runtime/sim/world.h"

namespace aside::lab {

struct ClusterShape {
    unsigned shards = 3;
    unsigned replicas = 1;  // of each
    ServerProfile profile = ServerProfile::redis7;
    std::vector<ServerUser> users;  // empty: the default user, without a password
    bool reads_when_down = true;
    bool full_coverage = false;
    bool automatic_failover = true;
    Duration node_timeout = std::chrono::seconds(2);
    Duration gossip_every = std::chrono::milliseconds(200);
    Duration gossip_delay_max = std::chrono::milliseconds(100);
    Duration replication_lag = std::chrono::milliseconds(1);
    Duration sync_time = std::chrono::milliseconds(200);  // a full copy to a replica
};

class SimCluster final : private ServerHost {
  public:
    static constexpr Duration kTick = std::chrono::milliseconds(10);

    SimCluster(runtime::SimWorld& world, unsigned worker, ClusterShape shape);
    ~SimCluster();

    void start();
    void stop();

    NodeIndex size() const { return static_cast<NodeIndex>(members_.size()); }
    SimRedisNode& node(NodeIndex index) { return *members_[index].node; }
    ServerCore& core(NodeIndex index) { return members_[index].node->core(); }
    NodeName& name(NodeIndex index) { return names_[index]; }
    const runtime::Endpoint& at(NodeIndex index) const { return members_[index].node->at(); }
    std::vector<runtime::Endpoint> seeds() const;
    Truth& truth() { return truth_; }
    runtime::SimWorker& worker() { return worker_; }
    ClusterShape& shape() { return shape_; }
    Random& random() { return random_; }

    // The node with the newest claim to a slot.
    NodeIndex owner(std::uint16_t slot) const { return owners_[slot]; }
    std::vector<NodeIndex> primaries() const;  // who own slots
    std::vector<NodeIndex> replicas_of(NodeIndex primary) const;
    // Every node that runs sees the same owners.
    bool converged() const;
    void set_replication_lag(NodeIndex replica, Duration lag) { members_[replica].lag = lag; }

    // --- misfortunes (cluster_faults.cpp)
    void kill(NodeIndex index);
    void restart(NodeIndex index, bool with_data);
    void freeze(NodeIndex index) { node(index).freeze(); }
    void thaw(NodeIndex index) { node(index).thaw(); }
    // Nodes of different groups do not hear each other; clients reach all of them.
    void set_group(NodeIndex index, unsigned group) { members_[index].group = group; }
    void heal();
    void flush(NodeIndex index);
    void evict(NodeIndex index, unsigned keys);
    void reset(NodeIndex index);   // CLUSTER RESET: alone, with no slots
    void forget(NodeIndex index);  // by all others; it does not know

    // --- failovers (cluster_failover.cpp)
    // This replica takes over now, whatever it lacks.
    void promote(NodeIndex replica);
    // CLUSTER FAILOVER: writes pause until the replica has all, then it takes over.
    runtime::Task<> manual_failover(NodeIndex replica);

    // --- slots (cluster_moves.cpp)
    // Key by key, as redis-cli --cluster reshard; or whole, as Valkey 9 can.
    runtime::Task<> move_slot(std::uint16_t slot, NodeIndex to, Duration per_key);
    runtime::Task<> move_slots(std::vector<std::uint16_t> slots, NodeIndex to, Duration per_slot);
    runtime::Task<> move_atomically(std::vector<std::uint16_t> slots, NodeIndex to, Duration pause);
    // A primary without slots and its replicas; gives its index.
    NodeIndex add_shard();
    // Up to `count` slots of this node.
    std::vector<std::uint16_t> slots_of(NodeIndex index, std::size_t count) const;

  private:
    enum class Link : std::uint8_t { down, syncing, up };
    struct Sent {
        SteadyTime due;
        Effect effect;
    };
    struct Member {
        std::unique_ptr<SimRedisNode> node;
        unsigned group = 0;
        Duration lag{};
        std::shared_ptr<const Claim> claim;
        std::uint64_t claimed_at = ~std::uint64_t{0};
        // Replication towards this node.
        Link link = Link::down;
        NodeIndex from = kNobody;
        SteadyTime synced_at{};
        std::deque<Sent> stream;
        // Cluster state.
        SteadyTime down_until{};
        bool had_majority = true;
        bool has_data = true;
        SteadyTime elect_at = kNever;
    };
    struct Said {
        SteadyTime due;
        NodeIndex to;
        std::shared_ptr<const Claim> claim;
    };

    // ServerHost
    SteadyTime now() const override { return world_.now(); }
    void wrote(ServerCore& core, const Effect& effect) override;
    void answered(ServerCore& core, std::string_view name) override;
    void lied(ServerCore& core, std::string_view name) override;
    void violated(ServerCore& core, const std::string& what) override;

    NodeIndex add_node(NodeIndex primary);
    void tick();

    // cluster_gossip.cpp
    bool hear_each_other(NodeIndex a, NodeIndex b) const;
    std::shared_ptr<const Claim> claim_of(NodeIndex index);
    void say(NodeIndex index);
    void deliver();
    void heard(NodeIndex index, const std::shared_ptr<const Claim>& claim);
    void judge_peers(NodeIndex index);
    bool suspects(NodeIndex index, NodeIndex peer) const;
    void judge_state(NodeIndex index);

    // cluster_replication.cpp
    void replicate(NodeIndex primary, const Effect& effect);
    void catch_up(NodeIndex replica);
    void begin_sync(NodeIndex replica);
    void follow(NodeIndex replica, NodeIndex primary);
    void lose_stream(NodeIndex replica);

    // cluster_failover.cpp
    void consider_election(NodeIndex replica);
    void take_over(NodeIndex replica, const SlotSet& slots);

    // cluster_moves.cpp
    void own(NodeIndex index, std::uint16_t slot);
    void judge_names(const SlotSet& slots);
    const StoredValue* truly_held(std::string_view name, std::uint16_t slot) const;
    bool decides(const ServerCore& core, std::uint16_t slot) const;
    void migrate_key(const std::string& name, NodeIndex from, NodeIndex to);
    void settle_slot(std::uint16_t slot, NodeIndex from, NodeIndex to);

    runtime::SimWorld& world_;
    runtime::SimWorker& worker_;
    const unsigned worker_index_;
    ClusterShape shape_;
    Random random_;
    std::vector<NodeName> names_;
    std::vector<Member> members_;
    std::array<NodeIndex, kSlotCount> owners_{};
    std::uint64_t newest_epoch_ = 0;
    std::vector<Said> said_;
    SteadyTime next_gossip_{};
    SteadyTime next_judgement_{};
    Truth truth_;
    std::unique_ptr<runtime::Timer> timer_;
    bool stopped_ = false;
};

}  // namespace aside::lab
