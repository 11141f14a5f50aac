// One node as one worker reads from it: the connections, and the reads that wait for the first of
// them.
//
// A connection is replaced by opening another beside it and changing over when that one is up: when
// the map says another role than the session was opened with, and when the node redirects to
// itself. Where the bound on the node's connections leaves no room for another, the first is given
// up before the second is dialled. Large replies hold up what is behind them, so while one arrives
// new reads take a second connection, if there is room; it is closed when it was idle for a while.
// A connection that sat through a time in which this process stood still is suspected (link.h). It
// is still sent what is read, behind the PING whose answer proves it: most are fine. If that does
// not come in time and somebody waits, another one is raced against it, and reads wait for either;
// when the new one is up first the old one is closed, and what was asked on it is asked again. Such
// a node's nil counts when a map made since confirms it, as after any loss. How quick the node is
// is judged by the first connection alone (link/latency_breaker.h), whose judgement outlives it.
// Thread rule: one worker. Ownership: borrows owner, state and worker; a retired
// session is the owner's, which destroys it when it is idle.
#pragma once

#include <memory>

#include "redis/link/latency_breaker.h"
#include "redis/link/link.h"
#include "redis/link/loop_stalls.h"
#include "redis/read_op.h"
#include "redis/tier_state.h"

namespace aside::redis {

// A connection and whose it is.
class ReadSession final : public LinkOwner {
  public:
    ReadSession(ReadNode& node, TierState& state, runtime::Worker& worker, LinkPurpose purpose,
                const runtime::Endpoint& endpoint);

    void link_up(const ServerFacts& facts) override;
    void link_down(const Error& why) override;
    void link_health(Health before, Health after) override;
    void link_pushed(const wire::RespNode&) override {}
    void link_suspected() override;
    void link_unproven() override;
    void link_proven() override;
    bool link_awaited() override;

    // Sends a PING whose answer is timed for the node's breaker.
    void probe();

    // May a nil that comes by it count, if the node is the slot's primary?
    bool vouches(const NodeTrust& trust, NodeId id);

    Link link;
    ReadNode* node;         // null: retired
    SteadyTime close_by{};  // of a retired one: at the latest
    // Bytes came that do not verify, and nothing since that does: replies may be out of step.
    bool in_doubt = false;

  private:
    struct Probe final : PipelineRequest {
        explicit Probe(ReadSession& of) : session(of) {}
        void replied(const wire::RespNode& reply) override;
        void failed(Errc) override { under_way = false; }
        ReadSession& session;
        Duration stalls_before{};
        bool under_way = false;
    };
    Probe probe_{*this};
};

class ReadNodeOwner {
  public:
    // Those that wait may be sent.
    virtual void node_ready(ReadNode& node) = 0;
    // What they waited for did not come about.
    virtual void node_failed(ReadNode& node, Errc why) = 0;
    virtual void node_changed(const ReadNode& node) = 0;
    virtual void pace_changed(const ReadNode& node, SlowNodes::Opinion before,
                              SlowNodes::Opinion after) = 0;
    virtual const LoopStalls& stalls() const = 0;
    virtual void refresh(RefreshReason reason) = 0;
    virtual void retire(std::unique_ptr<ReadSession> session) = 0;
    // A read has been sent there and not been answered.
    virtual bool waited_for(const ReadSession& session) const = 0;
    // keep_house() is to be called at that time.
    virtual void look_again(SteadyTime when) = 0;

  protected:
    ~ReadNodeOwner() = default;
};

class ReadNode {
  public:
    static constexpr std::uint32_t kWaitingMax = 512;

    ReadNode(ReadNodeOwner& owner, TierState& state, runtime::Worker& worker, NodeId id,
             NodeAddress address);

    // Also asks for the connection, if nobody has.
    Standing standing();
    // The connection for a read that is sent now; null: none takes any.
    ReadSession* session_for_read();
    bool is_main(const ReadSession* session) const { return session == main_.get(); }
    bool near() const;

    // The role by the map in force.
    void expect_role(bool primary, SteadyTime now);
    // Opens another connection, to change over to. False: it did so a moment ago.
    bool renew(SteadyTime now);
    void keep_house(SteadyTime now);

    // Down, and no other copy is there: looks whether it is back. True: reads may wait for it.
    bool seek();
    // Dials at once where the connection waits to be dialled again.
    void dial_anew();
    // From `since` to now this process may have stood still.
    void thawed(SteadyTime since, SteadyTime now);

    // A read got its answer after so long, or was given up; our own stalls are taken off.
    void answered(const ReadSession& by, Duration latency, SteadyTime now);
    void gave_up(const ReadSession& by, Duration waited, SteadyTime now);
    const LatencyBreaker& breaker() const { return breaker_; }
    // As LatencyBreaker's compare and tick, from time to time.
    Duration present(SteadyTime now) const { return breaker_.present(now); }
    void judge_pace(Duration quickest_peer, SteadyTime now);

    void wait(ReadLane& lane);
    void leave(ReadLane& lane);
    ReadLane* pop_waiting();

    void close();
    bool idle() const;

    NodeId id() const { return id_; }
    const runtime::Endpoint& endpoint() const { return address_.endpoint; }
    const std::string& name() const { return name_; }
    NodeHealth& health() const { return main_->link.health(); }
    LinkState link_state() const { return main_->link.state(); }
    bool up() const { return main_->link.up(); }

    SteadyTime close_at = kNever;  // it left the map
    std::uint32_t replies = 0;

  private:
    friend class ReadSession;
    void session_up(ReadSession& session);
    void session_down(ReadSession& session, const Error& why);
    void session_health(ReadSession& session, Health after);
    void session_suspected(ReadSession& session);
    void session_unproven(ReadSession& session);
    void session_proven(ReadSession& session);
    void race();
    void lose(std::unique_ptr<ReadSession> session);
    bool late_to_prove() const { return unproven_ && main_->link.suspected(); }
    std::unique_ptr<ReadSession> make_session(LinkPurpose purpose);
    std::unique_ptr<ReadSession> make_extra(LinkPurpose purpose, bool in_haste = false);
    ReadSession* large_session();
    bool renewed_lately(SteadyTime now) const;
    void note_late(SteadyTime now);
    void tell_pace();

    ReadNodeOwner& owner_;
    TierState& state_;
    runtime::Worker& worker_;
    const NodeId id_;
    const NodeAddress address_;
    const std::string name_;
    std::unique_ptr<ReadSession> main_;
    std::unique_ptr<ReadSession> next_;   // to replace main_ when it is up
    std::unique_ptr<ReadSession> large_;  // made when wanted
    SteadyTime large_used_at_{};
    SteadyTime no_large_before_{};
    bool first_dial_ended_ = false;
    bool closed_ = false;
    bool unproven_ = false;  // main_ is suspected, and its proof is late
    bool racing_ = false;  // next_ (or main_, where there was no room for two) is dialled for that
    SteadyTime renewed_at_{};
    // Since when another role is expected, and there is no room to change over.
    SteadyTime no_room_since_ = kNever;
    LatencyBreaker breaker_;
    SlowNodes::Opinion told_pace_;
    SteadyTime late_since_{};
    std::uint32_t late_ = 0;
    ReadList<ReadLane, InRoom> waiting_;
    std::uint32_t waiting_count_ = 0;
};

}  // namespace aside::redis
