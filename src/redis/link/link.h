// A connection to one node that keeps itself alive: dials (one dial at a time, within the backoff
// and the process's dial budget), shakes hands, carries a Pipeline, notices silence, and dials
// again.
//
// A session that sat through a time in which this process stood still (link_thaw.cpp) is suspected:
// it may have died without a word. A PING is sent at once, and its answer proves the session; so
// much later it is given up: kProveWithin. Its owner may race another one against it before. Time
// in which this process is held up again does not count: many wake at once. One that died and that
// nobody waits for rests: it is dialled when it is wanted, or at a random moment of kRestMax.
//
// The thin shell around Pipeline, Handshake, Backoff and NodeHealth: it moves bytes and arms
// timers. Requests that are started in one turn of the loop leave in one write at its end. Nothing
// is queued while there is no session: who asks then is told at once. Thread rule: one worker, from
// the first call to the last. Ownership: borrows worker and environment; close() and wait for
// `idle()` before destroying it (its tasks end first).
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "redis/link/dial_budget.h"
#include "redis/link/handshake.h"
#include "redis/link/node_door.h"
#include "redis/link/node_health.h"
#include "redis/link/pipeline.h"
#include "runtime/worker.h"
#include "telemetry/metrics.h"

namespace aside::redis {

enum class LinkPurpose : std::uint8_t { read, read_large, fill, control };
std::string_view name_of(LinkPurpose purpose);

// Told when a node can be reached again for which other links wait. Any worker, inside a link's
// turn.
class ReachedNews {
  public:
    virtual void reached(const runtime::Endpoint& node) = 0;

  protected:
    ~ReachedNews() = default;
};

// What links share. Must outlive them.
struct LinkEnvironment {
    DialBudget& dials;
    NodeDoors* doors = nullptr;            // null: each link is alone
    ReachedNews* news = nullptr;           // may be null, as these:
    telemetry::Counter* tried = nullptr;   // dials
    telemetry::Counter* failed = nullptr;  // dials that brought no session about
    PasswordSource* passwords = nullptr;   // null: no AUTH
    runtime::ConnectOptions connect;       // TLS, keepalive
    Duration connect_timeout = std::chrono::milliseconds(250);
    Duration handshake_timeout = std::chrono::seconds(1);  // also of TLS, and of the passwords
    BackoffOptions backoff;
    PipelineLimits pipeline;
    HealthOptions health;
};

// Told by a link, on its worker, never inside a call to the link.
class LinkOwner {
  public:
    virtual void link_up(const ServerFacts& facts) = 0;
    // Once for each session that ended and each attempt to open one that failed, after the requests
    // that were under way have failed. `why`: refused, connection_lost, timed_out, denied,
    // protocol… Not after close().
    virtual void link_down(const Error& why) = 0;
    virtual void link_health(Health before, Health after) = 0;
    virtual void link_pushed(const wire::RespNode& push) = 0;
    // The link found by itself, by how late its timer was, that this process stood still.
    virtual void link_suspected() {}
    // The probe has not been answered in the time that answers usually take.
    virtual void link_unproven() {}
    virtual void link_proven() {}
    // False: a session that ends now need not be followed by another one yet.
    virtual bool link_awaited() { return true; }

  protected:
    ~LinkOwner() = default;
};

enum class LinkState : std::uint8_t { idle, dialling, up, waiting };

class Link final : PushHandler {
  public:
    Link(runtime::Worker& worker, LinkEnvironment& environment, LinkPurpose purpose,
         runtime::Endpoint endpoint, HandshakeWants wants, LinkOwner* owner);
    ~Link();
    Link(const Link&) = delete;

    // Dials if there is no session, none is being opened, and no backoff is waited out. A link that
    // is never asked to is never dialled; one that was keeps itself up until close().
    void want();
    // Before want(), of one beside those that its node needs: takes its place among the node's
    // connections. False: their bound is reached, and it must not be wanted. Such a link is dialled
    // once: close() it when it goes down.
    bool claim_extra();
    // This one, which is extra, replaces `other`, which is to be closed.
    void take_over(Link& other) { place_.take_over(other.place_); }
    // What waits out its backoff waits no longer; the budgets hold. What rests goes on resting.
    void dial_now();
    // A read found no copy of its slot but this node. If nobody listened there when it was dialled
    // last, it is dialled now, whatever its backoff; how often, the node's door knows. True: it is
    // redialling().
    bool seek();
    // A read waits for its first session: as DialBudget::Haste says.
    void want_in_haste() {
        hasty_ = true;
        want();
    }

    // From `since` to now this process may have stood still. Its session is suspected from now on,
    // unless that was noticed already.
    void thawed(SteadyTime since, SteadyTime now);
    bool suspected() const { return suspected_; }
    SteadyTime thawed_at() const { return thawed_at_; }  // the last time
    static constexpr Duration kProveWithin = std::chrono::milliseconds(100);
    static constexpr Duration kRestMax = std::chrono::seconds(1);

    // REQUIRES for start: up() and pipeline().can_start().
    bool up() const { return state_ == LinkState::up && !broken_; }
    Pipeline& pipeline() { return *pipeline_; }
    // Sends a request whose command was just appended to pipeline().output().
    void start(PipelineRequest& request, std::uint32_t replies_ignored, SteadyTime now);
    void start(PipelineRequest& request, std::uint32_t replies_ignored = 0) {
        start(request, replies_ignored, worker_.now());
    }
    void give_up(PipelineRequest& request) { pipeline_->give_up(request); }

    NodeHealth& health() { return health_; }
    NodeDoor& door() { return *door_; }
    const ServerFacts& facts() const { return facts_; }  // of the present session
    SteadyTime up_since() const { return up_since_; }
    // A session that was good has just been lost, or was wanted again after its rest, and the next
    // is being opened without a pause, or it is sought: it may be there in a moment.
    bool redialling() const { return redialling_ || seeking_; }
    LinkState state() const { return resting_ ? LinkState::idle : state_; }
    const runtime::Endpoint& endpoint() const { return endpoint_; }

    // A reply or an envelope showed that the stream cannot be trusted, or credentials must be
    // renewed: closes, and dials again within the backoff (`long_backoff`: at least a second; for
    // corrupt the first step of it).
    // What is under way fails a moment later, not inside the call.
    void break_off(Error why, bool long_backoff = false);
    // For good. What is under way fails with connection_lost a moment later.
    void close();
    bool idle() const { return (closed_ || !running_) && tasks_ == 0; }  // and no task is left

  private:
    // The link's own requests: the handshake's commands, one after the other; PING; AUTH.
    struct HandshakeRequest final : PipelineRequest {
        explicit HandshakeRequest(Link& of) : link(of) {}
        void replied(const wire::RespNode& reply) override { link.handshake_replied(reply); }
        void failed(Errc) override {}
        Link& link;
    };
    struct PingRequest final : PipelineRequest {
        void replied(const wire::RespNode&) override { under_way = false; }
        void failed(Errc) override { under_way = false; }
        bool under_way = false;
    };
    struct AuthRequest final : PipelineRequest {
        explicit AuthRequest(Link& of) : link(of) {}
        void replied(const wire::RespNode& reply) override { link.auth_replied(reply); }
        void failed(Errc) override { link.renewal_ended({}); }
        Link& link;
    };
    // Ends when the socket takes bytes again, or with it.
    struct WriteRoom final : runtime::IoDone {
        explicit WriteRoom(Link& of) : link(of) {}
        void io_done(Result<std::size_t> result) override { link.write_room_came(result); }
        Link& link;
        bool awaited = false;
        std::coroutine_handle<> end_waiting;  // the session's end, which must come after this
    };
    // The PING of a suspected session.
    struct ProofRequest final : PipelineRequest {
        explicit ProofRequest(Link& of) : link(of) {}
        void replied(const wire::RespNode&) override { link.proven(); }
        void failed(Errc) override { under_way = false; }
        Link& link;
        bool under_way = false;
    };
    struct WriterEnd;
    struct Nap;

    // link_session.cpp: one task from want() to close().
    void pushed(const wire::RespNode& push) override;
    runtime::Task<> run();
    runtime::Task<> wait_for_turn();
    SteadyTime ask_for_turn(SteadyTime now);
    runtime::Task<Result<void>> dial();
    runtime::Task<> carry();
    void handshake_replied(const wire::RespNode& reply);
    void take_up();
    void end_session();
    void end_rest();
    Duration backoff_after(const Error& why);
    SteadyTime take_token(SteadyTime now);

    // link_thaw.cpp: after a time in which this process stood still.
    void stood_still(SteadyTime since, SteadyTime now);
    void await_proof(SteadyTime now);
    bool proof_may_come(SteadyTime now);
    void judge_suspected(SteadyTime now);
    Duration race_after() const;
    void proven();

    // link_renewal.cpp: credentials that end.
    runtime::Task<Result<Credentials>> ask_credentials();
    runtime::Task<> renew();
    void auth_replied(const wire::RespNode& reply);
    void renewal_ended(SteadyTime next);
    void renew_by(SteadyTime end);

    // link.cpp: bytes out, and the one timer.
    void post_flush();
    void flush();
    void write_room_came(const Result<std::size_t>& result);
    void on_timer();
    void tick(SteadyTime now);
    void judge(SteadyTime now);
    void send_ping(SteadyTime now);
    void arm_by(SteadyTime when);
    void tell_health();
    void heard(SteadyTime now);

    runtime::Worker& worker_;
    LinkEnvironment& environment_;
    const LinkPurpose purpose_;
    const runtime::Endpoint endpoint_;
    const HandshakeWants wants_;
    LinkOwner* const owner_;
    const std::shared_ptr<NodeDoor> door_;
    DoorPlace place_;  // while there is a connection, or one is being opened

    LinkState state_ = LinkState::idle;
    bool running_ = false;     // want() was called
    bool closed_ = false;      // close() was
    std::uint32_t tasks_ = 0;  // and posts, which hold this

    // Of the present session.
    std::optional<Pipeline> pipeline_;
    std::unique_ptr<runtime::Stream> stream_;
    std::optional<Handshake> handshake_;  // while it goes on
    SteadyTime handshake_began_{};
    std::optional<Error> broken_;  // why it ends, once it does
    bool tried_ = false;           // dialled, and not known yet whether in vain
    bool flush_posted_ = false;
    bool write_failed_ = false;
    ServerFacts facts_;
    SteadyTime up_since_{};
    bool suspected_ = false;
    bool dial_stood_still_ = false;
    bool told_unproven_ = false;
    Duration proof_awaited_{};          // while this process ran
    SteadyTime proof_awaited_until_{};  // when that was last counted
    std::uint64_t session_ = 0;

    // Across sessions.
    NodeHealth health_;
    Health told_health_ = Health::good;
    Backoff backoff_;
    bool long_backoff_ = false;
    bool denied_before_ = false;  // since the last session that proved good
    SteadyTime not_before_{};     // the next dial
    bool redialling_ = false;
    bool resting_ = false;
    bool hasty_ = false;
    bool refused_ = false;  // nobody listened
    bool seeking_ = false;  // dialled out of its backoff, or about to be
    SteadyTime thawed_at_{};

    SteadyTime renew_at_ = kNever;
    bool renewing_ = false;
    SteadyTime renewed_until_ = kNever;  // what the AUTH under way would give

    HandshakeRequest handshake_request_{*this};
    PingRequest ping_;
    AuthRequest auth_{*this};
    ProofRequest proof_{*this};
    WriteRoom write_room_{*this};

    std::unique_ptr<runtime::Timer> timer_;
    SteadyTime armed_for_ = kNever;
    bool last_was_late_ = false;
    std::coroutine_handle<> napping_;
};

}  // namespace aside::redis
