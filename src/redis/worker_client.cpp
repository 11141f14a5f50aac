#include "redis/worker_client.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "redis/protocol/command.h"
#include "redis/protocol/slot.h"

namespace aside::redis {

namespace {

constexpr std::size_t kReadsMax = 65536;  // of a worker; more are unknown at once
constexpr std::uint32_t kAwaitingMapMax = 1024;
constexpr Duration kMapPatience = std::chrono::seconds(2);  // from the first read on
constexpr Duration kHedgeAfterMin = std::chrono::milliseconds(2);
constexpr double kHedgeBurst = 10;

}  // namespace

WorkerClient::WorkerClient(TierState& state, runtime::Worker& worker)
    : state_(state),
      worker_(worker),
      index_(worker.index()),
      decoder_(state.options),
      map_(state.map.load()),
      wheel_timer_(worker.make_timer([this] { ring(); })),
      pulse_timer_(worker.make_timer([this] { pulse(); })),
      house_timer_(worker.make_timer([this] { keep_house(); })) {}

WorkerClient::~WorkerClient() {
    assert(idle());
}

// --- beginning

ReadOp& WorkerClient::take_op() {
    if (free_ops_.empty()) {
        ops_.push_back(std::make_unique<ReadOp>(static_cast<ReadOutcomes&>(*this)));
        return *ops_.back();
    }
    ReadOp& op = *free_ops_.back();
    free_ops_.pop_back();
    return op;
}

void WorkerClient::start_read(RemoteRead& read) {
    // Told on another worker: the proof of each connection goes in front of what is read from now.
    const SteadyTime since = state_.thawed_since.load(std::memory_order_relaxed);
    if (since > thawed_since_) thawed(since);
    const SteadyTime now = read.asked_at != SteadyTime{} ? read.asked_at : worker_.now();
    ReadOp& op = take_op();
    op.read = &read;
    op.started = now;
    op.stalls_before = stalls_.total(now);
    op.lacked_by = kNoNode;
    state_.names.data_name(read.key, op.name);
    op.slot = slot_of_name(op.name);
    op.plan = ReadPlan(op.slot, state_.options.redirects_max,
                       !state_.options.zone.empty() && !state_.sparing());
    if (closed_) return end_later(op, UnknownReason::no_route);
    if (ops_.size() - free_ops_.size() > kReadsMax) return end_later(op, UnknownReason::queue_full);
    sync_map();
    if (!map_->nodes().empty()) return begin(op, now);
    if (map_awaited_until_ == SteadyTime{}) map_awaited_until_ = now + kMapPatience;
    if (now >= map_awaited_until_ || awaiting_map_count_ >= kAwaitingMapMax)
        return end_later(op, UnknownReason::no_route);
    op.over_at = now + std::min(state_.options.read_budget_min, (read.deadline - now) / 2);
    awaiting_map_.push_back(op);
    op.awaits_map = true;
    ++awaiting_map_count_;
    set_alarm(op, ReadOp::Alarm::over, op.over_at, now);
}

void WorkerClient::begin(ReadOp& op, SteadyTime now) {
    hedge_tokens_ = std::min(hedge_tokens_ + state_.options.hedge_share, kHedgeBurst);
    if (!pulse_armed_) arm_pulse(now);
    PlanStep step = op.plan.start(*this);
    if (op.plan.went_round()) state_.metrics.reads_round_slow.add(index_);
    if (step.kind == PlanStep::Kind::ask) {
        set_budget(op, *node_of(step.node), now);
        if (ask(op, step, now)) return;
        step = act_on_failure(op, step.lane);
    }
    if (step.kind != PlanStep::Kind::done) return;
    if (step.reason == UnknownReason::no_route) refresh(RefreshReason::no_route);
    end_later(op, step.reason);
}

void WorkerClient::set_budget(ReadOp& op, ReadNode& node, SteadyTime now) {
    const NodeHealth& health = node.health();
    const Duration late_after = node.breaker().late_after();
    const Duration left = (op.read->deadline - op.started) / 2;
    const Duration wanted = std::max(state_.options.read_budget_min, 4 * health.p99());
    const Duration budget = std::min(wanted, left);
    op.over_at = op.started + budget;
    op.second_at = op.started + std::min(budget / 2, late_after);
    const SteadyTime hedge_at = now + std::max(health.p95(), kHedgeAfterMin);
    if (hedge_at < op.second_at) {
        set_alarm(op, ReadOp::Alarm::hedge, hedge_at, now);
    } else {
        set_alarm(op, ReadOp::Alarm::second_ask, op.second_at, now);
    }
}

// --- sending

void WorkerClient::act(ReadOp& op, PlanStep step) {
    if (step.kind == PlanStep::Kind::ask || step.kind == PlanStep::Kind::ask_afresh) {
        state_.metrics.reads_retried.add(index_);
        if (ask(op, step, worker_.now())) return;
        step = act_on_failure(op, step.lane);
    }
    if (step.kind == PlanStep::Kind::done) end_unknown(op, step.reason);
}

// This lane's node could not take the ask after all: asks others until one does.
PlanStep WorkerClient::act_on_failure(ReadOp& op, std::size_t lane) {
    for (;;) {
        const PlanStep step = op.plan.failed(lane, Errc::overloaded, *this);
        if (step.kind == PlanStep::Kind::wait || step.kind == PlanStep::Kind::done) return step;
        if (ask(op, step, worker_.now())) return {};
        lane = step.lane;
    }
}

// False: it cannot be sent after all.
bool WorkerClient::ask(ReadOp& op, const PlanStep& step, SteadyTime now) {
    ReadLane& lane = op.lanes[step.lane];
    ReadNode* const node = node_of(step.node);
    if (node == nullptr) return false;
    lane.node = node;
    lane.asked = step.node;
    lane.asking = step.asking;
    if (step.kind == PlanStep::Kind::ask_afresh) {
        if (!node->renew(now)) return false;
        node->wait(lane);
        return true;
    }
    if (ReadSession* const session = node->session_for_read()) {
        send(lane, *session, now);
        return lane.session != nullptr;
    }
    // Whom the plan asks can take it, or is being connected to.
    node->wait(lane);
    return true;
}

// Leaves the lane without a session when there is no room.
void WorkerClient::send(ReadLane& lane, ReadSession& session, SteadyTime now) {
    const ReadOp& op = *lane.op;
    lane.time_left.left = ReadLane::TimeLeft::kNotTold;
    if (stored_raw(op.read->key.kind, state_.options) && !send_time_left(lane, session)) return;
    std::string& out = session.link.pipeline().output();
    if (lane.asking) append_command(out, Command::asking);
    append_command(out, Command::get, {op.name});
    session.link.start(lane, lane.asking ? 1 : 0, now);
    lane.session = &session;
    lane.stalls_before = stalls_.total(lane.sent_at);
}

bool WorkerClient::send_time_left(ReadLane& lane, ReadSession& session) {
    std::string& out = session.link.pipeline().output();
    if (lane.asking) append_command(out, Command::asking);
    append_command(out, Command::pttl, {lane.op->name});
    session.link.start(lane.time_left, lane.asking ? 1 : 0);
    lane.time_left.under_way = true;
    if (session.link.pipeline().can_start()) return true;
    session.link.give_up(lane.time_left);
    lane.time_left.under_way = false;
    return false;
}

// --- ending

void WorkerClient::end_later(ReadOp& op, UnknownReason reason) {
    op.end_reason = reason;
    ReadWheel::clear(op);
    ends_.push_back(op);
    if (ends_posted_) return;
    ends_posted_ = true;
    worker_.post([this] { run_ends(); });
}

void WorkerClient::run_ends() {
    ends_posted_ = false;
    ReadList<ReadOp, InQueue> ends;  // those that come meanwhile have a post of their own
    ends.take(ends_);
    while (!ends.empty()) {
        ReadOp& op = ends.pop_front();
        end_unknown(op, op.end_reason);
    }
}

void WorkerClient::end_unknown(ReadOp& op, UnknownReason reason, bool give_up) {
    RemoteAnswer answer;
    answer.reason = reason;
    answer.node = name_of_node(op.lanes[0].asked);
    answer.shard_cold = op.lacked_by != kNoNode && state_.cold.cold(op.lacked_by);
    end(op, answer, worker_.now(), give_up);
}

void WorkerClient::end(ReadOp& op, RemoteAnswer& answer, SteadyTime now, bool give_up) {
    answer.slot = op.slot;
    answer.slot_moving = op.plan.redirected();
    ReadWheel::clear(op);
    static_cast<ReadHook<InQueue>&>(op).leave();
    if (std::exchange(op.awaits_map, false)) --awaiting_map_count_;
    for (ReadLane& lane : op.lanes) {
        if (lane.in_list()) lane.node->leave(lane);
        if (lane.session == nullptr || !give_up) continue;
        if (lane.session->node != nullptr) {
            const Duration stalled = stalls_.total(now) - lane.stalls_before;
            lane.session->node->gave_up(*lane.session, now - lane.sent_at - stalled, now);
        }
        if (lane.time_left.under_way) lane.session->link.give_up(lane.time_left);
        lane.time_left.under_way = false;
        lane.session->link.give_up(lane);
        lane.session = nullptr;
    }
    state_.metrics.read_seconds.observe(index_, now - op.started);
    RemoteRead& read = *std::exchange(op.read, nullptr);
    release_if_over(op);
    read.read_done(answer);
}

void WorkerClient::release_if_over(ReadOp& op) {
    if (op.read != nullptr || op.under_way()) return;
    for (ReadLane& lane : op.lanes) lane.asked = kNoNode;
    free_ops_.push_back(&op);
}

}  // namespace aside::redis
