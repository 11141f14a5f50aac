// A connection to one node that keeps itself alive: dials (one dial at a time, within the backoff
// and the process's dial budget), shakes hands, carries a Pipeline, notices silence, and dials
// again.
//
// The thin shell around Pipeline, Handshake, Backoff and NodeHealth: it moves bytes and arms
// timers. Requests that are started in one turn of the loop leave in one write at its end. Nothing
// is queued while there is no session: who asks then is told at once. Thread rule: one worker, from
// the first call to the last. Ownership: borrows worker and environment; close() and wait for
// `idle()` before destroying it (its tasks end first).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "redis/link/dial_budget.h"
#include "redis/link/handshake.h"
#include "redis/link/node_health.h"
#include "redis/link/pipeline.h"
#include "runtime/worker.h"

namespace aside::redis {

enum class LinkPurpose : std::uint8_t { read, read_large, fill, control };
std::string_view name_of(LinkPurpose purpose);

// What links share. Must outlive them.
struct LinkEnvironment {
    DialBudget& dials;
    PasswordSource* passwords = nullptr;  // null: no AUTH
    runtime::ConnectOptions connect;      // TLS, keepalive
    Duration connect_timeout = std::chrono::milliseconds(250);
    Duration handshake_timeout = std::chrono::seconds(1);
    BackoffOptions backoff;
    PipelineLimits pipeline;
    HealthOptions health;
};

// Told by a link, on its worker, never inside a call to the link.
class LinkOwner {
  public:
    virtual void link_up(const ServerFacts& facts) = 0;
    // `why`: refused, connection_lost, timed_out, denied, protocol…; with `pending` requests
    // failed.
    virtual void link_down(const Error& why) = 0;
    virtual void link_health(Health before, Health after) = 0;
    virtual void link_pushed(const wire::RespNode& push) = 0;

  protected:
    ~LinkOwner() = default;
};

enum class LinkState : std::uint8_t { idle, dialling, up, waiting };

class Link {
  public:
    Link(runtime::Worker& worker, LinkEnvironment& environment, LinkPurpose purpose,
         runtime::Endpoint endpoint, HandshakeWants wants, LinkOwner* owner);
    ~Link();

    // Dials if there is no session and none is being opened. A link that is never asked to is never
    // dialled; one that was keeps itself up until close().
    void want();

    // REQUIRES for start: up() and pipeline().can_start().
    bool up() const;
    Pipeline& pipeline();
    // Sends a request whose command was just appended to pipeline().output().
    void start(PipelineRequest& request, std::uint32_t replies_ignored = 0);
    void give_up(PipelineRequest& request);

    NodeHealth& health();
    const ServerFacts& facts() const;  // of the present session
    SteadyTime up_since() const;
    LinkState state() const;
    const runtime::Endpoint& endpoint() const;

    // A reply or an envelope showed that the stream cannot be trusted, or credentials must be
    // renewed: closes, and dials again within the backoff (`long_backoff`: at least a second).
    void break_off(Error why, bool long_backoff = false);
    // For good.
    void close();
    bool idle() const;  // closed, and no task of its own is left
};

}  // namespace aside::redis
