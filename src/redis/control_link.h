// One control connection: hears of invalidations where its node is a primary, and asks for the
// topology.
//
// Thread rule: the control worker. Ownership: borrows the state and the owner; close() and wait for
// idle() before destroying it. A TopologyAsk belongs to its caller until it has ended, and must
// then outlive this link's requests: take_back() first if it is to go earlier.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "redis/link/link.h"
#include "redis/tier_state.h"

namespace aside::redis {

class ControlLink;

// What one node says of the cluster: CLUSTER SLOTS and CLUSTER INFO, in one write.
class TopologyAsk {
  public:
    // `ended` is called once, on the control worker, possibly inside start() or fail().
    TopologyAsk(runtime::Endpoint node, std::function<void()> ended);
    TopologyAsk(const TopologyAsk&) = delete;

    // REQUIRES: the link is up.
    void start(Link& link, SteadyTime deadline);
    void fail(Error why);
    // Its requests are given up; it has failed if it had not ended.
    void take_back(const Error& why);

    bool done() const { return outcome_.has_value(); }
    // Of one that is done. Errors: protocol, not_found (an empty answer), denied, busy
    // (LOADING…), unsupported (no cluster), timed_out, connection_lost, refused.
    const Result<ClusterView>& outcome() const { return *outcome_; }
    const std::optional<ReplyError>& said() const { return said_; }  // when it failed by a reply
    const std::string& said_text() const { return said_text_; }
    const runtime::Endpoint& node() const { return node_; }

  private:
    struct Request final : PipelineRequest {
        Request(TopologyAsk& of, void (TopologyAsk::*on_reply)(const wire::RespNode&))
            : ask(of), told(on_reply) {}
        void replied(const wire::RespNode& reply) override;
        void failed(Errc why) override;
        TopologyAsk& ask;
        void (TopologyAsk::*told)(const wire::RespNode&);
        bool under_way = false;
    };
    void slots_told(const wire::RespNode& reply);
    void info_told(const wire::RespNode& reply);
    void end(Result<ClusterView> outcome);

    const runtime::Endpoint node_;
    std::function<void()> ended_;
    Link* link_ = nullptr;
    Request slots_{*this, &TopologyAsk::slots_told};
    Request info_{*this, &TopologyAsk::info_told};
    std::optional<ClusterView> view_;
    std::optional<Result<ClusterView>> outcome_;
    std::optional<ReplyError> said_;
    std::string said_text_;
};

class ControlLinkOwner {
  public:
    virtual void control_up(ControlLink& link) = 0;
    virtual void control_down(ControlLink& link, const Error& why) = 0;
    virtual void control_health(ControlLink& link, Health health) = 0;
    virtual void control_pushed(ControlLink& link, const wire::RespNode& push) = 0;
    // It began or ceased to be suspected.
    virtual void control_suspected(ControlLink& link) = 0;

  protected:
    ~ControlLinkOwner() = default;
};

class ControlLink final : LinkOwner {
  public:
    // `node` is kNoNode for a seed.
    ControlLink(TierState& state, runtime::Worker& worker, NodeId node, runtime::Endpoint endpoint,
                bool tracks, ControlLinkOwner& owner);

    // Dials if need be; the answer, or why there is none, comes to the ask. One at a time; an ask
    // that waits for a dial fails with it. While the session is suspected it waits for the proof.
    void ask(TopologyAsk& ask, SteadyTime deadline);
    void take_back(TopologyAsk& ask);

    void want() { link_.want(); }
    void close();
    bool idle() const { return link_.idle(); }

    NodeId node() const { return node_; }
    bool tracks() const { return tracks_; }
    bool up() const { return link_.up(); }
    // It is up, and was told another role when it was opened.
    bool contradicts(bool primary) const {
        return link_.up() && (link_.facts().role == ServerRole::primary) != primary;
    }
    // Invalidations that the node sends are heard.
    bool hears() { return tracks_ && vouched(); }
    // The ask has not been sent: the next session will carry it.
    bool waits_to_ask() const { return asking_ != nullptr; }
    // It is up, and nothing speaks against it.
    bool vouched() {
        return link_.up() && !link_.suspected() && link_.health().health() == Health::good;
    }
    Link& link() { return link_; }
    const Link& link() const { return link_; }
    const runtime::Endpoint& endpoint() const { return link_.endpoint(); }

    // Kept by the owner.
    std::optional<SteadyTime> closes_at;  // its node left the map
    bool heard_before = false;            // when hears() was last looked at
    bool down_told = false;               // that it is down is known, and was acted upon
    Duration role_doubt{};  // a session opened under another role than the map's is kept so long

  private:
    void link_up(const ServerFacts& facts) override;
    void link_down(const Error& why) override;
    void link_health(Health before, Health after) override;
    void link_pushed(const wire::RespNode& push) override;
    void link_suspected() override;
    void link_proven() override;
    // By a round, or by all who want to trust the node's nils.
    bool link_awaited() override { return asking_ != nullptr || tracks_; }
    void start_ask();

    const NodeId node_;
    const bool tracks_;
    ControlLinkOwner& owner_;
    TopologyAsk* asking_ = nullptr;
    SteadyTime ask_deadline_{};
    bool ask_outlives_session_ = false;  // it has not been sent on this one, which is suspected
    Link link_;
};

}  // namespace aside::redis
