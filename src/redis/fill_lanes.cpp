#include "redis/fill_lanes.h"

#include <algorithm>

namespace aside::redis {

namespace {

constexpr Duration kSweepEvery = std::chrono::milliseconds(500);

}  // namespace

FillLanes::FillLanes(TierState& state)
    : state_(state),
      gates_(std::make_shared<LaneGates>(LaneGates::Limits{
          .bytes = state.options.fill_queue_bytes, .requests = state.options.fill_queue_requests})),
      shares_(state.runtime.worker_count()) {
    if (state_.sparing()) return;
    for (Share& share : shares_) share.open_at = SteadyTime::min();
}

FillLanes::~FillLanes() = default;

std::optional<LaneReply> FillLanes::refusal(std::uint16_t slot, LaneCommand command,
                                            SteadyTime now) const {
    if (state_.stopping) return LaneReply{.outcome = LaneOutcome::not_connected};
    // An invalidation is waited for, and opens what it needs. Leases and fills only save loads.
    if (state_.sparing() && !passes_hold(command))
        return LaneReply{.outcome = LaneOutcome::not_connected};
    const NodeId node = state_.map.load()->copies(slot).primary;
    if (node == kNoNode) {
        if (state_.control != nullptr) state_.control->refresh(RefreshReason::no_route);
        return LaneReply{.outcome = LaneOutcome::not_connected};
    }
    if (!passes_hold(command) && gates_->held(node, now)) {
        return LaneReply{.outcome = LaneOutcome::paused};
    }
    if (shed_when_slow(command) && state_.slow.strained(node)) {
        return LaneReply{.outcome = LaneOutcome::shed};
    }
    return std::nullopt;
}

std::optional<LaneReply> FillLanes::send(std::unique_ptr<LaneJob> job, SteadyTime now) {
    if (auto refused = refusal(job->slot, job->command, now)) return refused;
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    const MapNode* const node = map->node(map->copies(job->slot).primary);
    if (node == nullptr) return LaneReply{.outcome = LaneOutcome::not_connected};
    auto room = gates_->enter(node->id, job->cost_bytes(), passes_hold(job->command));
    if (!room) return LaneReply{.outcome = LaneOutcome::full};
    job->room = std::move(*room);
    hand_over(std::move(job), node->id, node->address.endpoint);
    return std::nullopt;
}

void FillLanes::hand_over(std::unique_ptr<LaneJob> job, NodeId node,
                          const runtime::Endpoint& endpoint) {
    runtime::Worker& worker = owner(node);
    worker.post([this, job = std::move(job), node, endpoint, &worker]() mutable {
        FillLane* const to = lane(shares_[worker.index()], worker, node, endpoint);
        if (to == nullptr) return answer_job(*job, {.outcome = LaneOutcome::not_connected});
        to->submit(std::move(job));
    });
}

void FillLanes::route_again(std::unique_ptr<LaneJob> job) {
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    const MapNode* const node = map->node(map->copies(job->slot).primary);
    if (node == nullptr) return answer_job(*job, {.outcome = LaneOutcome::not_connected});
    hand_over(std::move(job), node->id, node->address.endpoint);
}

FillLane* FillLanes::lane(Share& share, runtime::Worker& worker, NodeId node,
                          const runtime::Endpoint& endpoint) {
    if (share.closed) return nullptr;
    std::unique_ptr<FillLane>& lane = share.lanes[node];
    if (lane != nullptr && to_string(lane->endpoint()) != to_string(endpoint)) {
        // The node's number stayed and its address changed, by a map; a redirect may only have
        // spelt it otherwise.
        const std::shared_ptr<const SlotMap> map = state_.map.load();
        const MapNode* const known = map->node(node);
        const bool by_map =
            known != nullptr && to_string(known->address.endpoint) == to_string(endpoint);
        if (by_map) leave(share, worker, std::move(lane), {});
    }
    if (lane == nullptr) lane = take_back(share, node, endpoint);
    if (lane == nullptr) {
        lane = std::make_unique<FillLane>(state_, *gates_, *this, worker, node, endpoint);
        lane->want();
    }
    return lane.get();
}

// Its node is back in the map before the drain was over.
std::unique_ptr<FillLane> FillLanes::take_back(Share& share, NodeId node,
                                               const runtime::Endpoint& endpoint) {
    const auto at = std::ranges::find_if(share.leaving, [&](const Share::Leaving& leaving) {
        return !leaving.closed && leaving.lane->node() == node &&
               to_string(leaving.lane->endpoint()) == to_string(endpoint);
    });
    if (at == share.leaving.end()) return nullptr;
    std::unique_ptr<FillLane> lane = std::move(at->lane);
    share.leaving.erase(at);
    return lane;
}

void FillLanes::map_changed() {
    for (unsigned i = 0; i < state_.runtime.worker_count(); ++i) {
        runtime::Worker& worker = state_.runtime.worker(i);
        worker.post([this, &worker] { follow_map(worker); });
    }
}

void FillLanes::follow_map(runtime::Worker& worker) {
    Share& share = shares_[worker.index()];
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    const bool open = share.open_at <= worker.now();
    for (const MapNode& node : map->nodes()) {
        if (open && node.primary && &owner(node.id) == &worker) {
            lane(share, worker, node.id, node.address.endpoint);
        }
    }
    for (auto at = share.lanes.begin(); at != share.lanes.end();) {
        if (map->node(at->first) != nullptr) {
            ++at;
            continue;
        }
        if (at->second) leave(share, worker, std::move(at->second), state_.options.drain);
        at = share.lanes.erase(at);
    }
}

void FillLanes::open_rest() {
    for (unsigned i = 0; i < state_.runtime.worker_count(); ++i) {
        runtime::Worker& worker = state_.runtime.worker(i);
        worker.post([this, &worker] {
            Share& share = shares_[worker.index()];
            if (share.closed) return;
            share.open_at = state_.opening_time(worker);
            share.opening = worker.make_timer([this, &worker] { follow_map(worker); });
            share.opening->arm(share.open_at);
        });
    }
}

void FillLanes::thawed(runtime::Worker& worker, SteadyTime since) {
    for (const auto& [node, lane] : shares_[worker.index()].lanes) {
        if (lane) lane->thawed(since);
    }
}

void FillLanes::dial_anew(const std::optional<runtime::Endpoint>& only) {
    for (unsigned i = 0; i < state_.runtime.worker_count(); ++i) {
        runtime::Worker& worker = state_.runtime.worker(i);
        worker.post([this, &worker, only] {
            for (const auto& [node, lane] : shares_[worker.index()].lanes) {
                if (lane == nullptr) continue;
                if (!only || to_string(*only) == to_string(lane->endpoint())) lane->dial_now();
            }
        });
    }
}

void FillLanes::leave(Share& share, runtime::Worker& worker, std::unique_ptr<FillLane> lane,
                      Duration after) {
    share.leaving.push_back({std::move(lane), worker.now() + after});
    if (!share.sweep) {
        share.sweep = worker.make_timer([this, &share, &worker] { sweep(share, worker); });
    }
    sweep(share, worker);
}

void FillLanes::sweep(Share& share, runtime::Worker& worker) {
    const SteadyTime now = worker.now();
    std::erase_if(share.leaving, [&](Share::Leaving& leaving) {
        if (!leaving.closed && (share.closed || leaving.closes_at <= now)) {
            leaving.closed = true;
            leaving.lane->close();
        }
        return leaving.closed && leaving.lane->idle();
    });
    if (!share.leaving.empty()) share.sweep->arm(now + kSweepEvery);
}

void FillLanes::close() {
    for (unsigned i = 0; i < state_.runtime.worker_count(); ++i) {
        runtime::Worker& worker = state_.runtime.worker(i);
        worker.post([this, &worker] {
            Share& share = shares_[worker.index()];
            share.closed = true;
            share.opening.reset();
            for (auto& [node, lane] : share.lanes) {
                if (lane) leave(share, worker, std::move(lane), {});
            }
            share.lanes.clear();
        });
    }
}

}  // namespace aside::redis
