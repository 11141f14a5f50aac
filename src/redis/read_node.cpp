#include "redis/read_node.h"

#include <utility>

namespace aside::redis {

namespace {

constexpr Duration kRenewEvery = std::chrono::seconds(1);  // at most
constexpr Duration kLateWindow = std::chrono::seconds(1);
constexpr std::uint32_t kLateSign = 3;  // reads without an answer in a window

HandshakeWants wants_of_reads() {
    HandshakeWants wants;
    wants.read_from_replica = true;
    return wants;
}

}  // namespace

ReadSession::ReadSession(ReadNode& of, TierState& state, runtime::Worker& worker,
                         LinkPurpose purpose, const runtime::Endpoint& endpoint)
    : link(worker, state.links, purpose, endpoint, wants_of_reads(), this), node(&of) {}

void ReadSession::link_up(const ServerFacts&) {
    if (node != nullptr) node->session_up(*this);
}

void ReadSession::link_down(const Error& why) {
    if (node != nullptr) node->session_down(*this, why);
}

void ReadSession::link_health(Health, Health after) {
    if (node != nullptr) node->session_health(*this, after);
}

bool ReadSession::vouches(const NodeTrust& trust, NodeId id) {
    return link.up() && link.facts().role == ServerRole::primary &&
           link.health().health() == Health::good && trust.trusted(id);
}

ReadNode::ReadNode(ReadNodeOwner& owner, TierState& state, runtime::Worker& worker, NodeId id,
                   NodeAddress address)
    : owner_(owner),
      state_(state),
      worker_(worker),
      id_(id),
      address_(std::move(address)),
      name_(runtime::to_string(address_.endpoint)),
      main_(make_session(LinkPurpose::read)) {}

std::unique_ptr<ReadSession> ReadNode::make_session(LinkPurpose purpose) {
    return std::make_unique<ReadSession>(*this, state_, worker_, purpose, address_.endpoint);
}

Standing ReadNode::standing(SteadyTime now) {
    if (closed_) return Standing::down;
    Link& link = main_->link;
    if (!link.up()) {
        link.want();
        if (first_dial_ended_) return Standing::down;
        return waiting_count_ < kWaitingMax ? Standing::connecting : Standing::full;
    }
    if (!link.health().admits(worker_.random(), now)) return Standing::suspect;
    return session_for_read() != nullptr ? Standing::ready : Standing::full;
}

ReadSession* ReadNode::session_for_read() {
    Link& link = main_->link;
    if (link.up() && link.pipeline().receiving_large(state_.options.large_reply_bytes)) {
        if (!large_) large_ = make_session(LinkPurpose::read_large);
        large_->link.want();
        if (large_->link.up() && large_->link.pipeline().can_start()) return large_.get();
    }
    return link.up() && link.pipeline().can_start() ? main_.get() : nullptr;
}

bool ReadNode::near() const {
    const std::string& zone = state_.options.zone;
    return address_.zone == zone || (main_->link.up() && main_->link.facts().zone == zone);
}

void ReadNode::expect_role(bool primary, SteadyTime now) {
    if (!main_->link.up()) return;
    if (primary != (main_->link.facts().role == ServerRole::primary)) renew(now);
}

bool ReadNode::renew(SteadyTime now) {
    if (next_) return true;
    const bool lately = renewed_at_ != SteadyTime{} && now - renewed_at_ < kRenewEvery;
    if (closed_ || lately) return false;
    renewed_at_ = now;
    open_next();
    return true;
}

void ReadNode::dial_anew() {
    if (!closed_ && !next_ && link_state() == LinkState::waiting) open_next();
}

void ReadNode::open_next() {
    next_ = make_session(LinkPurpose::read);
    next_->link.want();
}

void ReadNode::note_late(SteadyTime now) {
    if (now - late_since_ > kLateWindow) {
        late_since_ = now;
        late_ = 0;
    }
    if (++late_ == kLateSign) owner_.refresh(RefreshReason::probe_failed);
}

void ReadNode::wait(ReadLane& lane) {
    waiting_.push_back(lane);
    ++waiting_count_;
}

void ReadNode::leave(ReadLane& lane) {
    if (!lane.in_list()) return;
    static_cast<ReadHook<InRoom>&>(lane).leave();
    --waiting_count_;
}

ReadLane* ReadNode::pop_waiting() {
    if (waiting_.empty()) return nullptr;
    --waiting_count_;
    return &waiting_.pop_front();
}

void ReadNode::close() {
    if (closed_) return;
    closed_ = true;
    for (auto* session : {&main_, &next_, &large_}) {
        if (*session) (*session)->link.close();
    }
    owner_.node_failed(*this, Errc::cancelled);
}

bool ReadNode::idle() const {
    return closed_ && main_->link.idle() && (!next_ || next_->link.idle()) &&
           (!large_ || large_->link.idle());
}

void ReadNode::session_up(ReadSession& session) {
    if (&session == large_.get()) return;
    first_dial_ended_ = true;
    if (&session == next_.get()) {
        owner_.retire(std::exchange(main_, std::move(next_)));
    }
    owner_.node_changed(*this);
    owner_.node_ready(*this);
}

void ReadNode::session_down(ReadSession& session, const Error& why) {
    owner_.refresh(RefreshReason::connection_lost);
    if (&session == large_.get()) return;
    if (&session == next_.get()) {
        owner_.retire(std::move(next_));
    } else {
        state_.trust.distrust(id_);
        first_dial_ended_ = true;
    }
    owner_.node_changed(*this);
    owner_.node_failed(*this, why.code);
}

void ReadNode::session_health(ReadSession& session, Health after) {
    if (&session == main_.get() && (after == Health::suspect || after == Health::open)) {
        state_.trust.distrust(id_);
        owner_.refresh(RefreshReason::probe_failed);
    }
    owner_.node_changed(*this);
}

}  // namespace aside::redis
