#include "redis/topology/refresh_schedule.h"

#include <algorithm>
#include <utility>

namespace aside::redis {

std::string_view name_of(RefreshReason reason) {
    switch (reason) {
        case RefreshReason::start:
            return "start";
        case RefreshReason::periodic:
            return "periodic";
        case RefreshReason::moved:
            return "moved";
        case RefreshReason::read_only:
            return "read_only";
        case RefreshReason::cluster_down:
            return "cluster_down";
        case RefreshReason::no_route:
            return "no_route";
        case RefreshReason::connection_lost:
            return "connection_lost";
        case RefreshReason::probe_failed:
            return "probe_failed";
        case RefreshReason::unknown_node:
            return "unknown_node";
        case RefreshReason::untrusted:
            return "untrusted";
        case RefreshReason::thawed:
            return "thawed";
    }
    return "unknown";
}

RefreshSchedule::RefreshSchedule(RefreshOptions options, Random& random, SteadyTime now)
    : options_(options), random_(random), spacing_(options.spacing_min), due_(now) {}

void RefreshSchedule::trigger(RefreshReason reason, SteadyTime now) {
    if (running_) {
        if (!std::exchange(asked_meanwhile_, true)) meanwhile_ = reason;
        return;
    }
    // A round that was asked for is due already.
    if (triggered_ || reason_ == RefreshReason::start) return;
    schedule(std::min(due_, after_spacing(now)), reason);
}

void RefreshSchedule::schedule(SteadyTime when, RefreshReason reason) {
    due_ = when;
    reason_ = reason;
    triggered_ = reason != RefreshReason::periodic && reason != RefreshReason::start;
}

// The earliest moment for a round that is asked for now.
SteadyTime RefreshSchedule::after_spacing(SteadyTime now) {
    const Duration jitter_max = options_.first_delay_max;
    const Duration jitter(random_.below(static_cast<std::uint64_t>(jitter_max.count()) + 1));
    if (begun_ == SteadyTime::min()) return now + jitter;
    // Long without a trigger: what did not change then says nothing about now.
    if (triggered_begun_ == SteadyTime::min() ||
        now - triggered_begun_ > 2 * options_.spacing_max) {
        spacing_ = options_.spacing_min;
    }
    return std::max(now + jitter, begun_ + spacing_);
}

SteadyTime RefreshSchedule::next() const {
    return running_ ? kNever : due_;
}

RefreshReason RefreshSchedule::reason() const {
    return reason_;
}

RefreshSchedule::Round RefreshSchedule::begin(const SlotMap& map, SteadyTime now) {
    running_ = true;
    begun_ = now;
    if (triggered_) triggered_begun_ = now;
    // After a round that nobody answered the others are asked: seeds and known nodes in turns.
    asked_seeds_ = map.nodes().empty() || (unanswered_ && !asked_seeds_);
    if (asked_seeds_) return {.nodes = {}, .seeds = true};
    return {.nodes = pick(map), .seeds = false};
}

// Any nodes, but as many zones as there are.
std::vector<NodeId> RefreshSchedule::pick(const SlotMap& map) {
    std::vector<const MapNode*> order;
    for (const MapNode& node : map.nodes()) order.push_back(&node);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);

    std::vector<NodeId> picked;
    std::vector<std::string_view> zones;
    std::vector<const MapNode*> rest;
    for (const MapNode* node : order) {
        const std::string_view zone = node->address.zone;
        if (picked.size() < options_.views && std::ranges::find(zones, zone) == zones.end()) {
            zones.push_back(zone);
            picked.push_back(node->id);
        } else {
            rest.push_back(node);
        }
    }
    for (const MapNode* node : rest) {
        if (picked.size() == options_.views) break;
        picked.push_back(node->id);
    }
    return picked;
}

void RefreshSchedule::cut_short(SteadyTime now) {
    running_ = false;
    asked_meanwhile_ = false;
    const auto spread = static_cast<std::uint64_t>(options_.first_delay_max.count()) + 1;
    const bool urgent = reason_ == RefreshReason::start;
    schedule(urgent ? now : now + Duration(random_.below(spread)), reason_);
}

void RefreshSchedule::end(std::uint32_t answers, bool changed, SteadyTime now) {
    running_ = false;
    unanswered_ = answers == 0;
    if (changed) {
        spacing_ = options_.spacing_min;
    } else if (triggered_ && answers > 0) {
        spacing_ = std::min(spacing_ + spacing_ / 4, options_.spacing_max);
    }
    if (unanswered_) {
        asked_meanwhile_ = false;
        schedule(std::max(now, begun_ + options_.spacing_min), reason_);
        return;
    }
    if (std::exchange(asked_meanwhile_, false)) {
        schedule(after_spacing(now), meanwhile_);
        return;
    }
    const Duration shortest = options_.period * 4 / 5;
    const auto spread = static_cast<std::uint64_t>((options_.period * 2 / 5).count());
    schedule(now + shortest + Duration(random_.below(spread + 1)), RefreshReason::periodic);
}

}  // namespace aside::redis
