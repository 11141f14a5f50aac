#include "lab/sim/node_view.h"

#include <algorithm>

namespace aside::lab {

void NodeView::hear(const std::shared_ptr<const Claim>& claim, SteadyTime now) {
    if (claim->node >= peers.size()) peers.resize(claim->node + 1);
    Peer& peer = peers[claim->node];
    peer.known = true;
    peer.failed = false;
    peer.heard = now;
    if (peer.believed == claim && peer.believed_at == changes) return;
    peer.primary = claim->primary;
    peer.has_data = claim->has_data;
    peer.epoch = claim->epoch;
    current_epoch = std::max(current_epoch, claim->epoch);
    for (std::size_t slot = 0; slot < kSlotCount; ++slot) {
        if (!claim->slots[slot] || owner[slot] == claim->node) continue;
        if (owner[slot] != kNobody && peers[owner[slot]].epoch >= claim->epoch) continue;
        owner[slot] = claim->node;
        ++changes;
    }
    peer.believed = claim;
    peer.believed_at = changes;
}

void NodeView::forget(NodeIndex node) {
    if (node >= peers.size()) return;
    peers[node] = Peer{};
    for (auto& whose : owner) {
        if (whose == node) whose = kNobody;
    }
    ++changes;
}

SlotSet NodeView::slots_of(NodeIndex node) const {
    SlotSet slots;
    for (std::size_t slot = 0; slot < kSlotCount; ++slot) slots[slot] = owner[slot] == node;
    return slots;
}

std::size_t NodeView::primaries_with_slots() const {
    std::vector<bool> seen(peers.size());
    for (const NodeIndex whose : owner) {
        if (whose != kNobody) seen[whose] = true;
    }
    return static_cast<std::size_t>(std::ranges::count(seen, true));
}

namespace {

void append_node(std::string& out, Protocol protocol, const NodeName& name, bool zones) {
    append_array(out, 4);
    if (name.announce == Announce::empty) {
        append_null(out, protocol);
    } else {
        append_bulk(out, name.announce == Announce::unknown ? "?" : name.host);
    }
    append_integer(out, name.port);
    append_bulk(out, name.id);
    const bool zone = zones && !name.zone.empty();
    append_map(out, protocol, zone ? 1 : 0);
    if (!zone) return;
    append_bulk(out, "availability-zone");
    append_bulk(out, name.zone);
}

}  // namespace

void append_cluster_slots(std::string& out, Protocol protocol, const NodeView& view,
                          const std::vector<NodeName>& names, bool zones) {
    std::string ranges;
    std::size_t count = 0;
    for (std::size_t first = 0; first < kSlotCount;) {
        const NodeIndex whose = view.owner[first];
        std::size_t end = first + 1;
        while (end < kSlotCount && view.owner[end] == whose) ++end;
        if (whose != kNobody) {
            std::vector<NodeIndex> copies{whose};
            for (std::size_t node = 0; node < view.peers.size(); ++node) {
                const Peer& peer = view.peers[node];
                if (peer.known && !peer.failed && peer.has_data && peer.primary == whose) {
                    copies.push_back(static_cast<NodeIndex>(node));
                }
            }
            append_array(ranges, 2 + copies.size());
            append_integer(ranges, static_cast<std::int64_t>(first));
            append_integer(ranges, static_cast<std::int64_t>(end - 1));
            for (const NodeIndex node : copies) append_node(ranges, protocol, names[node], zones);
            ++count;
        }
        first = end;
    }
    append_array(out, count);
    out += ranges;
}

std::string cluster_info_text(const NodeView& view, ClusterInfo info) {
    std::size_t assigned = 0;
    std::size_t failed = 0;
    for (const NodeIndex whose : view.owner) {
        if (whose == kNobody) continue;
        ++assigned;
        if (view.peers[whose].failed) ++failed;
    }
    const auto known = std::ranges::count(view.peers, true, &Peer::known);
    const auto line = [](std::string_view name, std::uint64_t number) {
        return std::string(name) + ":" + std::to_string(number) + "\r\n";
    };
    return std::string("cluster_state:") + (info.state_ok ? "ok" : "fail") + "\r\n" +
           line("cluster_slots_assigned", assigned) + line("cluster_slots_ok", assigned - failed) +
           line("cluster_slots_pfail", 0) + line("cluster_slots_fail", failed) +
           line("cluster_known_nodes", static_cast<std::uint64_t>(known)) +
           line("cluster_size", view.primaries_with_slots()) +
           line("cluster_current_epoch", view.current_epoch) +
           line("cluster_my_epoch", info.my_epoch) + line("cluster_stats_messages_sent", 0) +
           line("cluster_stats_messages_received", 0) +
           line("total_cluster_links_buffer_limit_exceeded", 0);
}

}  // namespace aside::lab
