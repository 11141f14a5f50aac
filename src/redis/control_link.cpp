#include "redis/control_link.h"

#include <utility>

namespace aside::redis {

ControlLink::ControlLink(TierState& state, runtime::Worker& worker, NodeId node,
                         runtime::Endpoint endpoint, bool tracks, ControlLinkOwner& owner)
    : node_(node),
      tracks_(tracks),
      owner_(owner),
      link_(worker, state.links, LinkPurpose::control, std::move(endpoint),
            {.client_name = "aside",
             .read_from_replica = false,
             .track_prefix = tracks ? state.names.tombstone_prefix() : std::string()},
            this) {}

void ControlLink::ask(TopologyAsk& ask, SteadyTime deadline) {
    asking_ = &ask;
    ask_deadline_ = deadline;
    ask_outlives_session_ = link_.up() && link_.suspected();
    if (link_.up()) {
        if (!ask_outlives_session_) start_ask();
        return;
    }
    if (link_.state() == LinkState::waiting) {
        std::exchange(asking_, nullptr)->fail({Errc::refused, "the node is not connected"});
        return;
    }
    link_.want();
}

void ControlLink::start_ask() {
    std::exchange(asking_, nullptr)->start(link_, ask_deadline_);
}

void ControlLink::take_back(TopologyAsk& ask) {
    if (asking_ == &ask) asking_ = nullptr;
    ask.take_back({Errc::timed_out, "no answer about the topology in time"});
}

void ControlLink::close() {
    if (asking_ != nullptr) {
        std::exchange(asking_, nullptr)->fail({Errc::cancelled, "the connection is closed"});
    }
    link_.close();
}

void ControlLink::link_up(const ServerFacts&) {
    owner_.control_up(*this);
    if (asking_ != nullptr) start_ask();
}

void ControlLink::link_down(const Error& why) {
    if (asking_ != nullptr && !std::exchange(ask_outlives_session_, false))
        std::exchange(asking_, nullptr)->fail(why);
    owner_.control_down(*this, why);
    // A seed's was for one question, which has ended with it: nobody wants another.
    if (node_ == kNoNode) link_.close();
}

void ControlLink::link_suspected() {
    owner_.control_suspected(*this);
}

void ControlLink::link_proven() {
    owner_.control_suspected(*this);
    if (asking_ != nullptr) start_ask();
}

void ControlLink::link_health(Health, Health after) {
    owner_.control_health(*this, after);
}

void ControlLink::link_pushed(const wire::RespNode& push) {
    owner_.control_pushed(*this, push);
}

}  // namespace aside::redis
