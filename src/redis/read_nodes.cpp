// The map a worker reads by, and the nodes it has connections to.
#include <algorithm>
#include <utility>

#include "redis/worker_client.h"

namespace aside::redis {

namespace {

constexpr Duration kRetireWithin = std::chrono::seconds(1);  // replies on their way may still come
constexpr Duration kHousekeeping = std::chrono::milliseconds(10);  // while there is anything left
// Connections to every copy stand ready, replicas too: a read whose primary has just died cannot
// wait for a dial. Those that are needed at once are dialled first.
constexpr Duration kStandbyAfter = std::chrono::milliseconds(500);
constexpr Duration kRefreshSpacing = std::chrono::milliseconds(10);  // of one reason, from here

bool same(const runtime::Endpoint& a, const runtime::Endpoint& b) {
    return a.port == b.port && a.host == b.host;
}

}  // namespace

// --- the scene of plans

SlotCopies WorkerClient::copies(std::uint16_t slot) {
    sync_map();
    return map_->copies(slot);
}

Standing WorkerClient::standing(NodeId id) {
    ReadNode* const node = node_of(id);
    return node == nullptr ? Standing::down : node->standing();
}

bool WorkerClient::seek(NodeId id) {
    ReadNode* const node = node_of(id);
    return node != nullptr && node->seek();
}

bool WorkerClient::near(NodeId id) {
    const ReadNode* const node = node_of(id);
    return node != nullptr && node->near();
}

// --- the map

// The nodes learn of it a moment later, for reads end by that.
void WorkerClient::sync_map() {
    const std::uint64_t version = state_.map.version();
    if (version == map_version_) return;
    map_version_ = version;
    map_ = state_.map.load();
    keep_house_by(worker_.now());
}

void WorkerClient::map_changed() {
    if (closed_) return;
    sync_map();
    keep_house();
    if (map_->nodes().empty()) return;
    const SteadyTime now = worker_.now();
    ReadList<ReadOp, InQueue> waiting;
    waiting.take(awaiting_map_);
    while (!waiting.empty()) {
        ReadOp& op = waiting.pop_front();
        op.awaits_map = false;
        --awaiting_map_count_;
        begin(op, now);
    }
}

void WorkerClient::thawed(SteadyTime since) {
    if (closed_ || since <= thawed_since_) return;
    thawed_since_ = since;
    const SteadyTime now = worker_.now();
    stalls_.thawed(now);
    // By index: reads that end may begin others.
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i] != nullptr) nodes_[i]->thawed(since, now);
    }
    for (const auto& session : retired_) session->link.close();
    // Without a map the patience of a process that has just started begins anew.
    map_awaited_until_ = {};
}

void WorkerClient::dial_anew(const runtime::Endpoint* only) {
    for (const auto& node : nodes_) {
        if (node == nullptr) continue;
        if (only == nullptr || same(*only, node->endpoint())) node->dial_anew();
    }
}

// Connected to elsewhere than where the map has it. A connection that works is not given up for
// another name of the same node.
bool WorkerClient::misplaced(const ReadNode& node) const {
    const MapNode* const in_map = map_->node(node.id());
    return in_map != nullptr && !node.up() && !same(in_map->address.endpoint, node.endpoint());
}

void WorkerClient::adopt_map(SteadyTime now) {
    if (std::exchange(adopted_version_, map_version_) == map_version_) return;
    for (const auto& node : nodes_) {
        if (node == nullptr) continue;
        const MapNode* const in_map = map_->node(node->id());
        if (in_map == nullptr) {
            if (node->close_at == kNever) node->close_at = now + state_.options.drain;
        } else {
            node->close_at = kNever;
            node->expect_role(in_map->primary, now);
        }
    }
    if (!state_.sparing()) stand_by_at(now + kStandbyAfter);
}

void WorkerClient::stand_by_at(SteadyTime when) {
    if (closed_) return;
    standby_at_ = when;
    keep_house_by(when);
}

void WorkerClient::stand_by(SteadyTime now) {
    if (now < standby_at_) return keep_house_by(standby_at_);
    standby_at_ = kNever;
    for (const MapNode& node : map_->nodes()) (void)standing(node.id);
}

// --- the nodes

// Null: not in the map, and nobody redirected to it.
ReadNode* WorkerClient::node_of(NodeId id) {
    if (id < nodes_.size() && nodes_[id] != nullptr) return nodes_[id].get();
    const MapNode* const in_map = closed_ ? nullptr : map_->node(id);
    return in_map == nullptr ? nullptr : &node_at(id, in_map->address);
}

std::string_view WorkerClient::name_of_node(NodeId id) {
    const ReadNode* const node = id == kNoNode ? nullptr : node_of(id);
    return node == nullptr ? std::string_view{} : node->name();
}

ReadNode& WorkerClient::node_at(NodeId id, const NodeAddress& address) {
    if (id >= nodes_.size()) nodes_.resize(id + 1);
    std::unique_ptr<ReadNode>& node = nodes_[id];
    if (node == nullptr) {
        node = std::make_unique<ReadNode>(static_cast<ReadNodeOwner&>(*this), state_, worker_, id,
                                          address);
        if (map_->node(id) == nullptr) {
            node->close_at = worker_.now() + state_.options.drain;
            keep_house_by(node->close_at);
        }
    }
    return *node;
}

void WorkerClient::discard(std::unique_ptr<ReadNode> node) {
    published_[node->id()].known.store(false, std::memory_order_relaxed);
    ReadNode& closing = *node;
    discarded_.push_back(std::move(node));
    closing.close();
}

void WorkerClient::node_ready(ReadNode& node) {
    const SteadyTime now = worker_.now();
    while (ReadLane* const lane = node.pop_waiting()) {
        if (ReadSession* const session = node.session_for_read()) send(*lane, *session, now);
        if (lane->session == nullptr)
            failed(*lane->op, lane->op->index_of(*lane), Errc::overloaded);
    }
}

void WorkerClient::node_failed(ReadNode& node, Errc why) {
    while (ReadLane* const lane = node.pop_waiting()) {
        // A reply was never under way: to those that waited it was not connected.
        const Errc seen = why == Errc::denied ? why : Errc::refused;
        failed(*lane->op, lane->op->index_of(*lane), seen);
    }
}

void WorkerClient::node_changed(const ReadNode& node) {
    Published& facts = published_[node.id()];
    facts.link.store(node.link_state(), std::memory_order_relaxed);
    facts.health.store(node.health().health(), std::memory_order_relaxed);
    facts.p99_ns.store(node.health().p99().count(), std::memory_order_relaxed);
    facts.known.store(true, std::memory_order_relaxed);
    if (misplaced(node)) keep_house_by(worker_.now());
}

void WorkerClient::pace_changed(const ReadNode& node, SlowNodes::Opinion before,
                                SlowNodes::Opinion after) {
    if (before.pace == Pace::quick && after.pace == Pace::slow)
        state_.metrics.nodes_slowed.add(index_);
    if (before.pace != after.pace && state_.log != nullptr) {
        state_.log->warning("l2.pace", {{"node", node.name()}, {"is", name_of(after.pace)}});
    }
    // Fills that were owed because it was strained.
    if (state_.slow.strained(node.id()) || state_.events == nullptr || closed_) return;
    const MapNode* const in_map = map_->node(node.id());
    if (in_map == nullptr || !in_map->primary) return;
    for (const SlotRange slots : in_map->slots) state_.events->slots_writable(worker_, slots);
}

ReadNodeFacts WorkerClient::node_facts(NodeId node) const {
    const Published& facts = published_[node];
    return {.known = facts.known.load(std::memory_order_relaxed),
            .link = facts.link.load(std::memory_order_relaxed),
            .health = facts.health.load(std::memory_order_relaxed),
            .p99 = Duration(facts.p99_ns.load(std::memory_order_relaxed))};
}

void WorkerClient::refresh(RefreshReason reason) {
    const SteadyTime now = worker_.now();
    SteadyTime& last = refreshed_at_[static_cast<std::size_t>(reason)];
    if (state_.control == nullptr || closed_) return;
    if (last != SteadyTime{} && now - last < kRefreshSpacing) return;
    last = now;
    state_.control->refresh(reason);
}

void WorkerClient::retire(std::unique_ptr<ReadSession> session) {
    session->node = nullptr;
    session->close_by = worker_.now() + kRetireWithin;
    if (closed_ || session->link.pipeline().under_way() == 0) session->link.close();
    retired_.push_back(std::move(session));
    keep_house_by(worker_.now() + kHousekeeping);
}

bool WorkerClient::waited_for(const ReadSession& session) const {
    return std::ranges::any_of(ops_, [&](const auto& op) {
        return op->read != nullptr && std::ranges::any_of(op->lanes, [&](const ReadLane& lane) {
                   return lane.session == &session;
               });
    });
}

// --- keeping house: closing what is not needed, destroying what is idle

void WorkerClient::keep_house_by(SteadyTime when) {
    if (closed_ || when >= house_armed_for_) return;
    house_armed_for_ = when;
    house_timer_->arm(when);
}

void WorkerClient::keep_house() {
    house_armed_for_ = kNever;
    if (closed_) return;
    const SteadyTime now = worker_.now();
    adopt_map(now);
    stand_by(now);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {  // by index: reads that end may begin others
        if (nodes_[i] == nullptr) continue;
        if (now >= nodes_[i]->close_at || misplaced(*nodes_[i])) {
            discard(std::exchange(nodes_[i], nullptr));
            continue;
        }
        if (nodes_[i]->close_at != kNever) keep_house_by(nodes_[i]->close_at);
        const MapNode* const in_map = map_->node(nodes_[i]->id());
        if (in_map != nullptr) nodes_[i]->expect_role(in_map->primary, now);
        nodes_[i]->keep_house(now);
    }
    for (const auto& session : retired_) {
        if (now >= session->close_by || session->link.pipeline().under_way() == 0)
            session->link.close();
    }
    std::erase_if(retired_, [](const auto& session) { return session->link.idle(); });
    std::erase_if(discarded_, [](const auto& node) { return node->idle(); });
    if (!retired_.empty() || !discarded_.empty()) keep_house_by(now + kHousekeeping);
}

void WorkerClient::close() {
    if (closed_) return;
    closed_ = true;
    house_timer_->disarm();
    pulse_timer_->disarm();
    while (!awaiting_map_.empty()) {
        end_unknown(awaiting_map_.pop_front(), UnknownReason::no_route);
    }
    for (const auto& node : nodes_) {
        if (node != nullptr) node->close();
    }
    for (const auto& session : retired_) session->link.close();
}

bool WorkerClient::idle() const {
    const auto idle_node = [](const auto& node) { return node == nullptr || node->idle(); };
    return closed_ && !ends_posted_ && ops_.size() == free_ops_.size() &&
           std::ranges::all_of(nodes_, idle_node) && std::ranges::all_of(discarded_, idle_node) &&
           std::ranges::all_of(retired_, [](const auto& s) { return s->link.idle(); });
}

}  // namespace aside::redis
