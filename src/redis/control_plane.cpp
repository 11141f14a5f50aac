#include "redis/control_plane.h"

#include <algorithm>

#include "redis/topology_round.h"

namespace aside::redis {

namespace {

constexpr Duration kSweepEvery = std::chrono::seconds(1);
constexpr Duration kRoleDoubtMin = std::chrono::seconds(1);
constexpr Duration kRoleDoubtMax = std::chrono::seconds(30);
// Slots that are patched one by one between two refreshes; more are found by redirects until the
// refresh that they set off.
constexpr std::size_t kPatchesMax = 64;

}  // namespace

ControlPlane::ControlPlane(TierState& state, runtime::Worker& worker, MapFollower& follower)
    : state_(state), worker_(worker), follower_(follower) {
    state_.registry.gauge("aside_l2_unheard_slots",
                          "Slots whose invalidations are not being heard at the moment", {},
                          [this] { return static_cast<double>(unheard_slots()); });
    state_.registry.gauge("aside_l2_slow_nodes",
                          "Nodes whose reads go to other copies first, once for each worker", {},
                          [this] { return static_cast<double>(state_.slow.slow_count()); });
    state_.registry.gauge("aside_l2_covered_slots", "Slots with a known owner", {}, [this] {
        return static_cast<double>(state_.map.load()->covered_slots());
    });
    state_.registry.gauge("aside_l2_primaries", "Nodes that own slots: the shards there are", {},
                          [this] { return static_cast<double>(state_.map.load()->primaries()); });
}

ControlPlane::~ControlPlane() = default;

void ControlPlane::start() {
    if (closed_) return;
    const SteadyTime now = worker_.now();
    schedule_.emplace(state_.options.refresh, worker_.random(), now);
    timer_ = worker_.make_timer([this] { work(); });
    next_sweep_ = now + kSweepEvery;
    opens_links_ = !state_.sparing();
    schedule_->trigger(RefreshReason::start, now);
    arm();
}

void ControlPlane::close() {
    closed_ = true;
    drop_round();
    for (auto& [node, link] : links_) leaving_.push_back(std::move(link));
    links_.clear();
    for (auto& link : leaving_) link->close();
    if (timer_) close_leaving(worker_.now());
    count_unheard();
}

// --- from any thread

void ControlPlane::refresh(RefreshReason reason) {
    {
        MutexLock lock(mutex_);
        if (std::ranges::find(requests_.reasons, reason) == requests_.reasons.end()) {
            requests_.reasons.push_back(reason);
        }
        if (std::exchange(requests_.posted, true)) return;
    }
    worker_.post([this] { take_requests(); });
}

void ControlPlane::moved(std::uint16_t slot, runtime::Endpoint to) {
    {
        MutexLock lock(mutex_);
        if (requests_.patches.size() < kPatchesMax || requests_.patches.contains(slot)) {
            requests_.patches.insert_or_assign(slot, std::move(to));
        }
    }
    refresh(RefreshReason::moved);
}

ControlPlane::Facts ControlPlane::facts(NodeId node) const {
    MutexLock lock(mutex_);
    const auto at = facts_.find(node);
    return at == facts_.end() ? Facts{} : at->second;
}

// --- the control worker

void ControlPlane::take_requests() {
    Requests taken;
    {
        MutexLock lock(mutex_);
        taken = std::move(requests_);
        requests_ = {};
    }
    if (closed_ || !schedule_) return;
    if (!taken.patches.empty()) patch_map(taken.patches);
    for (const RefreshReason reason : taken.reasons) schedule_->trigger(reason, worker_.now());
    arm();
}

void ControlPlane::patch_map(const std::map<std::uint16_t, runtime::Endpoint>& patches) {
    const std::shared_ptr<const SlotMap> before = state_.map.load();
    std::shared_ptr<const SlotMap> after = before;
    for (const auto& [slot, to] : patches) {
        const MapNode* const owner = after->node(after->copies(slot).primary);
        if (owner != nullptr && to_string(owner->address.endpoint) == to_string(to)) continue;
        after = after->with_moved(slot, to, state_.numbers);
    }
    if (after != before) store(std::move(after));
}

void ControlPlane::work() {
    if (closed_) return close_leaving(worker_.now());
    const SteadyTime now = worker_.now();
    const SteadyTime due = std::exchange(armed_for_, kNever);
    // Nobody has told yet: nothing is to be judged by the time that passed.
    if (due < now && now - due >= state_.options.health.suspect_after) thawed(due);
    if (round_ && next_seed_due(now)) ask_seed(now);
    if (round_ && round_over(now)) finish_round(now);
    if (open_at_ <= now) {
        open_at_ = kNever;
        opens_links_ = true;
        follow_map(*state_.map.load());
    }
    if (!round_ && schedule_->next() <= now) begin_round(now);
    if (now >= next_sweep_) {
        next_sweep_ = now + kSweepEvery;
        close_leaving(now);
        doubt_roles(now);
    }
    arm();
}

void ControlPlane::arm() {
    if (closed_) return;
    SteadyTime next = next_sweep_;
    if (round_) {
        next =
            round_->woken ? worker_.now() : std::min({next, round_->ends_at, round_->next_seed_at});
    } else {
        next = std::min(next, schedule_->next());
    }
    next = armed_for_ = std::min(next, open_at_);
    timer_->arm(next);
}

void ControlPlane::open_rest() {
    if (closed_ || !schedule_) return;
    open_at_ = state_.opening_time(worker_);
    arm();
}

void ControlPlane::thawed(SteadyTime since) {
    if (closed_ || !schedule_) return;
    const SteadyTime now = worker_.now();
    for (const auto& [node, link] : links_) {
        link->link().thawed(since, now);
        look_at(*link);
    }
    state_.events->slots_unheard(worker_, {0, kSlots - 1});
    // What was asked before may never be answered. Nobody failed.
    if (round_ && round_->began <= since) {
        drop_round();
        schedule_->cut_short(now);
    }
    schedule_->trigger(RefreshReason::thawed, now);
    arm();
}

void ControlPlane::dial_anew(const runtime::Endpoint& node) {
    for (const auto& [id, link] : links_) {
        if (to_string(link->endpoint()) == to_string(node)) link->link().dial_now();
    }
}

// The map says primary, and the session was opened with a replica: the node may have been promoted
// since, which only a new session tells.
void ControlPlane::doubt_roles(SteadyTime now) {
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    for (const MapNode& node : map->nodes()) {
        const auto at = links_.find(node.id);
        if (!node.primary || at == links_.end() || !at->second->contradicts(true)) continue;
        const Duration doubt = std::max(at->second->role_doubt, kRoleDoubtMin);
        if (now - at->second->link().up_since() < doubt) continue;
        open_link(node, at->second);
        at->second->role_doubt = std::min(2 * doubt, kRoleDoubtMax);
        count_unheard();
    }
}

void ControlPlane::close_leaving(SteadyTime now) {
    for (auto at = links_.begin(); at != links_.end();) {
        if (!at->second->closes_at || *at->second->closes_at > now) {
            ++at;
            continue;
        }
        at->second->close();
        leaving_.push_back(std::move(at->second));
        {
            MutexLock lock(mutex_);
            facts_.erase(at->first);
        }
        at = links_.erase(at);
    }
    std::erase_if(leaving_, [](const auto& link) { return link->idle(); });
    if (closed_ && !leaving_.empty()) timer_->arm(now + kSweepEvery);
}

}  // namespace aside::redis
