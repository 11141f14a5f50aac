#include "redis/topology_round.h"

#include <algorithm>
#include <array>

#include "redis/alarm.h"
#include "redis/topology/vote.h"

namespace aside::redis {

namespace {

bool same_copies(const SlotCopies& a, const SlotCopies& b) {
    return a.primary == b.primary && std::ranges::equal(a.replicas, b.replicas);
}

bool same(const SlotMap& a, const SlotMap& b) {
    if (a.nodes().size() != b.nodes().size() || a.standalone() != b.standalone()) return false;
    for (const MapNode& node : a.nodes()) {
        const MapNode* const other = b.node(node.id);
        if (other == nullptr || other->primary != node.primary ||
            other->address.zone != node.address.zone ||
            to_string(other->address.endpoint) != to_string(node.address.endpoint)) {
            return false;
        }
    }
    for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
        const auto at = static_cast<std::uint16_t>(slot);
        if (!same_copies(a.copies(at), b.copies(at))) return false;
    }
    return true;
}

}  // namespace

void ControlPlane::begin_round(SteadyTime now) {
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    const RefreshSchedule::Round plan = schedule_->begin(*map, now);
    round_ = std::make_unique<Round>();
    round_->began = round_->ends_at = now;
    for (const MapNode& node : map->nodes()) {
        if (!state_.trust.trusted(node.id)) round_->untrusted.insert(node.id);
    }
    for (const NodeId node : plan.nodes) ask_node(node, now);
    // Only they can say whether they are cut off: one that was away may have restarted, or been
    // parted from the others.
    std::uint32_t more = 0;
    for (const MapNode& node : map->nodes()) {
        const bool in_doubt =
            state_.trust.is_cut_off(node.id) ||
            (node.primary && (!state_.trust.trusted(node.id) || suspected(node.id)));
        if (!in_doubt || more == state_.options.refresh.views) continue;
        if (std::ranges::find(plan.nodes, node.id) != plan.nodes.end()) continue;
        ask_node(node.id, now);
        ++more;
    }
    // No node has a connection yet where they are opened late.
    if (plan.seeds || round_->asked.empty()) ask_seeds(now);
    if (round_->asked.empty()) round_->woken = true;
    state_.metrics.refresh_rounds.add(worker_.index());
}

// Its connection sat through a time in which this process stood still, and has not proven itself.
bool ControlPlane::suspected(NodeId node) const {
    const auto at = links_.find(node);
    return at != links_.end() && at->second->link().suspected();
}

void ControlPlane::ask_node(NodeId node, SteadyTime now) {
    const auto at = links_.find(node);
    if (at == links_.end()) return;
    // While nobody answers each round dials: a backoff would outlast the outage.
    ControlLink& link = *at->second;
    if (!answered_) link.link().dial_now();
    const bool tls = state_.options.tls != nullptr;
    Duration patience = state_.options.topology_timeout;
    if (!link.up() || link.link().suspected()) {
        patience += state_.options.connect_timeout;
        if (tls) patience += state_.options.handshake_timeout;
    }
    round_->ends_at = std::max(round_->ends_at, now + patience);
    auto ask = std::make_unique<TopologyAsk>(link.endpoint(), [this] {
        round_->woken = true;
        arm();
    });
    TopologyAsk& begun = *ask;
    round_->asked.push_back({std::move(ask), node, &link});
    link.ask(begun, now + patience);
}

// A connection for this one question: a name is resolved anew, and a seed need not be a node.
void ControlPlane::ask_seeds(SteadyTime now) {
    const auto& seeds = state_.options.seeds;
    if (seeds.empty()) return;
    round_->next_seed = worker_.random().below(seeds.size());
    round_->seeds_left = std::min<std::size_t>(seeds.size(), state_.options.refresh.views);
    do {
        ask_seed(now);
    } while (round_->seeds_left > 0 && !state_.sparing());
}

void ControlPlane::ask_seed(SteadyTime now) {
    const auto& seeds = state_.options.seeds;
    const Duration patience = state_.options.connect_timeout + state_.options.handshake_timeout +
                              state_.options.topology_timeout;
    round_->ends_at = std::max(round_->ends_at, now + patience);
    const runtime::Endpoint& seed = seeds[round_->next_seed++ % seeds.size()];
    --round_->seeds_left;
    round_->next_seed_at = round_->seeds_left > 0 ? now + state_.options.connect_timeout : kNever;
    auto link = std::make_unique<ControlLink>(state_, worker_, kNoNode, seed, false, owner());
    auto ask = std::make_unique<TopologyAsk>(seed, [this] {
        round_->woken = true;
        arm();
    });
    TopologyAsk& begun = *ask;
    ControlLink& asked = *link;
    round_->seeds.push_back(std::move(link));
    round_->asked.push_back({std::move(ask), kNoNode, &asked});
    asked.ask(begun, now + patience);
}

// The one before has failed, or has said nothing for as long as a dial may take.
bool ControlPlane::next_seed_due(SteadyTime now) const {
    if (round_->seeds_left == 0) return false;
    const auto failed = [](const Round::Asked& asked) {
        return asked.ask->done() && !asked.ask->outcome();
    };
    return now >= round_->next_seed_at || std::ranges::all_of(round_->asked, failed);
}

void ControlPlane::drop_round() {
    if (!round_) return;
    for (Round::Asked& asked : round_->asked) asked.take_back();
    for (auto& seed : round_->seeds) {
        seed->close();
        leaving_.push_back(std::move(seed));
    }
    round_.reset();
}

bool ControlPlane::round_over(SteadyTime now) const {
    round_->woken = false;
    const auto useful = [](const Round::Asked& asked) {
        return asked.ask->done() && asked.ask->outcome().has_value();
    };
    if (!round_->first_answer && std::ranges::any_of(round_->asked, useful)) {
        round_->first_answer = true;
        round_->ends_at = std::min(round_->ends_at, now + state_.options.topology_timeout);
    }
    return now >= round_->ends_at ||
           std::ranges::all_of(round_->asked, [](const auto& asked) { return asked.ask->done(); });
}

void ControlPlane::finish_round(SteadyTime now) {
    const std::vector<ClusterView> views = take_views();
    const std::optional<ClusterView> chosen = choose_view(views, epoch());
    const bool changed = chosen && install(*chosen);
    if (chosen) trust_again(*state_.map.load());
    schedule_->end(static_cast<std::uint32_t>(views.size()), changed, now);
    const bool answered = chosen.has_value();
    if (answered && !std::exchange(answered_, answered)) {
        for (auto& [node, link] : links_) link->link().dial_now();
        follower_.servers_back();
    }
    answered_ = answered;
    if (!answered) schedule_->trigger(RefreshReason::no_route, now);
    for (auto& seed : round_->seeds) {
        seed->close();
        leaving_.push_back(std::move(seed));
    }
    round_.reset();
}

std::vector<ClusterView> ControlPlane::take_views() {
    // A cluster does not become a single server: one that says so is not of ours.
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    const bool cluster = map->covered_slots() > 0 && !map->standalone();
    std::vector<ClusterView> views;
    for (Round::Asked& asked : round_->asked) {
        asked.take_back();
        const TopologyAsk& ask = *asked.ask;
        if (!ask.outcome()) {
            note_failure(ask);
        } else if (cluster && ask.outcome()->standalone) {
            raise_alarm(state_, worker_, ReplyError::no_cluster, ask.node(), "HELLO",
                        "a server without cluster mode among the seeds of a cluster");
        } else {
            views.push_back(*ask.outcome());
            if (asked.node == kNoNode) continue;
            if (views.back().state_ok) {
                round_->well.insert(asked.node);
            } else {
                state_.trust.cut_off(asked.node);
            }
        }
    }
    return views;
}

void ControlPlane::note_failure(const TopologyAsk& ask) {
    if (!ask.said()) return;
    if (!meaning_of(*ask.said()).alarm && *ask.said() != ReplyError::no_auth) return;
    raise_alarm(state_, worker_, *ask.said(), ask.node(), "CLUSTER SLOTS", ask.said_text());
}

// True when it differs from the map in force.
bool ControlPlane::install(const ClusterView& view) {
    const std::shared_ptr<const SlotMap> before = state_.map.load();
    auto after = SlotMap::from_view(view, state_.numbers, before->version() + 1);
    epoch_.store(view.epoch, std::memory_order_relaxed);
    if (same(*before, *after)) return false;
    store(std::move(after));
    return true;
}

void ControlPlane::store(std::shared_ptr<const SlotMap> after) {
    const std::shared_ptr<const SlotMap> before = state_.map.load();
    state_.map.store(after);
    state_.metrics.map_changes.add(worker_.index());
    follow_map(*after);
    follower_.map_changed();
    for (const SlotRange slots : SlotMap::moved_slots(*before, *after)) {
        state_.events->slots_unheard(worker_, slots);
    }
    count_unheard();
    std::vector<NodeId> in_use;
    for (const SlotMap* const map : {before.get(), std::as_const(after).get()}) {
        for (const MapNode& node : map->nodes()) in_use.push_back(node.id);
    }
    for (const auto& [node, link] : links_) in_use.push_back(node);
    state_.numbers.release_others(in_use);
}

// A connection to each node of the map, once they may be opened.
void ControlPlane::follow_map(const SlotMap& map) {
    if (!opens_links_) return;
    const SteadyTime now = worker_.now();
    for (auto& [node, link] : links_) {
        if (map.node(node) == nullptr) {
            if (!link->closes_at) link->closes_at = now + state_.options.drain;
        } else {
            link->closes_at.reset();
        }
    }
    for (const MapNode& node : map.nodes()) {
        std::unique_ptr<ControlLink>& link = links_[node.id];
        // A session says what its node was when it was opened: one that became a primary, or is
        // one again, must be asked anew.
        const bool good = link != nullptr && (link->tracks() || !node.primary) &&
                          !link->contradicts(node.primary) &&
                          to_string(link->endpoint()) == to_string(node.address.endpoint);
        if (!good) open_link(node, link);
    }
}

void ControlPlane::open_link(const MapNode& node, std::unique_ptr<ControlLink>& link) {
    if (link != nullptr) {
        // What it was asked in a round under way fails with it.
        link->close();
        if (link->heard_before) tell_unheard(node.id);
        leaving_.push_back(std::move(link));
    }
    link = std::make_unique<ControlLink>(state_, worker_, node.id, node.address.endpoint,
                                         node.primary, owner());
    link->want();
}

// A map made after a node fell under suspicion names it as primary, and it can be reached.
void ControlPlane::trust_again(const SlotMap& map) {
    for (const MapNode& node : map.nodes()) {
        if (!node.primary || state_.trust.trusted(node.id)) continue;
        const auto at = links_.find(node.id);
        const bool reached = at != links_.end() && at->second->vouched() &&
                             at->second->link().facts().role == ServerRole::primary;
        if (!reached) continue;
        const bool rejoined = !state_.trust.is_cut_off(node.id) || round_->well.contains(node.id);
        if (rejoined && round_->untrusted.contains(node.id)) {
            state_.trust.trust(node.id);
        } else {  // since the round began: the next one may
            schedule_->trigger(RefreshReason::untrusted, worker_.now());
        }
    }
}

}  // namespace aside::redis
