#include "redis/read_node.h"

#include <algorithm>
#include <utility>

#include "redis/protocol/command.h"

namespace aside::redis {

namespace {

constexpr Duration kRenewEvery = std::chrono::seconds(1);  // at most
// Workers change over one after the other where there is room for one at a time; who has waited so
// long gives up its connection before it has another.
constexpr Duration kRoomPatience = std::chrono::seconds(1);
constexpr Duration kRoomRetry = std::chrono::milliseconds(10);
constexpr Duration kLargeIdle = std::chrono::seconds(30);
constexpr Duration kLargeRetry = std::chrono::seconds(1);
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
    in_doubt = false;
    if (node != nullptr) node->session_up(*this);
}

void ReadSession::link_down(const Error& why) {
    if (node != nullptr) node->session_down(*this, why);
}

void ReadSession::link_health(Health, Health after) {
    if (node != nullptr) node->session_health(*this, after);
}

void ReadSession::link_suspected() {
    if (node != nullptr) node->session_suspected(*this);
}

void ReadSession::link_unproven() {
    if (node != nullptr) node->session_unproven(*this);
}

void ReadSession::link_proven() {
    if (node != nullptr) node->session_proven(*this);
}

bool ReadSession::link_awaited() {
    if (node == nullptr) return false;
    const bool dial_awaited = node->is_main(this) && node->waiting_count_ > 0;
    return dial_awaited || node->owner_.waited_for(*this);
}

void ReadSession::probe() {
    if (probe_.under_way || !link.up() || !link.pipeline().can_start()) return;
    probe_.under_way = true;
    append_command(link.pipeline().output(), Command::ping);
    link.start(probe_);
    if (node != nullptr) probe_.stalls_before = node->owner_.stalls().total(probe_.sent_at);
}

void ReadSession::Probe::replied(const wire::RespNode&) {
    under_way = false;
    ReadNode* const of = session.node;
    if (of == nullptr || !of->is_main(&session)) return;
    const SteadyTime now = session.link.pipeline().last_heard();
    const Duration stalled = of->owner_.stalls().total(now) - stalls_before;
    of->breaker_.probe_replied(now - sent_at - stalled, now);
}

bool ReadSession::vouches(const NodeTrust& trust, NodeId id) {
    if (in_doubt || link.suspected()) return false;
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

// Null: there is no room for it.
std::unique_ptr<ReadSession> ReadNode::make_extra(LinkPurpose purpose, bool in_haste) {
    if (!main_->link.door().has_room(NodeDoor::Part::extra)) return nullptr;
    auto session = make_session(purpose);
    if (!session->link.claim_extra()) return nullptr;
    if (in_haste) {
        session->link.want_in_haste();
    } else {
        session->link.want();
    }
    return session;
}

Standing ReadNode::standing() {
    if (closed_) return Standing::down;
    Link& link = main_->link;
    if (!link.up()) {
        link.want();
        if (first_dial_ended_ && !link.redialling() && !racing_) return Standing::down;
        if (waiting_count_ >= kWaitingMax) return Standing::full;
        return first_dial_ended_ ? Standing::reconnecting : Standing::connecting;
    }
    const NodeHealth& health = link.health();
    // Each read comes by here: no look at the clock for a node that is well.
    if (!health.admits_all() && !health.admits(worker_.random(), worker_.now()))
        return Standing::suspect;
    if (late_to_prove()) {
        race();
        return waiting_count_ < kWaitingMax ? Standing::reconnecting : Standing::full;
    }
    if (session_for_read() == nullptr) return Standing::full;
    if (link.suspected()) return Standing::unproven;
    return breaker_.admits(worker_.random()) ? Standing::ready : Standing::slow;
}

bool ReadNode::seek() {
    return !closed_ && !main_->link.up() && waiting_count_ < kWaitingMax && main_->link.seek();
}

ReadSession* ReadNode::session_for_read() {
    Link& link = main_->link;
    if (late_to_prove()) return nullptr;  // whichever connection is proven first takes it
    if (link.up() && link.pipeline().receiving_large(state_.options.large_reply_bytes)) {
        if (ReadSession* const large = large_session()) return large;
    }
    return link.up() && link.pipeline().can_start() ? main_.get() : nullptr;
}

ReadSession* ReadNode::large_session() {
    const SteadyTime now = worker_.now();
    if (!large_) {
        if (now < no_large_before_ || state_.sparing()) return nullptr;
        large_ = make_extra(LinkPurpose::read_large);
        if (!large_) return nullptr;
        owner_.look_again(now + kLargeIdle);
    }
    large_used_at_ = now;
    return large_->link.up() && large_->link.pipeline().can_start() ? large_.get() : nullptr;
}

bool ReadNode::near() const {
    const std::string& zone = state_.options.zone;
    return address_.zone == zone || (main_->link.up() && main_->link.facts().zone == zone);
}

void ReadNode::expect_role(bool primary, SteadyTime now) {
    const bool as_expected = !up() || primary == (main_->link.facts().role == ServerRole::primary);
    if (as_expected || next_ || closed_ || renewed_lately(now)) {
        no_room_since_ = kNever;
        return;
    }
    no_room_since_ = std::min(no_room_since_, now);
    const bool waits =
        now - no_room_since_ < kRoomPatience && !main_->link.door().has_room(NodeDoor::Part::extra);
    if (waits) return owner_.look_again(now + kRoomRetry);
    no_room_since_ = kNever;
    renew(now);
}

bool ReadNode::renewed_lately(SteadyTime now) const {
    return renewed_at_ != SteadyTime{} && now - renewed_at_ < kRenewEvery;
}

bool ReadNode::renew(SteadyTime now) {
    if (next_) return true;
    if (closed_ || renewed_lately(now)) return false;
    renewed_at_ = now;
    next_ = make_extra(LinkPurpose::read);
    if (next_) return true;
    // The place is taken over when the old connection has answered what it was asked.
    auto fresh = make_session(LinkPurpose::read);
    fresh->link.want();
    first_dial_ended_ = false;
    owner_.retire(std::exchange(main_, std::move(fresh)));
    owner_.node_changed(*this);
    return true;
}

void ReadNode::keep_house(SteadyTime now) {
    if (!large_ || closed_) return;
    const SteadyTime idle_at = large_used_at_ + kLargeIdle;
    if (now < idle_at) return owner_.look_again(idle_at);
    if (large_->link.pipeline().under_way() == 0) return owner_.retire(std::move(large_));
    owner_.look_again(now + kLargeRetry);
}

void ReadNode::dial_anew() {
    if (!closed_) main_->link.dial_now();
}

// --- how quick it is

void ReadNode::answered(const ReadSession& by, Duration latency, SteadyTime now) {
    if (is_main(&by)) breaker_.replied(latency, now);
}

void ReadNode::gave_up(const ReadSession& by, Duration waited, SteadyTime now) {
    if (is_main(&by)) breaker_.gave_up(waited, now);
    note_late(now);
}

void ReadNode::judge_pace(Duration quickest_peer, SteadyTime now) {
    breaker_.compare(quickest_peer);
    Link& link = main_->link;
    Duration oldest{};
    // What waits behind a large reply is not overdue: bytes are coming.
    if (link.up() && !link.pipeline().receiving_large(state_.options.large_reply_bytes)) {
        const SteadyTime sent = link.pipeline().oldest_sent();
        // A stall of ours that it lived through: it has had the time since.
        if (sent != kNever) oldest = now - std::max(sent, owner_.stalls().ended_at());
    }
    if (breaker_.tick(oldest, now)) main_->probe();
    tell_pace();
}

void ReadNode::tell_pace() {
    const SlowNodes::Opinion now{breaker_.pace(), breaker_.strained()};
    const SlowNodes::Opinion before =
        std::exchange(told_pace_, closed_ ? SlowNodes::Opinion{} : now);
    if (before == told_pace_) return;
    state_.slow.change(id_, before, told_pace_);
    owner_.pace_changed(*this, before, told_pace_);
}

// A read was not answered within its budget: three in a second are a sign.
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
    tell_pace();
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
    racing_ = unproven_ = false;
    if (&session == next_.get()) {
        next_->link.take_over(main_->link);
        auto replaced = std::exchange(main_, std::move(next_));
        if (replaced->link.suspected()) {
            lose(std::move(replaced));
        } else {
            owner_.retire(std::move(replaced));
        }
    }
    owner_.node_changed(*this);
    owner_.node_ready(*this);
}

void ReadNode::session_down(ReadSession& session, const Error& why) {
    owner_.refresh(RefreshReason::connection_lost);
    if (&session == large_.get()) {
        no_large_before_ = worker_.now() + kLargeRetry;
        return owner_.retire(std::move(large_));
    }
    if (&session == next_.get()) {
        owner_.retire(std::move(next_));
        if (std::exchange(racing_, false) && main_->link.suspected())
            main_->link.break_off({Errc::connection_lost, "nor can it be dialled"});
    } else {
        state_.trust.distrust(id_);
        first_dial_ended_ = true;
        if (racing_ && next_) {  // which goes on alone
            next_->link.take_over(main_->link);
            owner_.retire(std::exchange(main_, std::move(next_)));
            return owner_.node_changed(*this);
        }
        racing_ = false;
    }
    owner_.node_changed(*this);
    // Those that wait for it since a moment ago may still have what they wait for.
    if (&session != main_.get() || !main_->link.redialling()) owner_.node_failed(*this, why.code);
}

void ReadNode::session_health(ReadSession& session, Health after) {
    if (&session == main_.get() && (after == Health::suspect || after == Health::open)) {
        state_.trust.distrust(id_);
        owner_.refresh(RefreshReason::probe_failed);
    }
    owner_.node_changed(*this);
}

// --- after a time in which this process stood still

void ReadNode::thawed(SteadyTime since, SteadyTime now) {
    if (closed_) return;
    for (const auto* session : {&main_, &next_, &large_}) {
        if (*session) (*session)->link.thawed(since, now);
    }
    breaker_.thawed(now);
}

void ReadNode::session_suspected(ReadSession& session) {
    if (&session != main_.get()) return;
    breaker_.thawed(worker_.now());
    owner_.refresh(RefreshReason::thawed);
}

void ReadNode::session_unproven(ReadSession& session) {
    if (&session != main_.get()) return;
    unproven_ = true;
    if (owner_.waited_for(session)) race();
}

void ReadNode::session_proven(ReadSession& session) {
    if (&session != main_.get()) return;
    unproven_ = false;
    if (std::exchange(racing_, false) && next_) owner_.retire(std::move(next_));
    owner_.node_ready(*this);
}

void ReadNode::race() {
    if (closed_ || next_) return;  // what is to replace it is on its way
    racing_ = true;
    next_ = make_extra(LinkPurpose::read, true);
    if (next_) return;
    auto fresh = make_session(LinkPurpose::read);
    fresh->link.want_in_haste();
    lose(std::exchange(main_, std::move(fresh)));
}

// Closed at once: what was asked there is to be asked again.
void ReadNode::lose(std::unique_ptr<ReadSession> session) {
    state_.trust.distrust(id_);
    owner_.refresh(RefreshReason::connection_lost);
    session->link.close();
    owner_.retire(std::move(session));
    owner_.node_changed(*this);
}

}  // namespace aside::redis
