// What comes of asks, and the alarms of reads.
#include <algorithm>
#include <string>
#include <utility>

#include "redis/worker_client.h"

namespace aside::redis {

namespace {

// A node that is loading or busy is left alone for so long.
constexpr Duration kNotNow = std::chrono::milliseconds(250);
constexpr Duration kPulse = std::chrono::milliseconds(10);
constexpr Duration kStall = std::chrono::milliseconds(20);  // of our loop: no node is judged
constexpr std::uint32_t kPublishMask = 255;  // what is known of a node, every so many replies

RefreshReason refresh_reason(ReplyError error) {
    switch (error) {
        case ReplyError::moved:
            return RefreshReason::moved;
        case ReplyError::read_only:
            return RefreshReason::read_only;
        default:
            return RefreshReason::cluster_down;
    }
}

}  // namespace

void WorkerClient::replied(ReadOp& op, std::size_t index, const wire::RespNode& reply) {
    ReadLane& lane = op.lanes[index];
    ReadSession& session = *lane.session;
    const SteadyTime now = session.link.pipeline().last_heard();
    const Duration stalled = stalls_.total(now) - lane.stalls_before;
    const Duration latency = now - lane.sent_at - stalled;
    session.link.health().replied_after(latency);
    if (session.node != nullptr) {
        session.node->answered(session, latency, now);
        if ((++session.node->replies & kPublishMask) == 0) node_changed(*session.node);
    }
    lane.session = nullptr;
    if (op.read == nullptr) return release_if_over(op);
    switch (reply.type) {
        case wire::RespType::bulk_string:
            return value_came(op, index, session, reply.text, now);
        case wire::RespType::null:
            return nil_came(op, index, session, now);
        case wire::RespType::error:
            return error_came(op, index, session, reply.text, now);
        default:
            session.link.break_off(Error{Errc::protocol, "no reply to GET is of this type", 0});
            return act(op, op.plan.mismatch(index, *this));
    }
}

void WorkerClient::value_came(ReadOp& op, std::size_t index, ReadSession& session,
                              std::string_view bytes, SteadyTime now) {
    ReadLane& lane = op.lanes[index];
    const RemoteKey key = op.read->key;
    RemoteAnswer answer;
    const bool raw = stored_raw(key.kind, state_.options);
    const auto decoded = decoder_.decode(key, bytes, lane.time_left.left,
                                         raw ? worker_.wall_now() : WallTime{}, answer);
    if (!decoded) {
        if (decoded.error().code == Errc::corrupt) {
            state_.metrics.mismatches.add(index_);
            if (state_.log)
                state_.log->warning("l2.mismatch", {{"node", name_of_node(lane.asked)}});
            if (session.link.door().may_break_off(now)) {
                session.link.break_off(Error{Errc::corrupt, "a value does not verify", 0});
            }
            session.in_doubt = true;
        }
        return act(op, op.plan.mismatch(index, *this));
    }
    if (!raw) session.in_doubt = false;
    const PlanStep step = op.plan.value(index);
    answer.state = step.state;
    answer.heard_at = now;
    answer.node = name_of_node(lane.asked);
    answer.from_replica = session.link.facts().role == ServerRole::replica;
    if (!answer.from_replica) state_.cold.note(lane.asked, true, now);
    end(op, answer, now, false);
}

void WorkerClient::nil_came(ReadOp& op, std::size_t index, ReadSession& session, SteadyTime now) {
    ReadLane& lane = op.lanes[index];
    const bool vouched = session.vouches(state_.trust, lane.asked);
    // It may be no proof that the key is nowhere, but what it comes of falls on the origin.
    if (op.plan.speaks_for_slot(index, *this)) {
        state_.cold.note(lane.asked, false, now);
        op.lacked_by = lane.asked;
    }
    const PlanStep step = op.plan.nil(index, vouched, *this);
    if (step.kind != PlanStep::Kind::done || step.state != RemoteState::miss) {
        state_.metrics.untrusted_nils.add(index_);
        const MapNode* const in_map = map_->node(lane.asked);
        if (in_map != nullptr) node_of(lane.asked)->expect_role(in_map->primary, now);
        return act(op, step);
    }
    RemoteAnswer answer;
    answer.state = RemoteState::miss;
    answer.node = name_of_node(lane.asked);
    answer.shard_cold = state_.cold.cold(lane.asked);
    end(op, answer, now, false);
}

void WorkerClient::error_came(ReadOp& op, std::size_t index, ReadSession& session,
                              std::string_view text, SteadyTime now) {
    const ReplyError error = classify(text);
    const ReplyMeaning& meaning = meaning_of(error);
    if (error == ReplyError::moved || error == ReplyError::ask)
        return redirect_came(op, index, session, text, meaning);
    apply(meaning, session, now);
    act(op, op.plan.error(index, meaning, *this));
}

// What an error says beyond this read.
void WorkerClient::apply(const ReplyMeaning& meaning, ReadSession& session, SteadyTime now) {
    if (meaning.alarm && state_.log) {
        state_.log->error("l2.error", {{"node", runtime::to_string(session.link.endpoint())},
                                       {"error", name_of(meaning.error)}});
    }
    if (meaning.node == NodeEffect::not_now) session.link.health().not_now(now + kNotNow);
    if (meaning.node == NodeEffect::demoted && session.node != nullptr)
        state_.trust.distrust(session.node->id());
    if (meaning.node == NodeEffect::cut_off && session.node != nullptr)
        state_.trust.cut_off(session.node->id());
    if (meaning.refresh_map) refresh(refresh_reason(meaning.error));
    if (meaning.link != LinkStep::keep) {
        session.link.break_off(Error{Errc::denied, std::string(name_of(meaning.error)), 0},
                               meaning.link == LinkStep::close_long);
    }
}

void WorkerClient::redirect_came(ReadOp& op, std::size_t index, ReadSession& session,
                                 std::string_view text, const ReplyMeaning& meaning) {
    const bool moved = meaning.error == ReplyError::moved;
    (moved ? state_.metrics.redirects_moved : state_.metrics.redirects_ask).add(index_);
    const auto redirect = parse_redirect(text);
    NodeAddress to;
    NodeId id = kNoNode;
    if (redirect) {
        const runtime::Endpoint& from = session.link.endpoint();
        to.endpoint = {redirect->host.empty() ? from.host : std::string(redirect->host),
                       redirect->port};
        id = state_.numbers.number_of(to);
    }
    if (id >= kNodesMax) {
        refresh(RefreshReason::unknown_node);
        return act(op, op.plan.redirect(index, meaning, std::nullopt, false, *this));
    }
    const bool to_itself = id == op.lanes[index].asked;
    if (moved && to_itself) refresh(RefreshReason::moved);
    if (moved && copies(op.slot).primary != id && state_.control != nullptr)
        state_.control->moved(op.slot, to.endpoint);
    ReadNode& node = node_at(id, to);
    PlanStep step = op.plan.redirect(index, meaning, id, to_itself, *this);
    // The connection it came by has been replaced since: the new one is fresh enough.
    if (step.kind == PlanStep::Kind::ask_afresh && !node.is_main(&session))
        step.kind = PlanStep::Kind::ask;
    act(op, step);
}

void WorkerClient::failed(ReadOp& op, std::size_t index, Errc why) {
    op.lanes[index].session = nullptr;
    if (op.read == nullptr) return release_if_over(op);
    act(op, op.plan.failed(index, why, *this));
}

// --- time

void WorkerClient::set_alarm(ReadOp& op, ReadOp::Alarm kind, SteadyTime when, SteadyTime now) {
    op.alarm = kind;
    wheel_.set(op, when, now);
    const SteadyTime next = wheel_.next();
    if (next >= wheel_armed_for_) return;
    wheel_armed_for_ = next;
    wheel_timer_->arm(next);
}

void WorkerClient::ring() {
    wheel_armed_for_ = kNever;
    const SteadyTime now = worker_.now();
    wheel_.ring(now, [&](ReadOp& op) { alarm(op, now); });
    const SteadyTime next = wheel_.next();
    if (next >= wheel_armed_for_) return;
    wheel_armed_for_ = next;
    wheel_timer_->arm(next);
}

// While our own loop stood still nobody could answer: that time is not of the budget, but is of the
// deadline.
SteadyTime WorkerClient::end_of_budget(const ReadOp& op, SteadyTime now) const {
    const SteadyTime latest = op.started + (op.read->deadline - op.started) / 2;
    const Duration stalled = stalls_.total(now) - op.stalls_before;
    return std::min(latest, op.over_at + stalled);
}

// Its value is large and on its way: to send for it twice would only make both late.
bool WorkerClient::large_arrives(const ReadOp& op) const {
    return std::ranges::any_of(op.lanes, [&](const ReadLane& lane) {
        return lane.session != nullptr && lane.session->link.pipeline().receiving_large(
                                              lane, state_.options.large_reply_bytes);
    });
}

void WorkerClient::arm_pulse(SteadyTime now) {
    pulse_armed_ = true;
    stalls_.expect(now + kPulse);
    pulse_timer_->arm(now + kPulse);
}

// Compares the nodes with each other, and sees how long our loop stood still.
void WorkerClient::pulse() {
    const SteadyTime now = worker_.now();
    pulse_armed_ = false;
    stalls_.pulsed(now);
    const bool stalled = stalls_.last() > kStall;
    if (stalled) state_.metrics.stalls.add(index_);
    bool go_on = ops_.size() > free_ops_.size();
    // The quickest, and the quickest of the others.
    Duration quickest = LatencyBreaker::kUnknown, next = LatencyBreaker::kUnknown;
    const ReadNode* best = nullptr;
    for (const auto& node : nodes_) {
        if (node == nullptr || stalled) continue;
        const Duration present = node->present(now);
        if (present < quickest) {
            next = std::exchange(quickest, present);
            best = node.get();
        } else {
            next = std::min(next, present);
        }
    }
    for (const auto& node : nodes_) {
        if (node == nullptr) continue;
        if (!stalled) node->judge_pace(node.get() == best ? next : quickest, now);
        go_on |= node->breaker().strained();
    }
    if (go_on && !closed_) arm_pulse(now);
}

void WorkerClient::alarm(ReadOp& op, SteadyTime now) {
    switch (op.alarm) {
        case ReadOp::Alarm::hedge: {
            set_alarm(op, ReadOp::Alarm::second_ask, op.second_at, now);
            if (hedge_tokens_ < 1 || large_arrives(op) || state_.sparing()) return;
            const PlanStep step = op.plan.late(true, *this);
            if (step.kind != PlanStep::Kind::ask) return;
            hedge_tokens_ -= 1;
            state_.metrics.reads_hedged.add(index_);
            return act(op, step);
        }
        case ReadOp::Alarm::second_ask:
            set_alarm(op, ReadOp::Alarm::over, op.over_at, now);
            // No other copy is dialled for that alone before the first answer.
            if (large_arrives(op) || state_.sparing()) return;
            return act(op, op.plan.late(false, *this));
        case ReadOp::Alarm::over: {
            const SteadyTime end = end_of_budget(op, now);
            if (end > now) return set_alarm(op, ReadOp::Alarm::over, end, now);
            state_.metrics.reads_over.add(index_);
            const PlanStep step = op.plan.over();
            const bool mapless = op.awaits_map;
            return end_unknown(op, mapless ? UnknownReason::no_route : step.reason, true);
        }
    }
}

}  // namespace aside::redis
