#include "redis/topology/vote.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace aside::redis {
namespace {

struct Candidate {
    const ClusterView* view = nullptr;
    std::string ownership;  // what views agree on, or not
    std::size_t agreeing = 0;
    std::size_t replicas = 0;
};

std::string name_of_node(const NodeAddress& node) {
    return node.id.empty() ? runtime::to_string(node.endpoint) : node.id;
}

// "0-5460 <id>;5461-…": neighbouring ranges of one owner are one, however they were cut.
std::string ownership_of(const ClusterView& view) {
    std::string text, owner;
    int last = -2;
    for (const SlotOwners& range : view.ranges) {
        std::string name = name_of_node(range.primary);
        if (range.slots.first != last + 1 || name != owner) {
            text += std::to_string(last) + " " + owner + ";" + std::to_string(range.slots.first);
            text += '-';
        }
        last = range.slots.last;
        owner = std::move(name);
    }
    return text + std::to_string(last) + " " + owner;
}

std::size_t replicas_in(const ClusterView& view) {
    std::size_t count = 0;
    for (const SlotOwners& range : view.ranges) count += range.replicas.size();
    return count;
}

bool older(const ClusterView& view, std::uint64_t known_epoch) {
    return view.epoch != 0 && view.epoch < known_epoch;
}

std::vector<Candidate> candidates_among(std::span<const ClusterView> views,
                                        std::uint64_t known_epoch) {
    std::vector<Candidate> candidates;
    for (const ClusterView& view : views) {
        if (view.covered_slots() == 0) continue;
        candidates.push_back({&view, ownership_of(view), 0, replicas_in(view)});
    }
    const auto is_older = [&](const Candidate& c) { return older(*c.view, known_epoch); };
    if (!std::ranges::all_of(candidates, is_older)) std::erase_if(candidates, is_older);
    for (Candidate& each : candidates) {
        each.agreeing = static_cast<std::size_t>(
            std::ranges::count(candidates, each.ownership, &Candidate::ownership));
    }
    return candidates;
}

}  // namespace

std::optional<ClusterView> choose_view(std::span<const ClusterView> views,
                                       std::uint64_t known_epoch) {
    const auto candidates = candidates_among(views, known_epoch);
    if (candidates.empty()) return std::nullopt;
    const auto has_majority = [&](const Candidate& c) {
        return c.agreeing >= 2 && c.agreeing * 2 > candidates.size();
    };
    // Of views that agree the one that knows most is taken: the replicas' places may be old.
    const auto rank = [&](const Candidate& c) {
        return std::tuple(has_majority(c), c.view->covered_slots(), c.view->epoch, c.view->state_ok,
                          c.replicas);
    };
    const Candidate& best = *std::ranges::max_element(candidates, {}, rank);
    if (has_majority(best)) return *best.view;
    if (older(*best.view, known_epoch)) return std::nullopt;
    const bool complete = best.view->covered_slots() == kSlots;
    const bool newer = known_epoch == 0 || best.view->epoch > known_epoch;
    if (!complete && !newer) return std::nullopt;
    return *best.view;
}

}  // namespace aside::redis
