#include "lab/sim/sim_cluster.h"

#include <algorithm>
#include <set>

namespace aside::lab {

namespace {

constexpr std::size_t kNodesMax = 64;
constexpr Duration kJudgeEvery = std::chrono::milliseconds(50);

std::string id_of(NodeIndex index) {
    std::string id = std::to_string(index + 1);
    id.insert(0, 40 - id.size(), 'a');
    return id;
}

}  // namespace

SimCluster::SimCluster(runtime::SimWorld& world, unsigned worker, ClusterShape shape)
    : world_(world),
      worker_(world.worker(worker)),
      worker_index_(worker),
      shape_(std::move(shape)),
      random_(worker_.random().next()) {
    names_.reserve(kNodesMax);  // cores keep a reference
    members_.reserve(kNodesMax);
    owners_.fill(kNobody);
    for (unsigned shard = 0; shard < shape_.shards; ++shard) {
        const NodeIndex primary = add_node(kNobody);
        const std::size_t first = shard * kSlotCount / shape_.shards;
        const std::size_t end = (shard + 1) * kSlotCount / shape_.shards;
        core(primary).epoch = ++newest_epoch_;
        for (std::size_t slot = first; slot < end; ++slot) owners_[slot] = primary;
    }
    for (unsigned shard = 0; shard < shape_.shards; ++shard) {
        for (unsigned i = 0; i < shape_.replicas; ++i) add_node(static_cast<NodeIndex>(shard));
    }
    // What everybody knows at the start.
    for (NodeIndex of = 0; of < size(); ++of) {
        if (core(of).is_primary()) {
            for (std::size_t slot = 0; slot < kSlotCount; ++slot) {
                if (owners_[slot] == of) core(of).view.owner[slot] = of;
            }
            ++core(of).view.changes;
        }
        const auto claim = claim_of(of);
        for (NodeIndex to = 0; to < size(); ++to) core(to).view.hear(claim, now());
    }
}

SimCluster::~SimCluster() = default;

NodeIndex SimCluster::add_node(NodeIndex primary) {
    const auto index = static_cast<NodeIndex>(members_.size());
    if (index >= kNodesMax) world_.die("too many simulated nodes");
    const std::string host = "10.0.0." + std::to_string(index + 1);
    const std::string zone = "zone-" + std::string(1, static_cast<char>('a' + index % 3));
    names_.push_back({.id = id_of(index), .host = host, .zone = zone});
    Member& member = members_.emplace_back();
    member.lag = shape_.replication_lag;
    ServerSetup setup{.index = index,
                      .profile = shape_.profile,
                      .zone = zone,
                      .reads_when_down = shape_.reads_when_down,
                      .users = shape_.users};
    member.node =
        std::make_unique<SimRedisNode>(world_, worker_index_, runtime::Endpoint{host, 6379},
                                       std::move(setup), static_cast<ServerHost&>(*this), names_);
    if (primary != kNobody) {
        core(index).primary = primary;
        member.from = primary;
        member.link = Link::up;
    }
    return index;
}

void SimCluster::start() {
    for (Member& member : members_) member.node->start();
    next_gossip_ = now();
    timer_ = worker_.make_timer([this] {
        tick();
        if (!stopped_) timer_->arm(worker_.now() + kTick);
    });
    timer_->arm(worker_.now() + kTick);
}

void SimCluster::stop() {
    stopped_ = true;
    if (timer_) timer_->disarm();
    for (Member& member : members_) member.node->kill();
}

void SimCluster::tick() {
    deliver();
    for (NodeIndex index = 0; index < size(); ++index) {
        catch_up(index);
        if (!node(index).responsive()) continue;
        core(index).expire();
        if (now() >= next_judgement_) {
            judge_peers(index);
            judge_state(index);
            consider_election(index);
        }
        node(index).push_changes();
    }
    if (now() >= next_judgement_) next_judgement_ = now() + kJudgeEvery;
    if (now() < next_gossip_) return;
    next_gossip_ = now() + shape_.gossip_every;
    for (NodeIndex index = 0; index < size(); ++index) say(index);
}

std::vector<runtime::Endpoint> SimCluster::seeds() const {
    std::vector<runtime::Endpoint> all;
    for (const Member& member : members_) all.push_back(member.node->at());
    return all;
}

std::vector<NodeIndex> SimCluster::primaries() const {
    std::set<NodeIndex> found(owners_.begin(), owners_.end());
    found.erase(kNobody);
    return {found.begin(), found.end()};
}

std::vector<NodeIndex> SimCluster::replicas_of(NodeIndex primary) const {
    std::vector<NodeIndex> found;
    for (NodeIndex index = 0; index < size(); ++index) {
        if (members_[index].node->core().primary == primary) found.push_back(index);
    }
    return found;
}

bool SimCluster::converged() const {
    return std::ranges::all_of(members_, [&](const Member& member) {
        return !member.node->responsive() || member.node->core().view.owner == owners_;
    });
}

// --- what servers tell

void SimCluster::wrote(ServerCore& core, const Effect& effect) {
    replicate(core.index(), effect);
    if (effect.kind == Effect::Kind::flush) return;
    const std::uint16_t slot = slot_of_key(effect.name);
    if (decides(core, slot)) {
        truth_.holds(effect.name, truly_held(effect.name, slot), now());
    } else {
        truth_.lost(effect.name, now());
    }
}

void SimCluster::answered(ServerCore& core, std::string_view name) {
    if (core.is_primary() && !decides(core, slot_of_key(name))) truth_.stale_answer(name, now());
}

void SimCluster::lied(ServerCore&, std::string_view name) {
    if (!name.empty()) truth_.lied(name, now());
}

void SimCluster::violated(ServerCore& core, const std::string& what) {
    truth_.violated(what + " (at " + names_[core.index()].host + ")");
}

}  // namespace aside::lab
