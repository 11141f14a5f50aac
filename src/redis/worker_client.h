// One worker's reads of L2 and the connections they use.
//
// The shell around ReadPlan: it keeps the plan's alarms (read_wheel.h), sends what the plan says
// over the nodes' connections (read_node.h), and does what an answer demands beside the read:
// tells the control plane, distrusts a node, breaks off a connection. A read allocates nothing in
// steady state. At most one connection per worker and node for reads, one more while large values
// arrive and another while one is replaced, if the bound on the node's connections leaves room.
// Thread rule: one worker, except node_facts() (any thread). Ownership: borrows the state
// and the worker; close() and wait for idle() before destroying it. Errors: none; a read always
// ends, as hit, miss or unknown.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "engine/ports/remote_tier.h"
#include "redis/read_node.h"
#include "redis/read_op.h"
#include "redis/read_wheel.h"
#include "redis/tier_state.h"
#include "redis/value_codec.h"
#include "runtime/worker.h"

namespace aside::redis {

// What one worker knows of a node, for people.
struct ReadNodeFacts {
    bool known = false;  // this worker has a connection to it, or wants one
    LinkState link = LinkState::idle;
    Health health = Health::good;
    Duration p99{};
};

class WorkerClient final : ReadScene, ReadOutcomes, ReadNodeOwner {
  public:
    WorkerClient(TierState& state, runtime::Worker& worker);
    ~WorkerClient();
    WorkerClient(const WorkerClient&) = delete;

    // As RemoteTier::start_read.
    void start_read(RemoteRead& read);
    // A map was stored. To be posted to each worker after every MapHolder::store: reads that wait
    // for the first map go on, and connections to nodes that left it are closed after the drain.
    void map_changed();

    // This node, or (nothing) every node, answers again: what waits to dial it waits no longer.
    void dial_anew(const runtime::Endpoint* node = nullptr);

    // From `since` to now this process may have stood still. Told again: nothing.
    void thawed(SteadyTime since);
    // The first answer was given: connections to all copies may be opened by this time.
    void stand_by_at(SteadyTime when);

    // Every read under way ends as unknown, soon; connections close.
    void close();
    // Closed, and nothing is left.
    bool idle() const;

    // Any thread.
    ReadNodeFacts node_facts(NodeId node) const;

  private:
    struct Published {
        std::atomic<bool> known = false;
        std::atomic<LinkState> link = LinkState::idle;
        std::atomic<Health> health = Health::good;
        std::atomic<std::int64_t> p99_ns = 0;
    };

    // --- worker_client.cpp: beginning, sending, ending.
    ReadOp& take_op();
    void begin(ReadOp& op, SteadyTime now);
    void set_budget(ReadOp& op, ReadNode& node, SteadyTime now);
    void act(ReadOp& op, PlanStep step);
    PlanStep act_on_failure(ReadOp& op, std::size_t lane);
    bool ask(ReadOp& op, const PlanStep& step, SteadyTime now);
    void send(ReadLane& lane, ReadSession& session, SteadyTime now);
    bool send_time_left(ReadLane& lane, ReadSession& session);
    void end_later(ReadOp& op, UnknownReason reason);
    void run_ends();
    void end(ReadOp& op, RemoteAnswer& answer, SteadyTime now, bool give_up);
    void end_unknown(ReadOp& op, UnknownReason reason, bool give_up = false);
    void release_if_over(ReadOp& op);

    // --- read_answers.cpp: what came, and time.
    void replied(ReadOp& op, std::size_t lane, const wire::RespNode& reply) override;
    void failed(ReadOp& op, std::size_t lane, Errc why) override;
    void value_came(ReadOp& op, std::size_t lane, ReadSession& session, std::string_view bytes,
                    SteadyTime now);
    void nil_came(ReadOp& op, std::size_t lane, ReadSession& session, SteadyTime now);
    void error_came(ReadOp& op, std::size_t lane, ReadSession& session, std::string_view text,
                    SteadyTime now);
    void redirect_came(ReadOp& op, std::size_t lane, ReadSession& session, std::string_view text,
                       const ReplyMeaning& meaning);
    void apply(const ReplyMeaning& meaning, ReadSession& session, SteadyTime now);
    void pulse();
    void arm_pulse(SteadyTime now);
    void ring();
    void alarm(ReadOp& op, SteadyTime now);
    bool large_arrives(const ReadOp& op) const;
    SteadyTime end_of_budget(const ReadOp& op, SteadyTime now) const;
    void set_alarm(ReadOp& op, ReadOp::Alarm kind, SteadyTime when, SteadyTime now);

    // --- read_nodes.cpp: the map and the nodes.
    SlotCopies copies(std::uint16_t slot) override;
    Standing standing(NodeId node) override;
    bool seek(NodeId node) override;
    bool near(NodeId node) override;
    void node_ready(ReadNode& node) override;
    void node_failed(ReadNode& node, Errc why) override;
    void node_changed(const ReadNode& node) override;
    void pace_changed(const ReadNode& node, SlowNodes::Opinion before,
                      SlowNodes::Opinion after) override;
    const LoopStalls& stalls() const override { return stalls_; }
    void refresh(RefreshReason reason) override;
    void retire(std::unique_ptr<ReadSession> session) override;
    bool waited_for(const ReadSession& session) const override;
    void look_again(SteadyTime when) override { keep_house_by(when); }
    void sync_map();
    void adopt_map(SteadyTime now);
    void stand_by(SteadyTime now);
    bool misplaced(const ReadNode& node) const;
    ReadNode* node_of(NodeId id);
    ReadNode& node_at(NodeId id, const NodeAddress& address);
    std::string_view name_of_node(NodeId id);
    void discard(std::unique_ptr<ReadNode> node);
    void keep_house();
    void keep_house_by(SteadyTime when);

    TierState& state_;
    runtime::Worker& worker_;
    const unsigned index_;
    ValueDecoder decoder_;

    std::shared_ptr<const SlotMap> map_;
    std::uint64_t map_version_ = 0;
    std::uint64_t adopted_version_ = 0;                 // the nodes know of it
    std::vector<std::unique_ptr<ReadNode>> nodes_;      // by NodeId
    std::vector<std::unique_ptr<ReadNode>> discarded_;  // closed, maybe not idle
    std::vector<std::unique_ptr<ReadSession>> retired_;
    std::array<Published, kNodesMax> published_;

    std::vector<std::unique_ptr<ReadOp>> ops_;
    std::vector<ReadOp*> free_ops_;
    ReadList<ReadOp, InQueue> awaiting_map_;
    std::uint32_t awaiting_map_count_ = 0;
    SteadyTime map_awaited_until_{};  // the patience of a process that has just started
    ReadList<ReadOp, InQueue> ends_;  // to be told outside of the caller's turn
    bool ends_posted_ = false;

    ReadWheel wheel_;
    std::unique_ptr<runtime::Timer> wheel_timer_;
    SteadyTime wheel_armed_for_ = kNever;
    double hedge_tokens_ = 0;
    LoopStalls stalls_;
    std::unique_ptr<runtime::Timer> pulse_timer_;
    bool pulse_armed_ = false;
    std::unique_ptr<runtime::Timer> house_timer_;
    SteadyTime house_armed_for_ = kNever;
    SteadyTime standby_at_ = kNever;  // when nodes that nobody has asked yet are dialled
    SteadyTime thawed_since_ = SteadyTime::min();
    std::array<SteadyTime, kRefreshReasons> refreshed_at_{};
    bool closed_ = false;
};

}  // namespace aside::redis
