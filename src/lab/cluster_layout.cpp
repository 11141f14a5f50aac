#include "lab/cluster_layout.h"

#include <algorithm>

#include "base/number_text.h"

namespace aside::lab {

namespace {

constexpr std::size_t kFieldsBeforeSlots = 8;

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(at), text.size());
        if (end != 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

// "127.0.0.1:7000@17000,name"
bool read_port(std::string_view address, std::uint16_t& port) {
    address = address.substr(0, address.find('@'));
    return read_number(address.substr(address.rfind(':') + 1), port);
}

// "5", "0-5460", "[93->-292f8b…]", "[77-<-e7d1…]"
bool read_slots(std::string_view field, LaidOutNode& node) {
    if (field.starts_with('[')) {
        std::uint16_t slot = 0;
        if (!read_number(field.substr(1, field.find('-') - 1), slot)) return false;
        node.open_slots.push_back(slot);
        return true;
    }
    const std::size_t dash = field.find('-');
    SlotRange range;
    if (!read_number(field.substr(0, dash), range.first)) return false;
    range.last = range.first;
    if (dash != std::string_view::npos && !read_number(field.substr(dash + 1), range.last))
        return false;
    node.slots.push_back(range);
    return true;
}

bool read_line(std::string_view line, LaidOutNode& node) {
    const auto fields = split(line, ' ');
    if (fields.size() < kFieldsBeforeSlots) return false;
    node.id = fields[0];
    if (!read_port(fields[1], node.port)) return false;
    for (const std::string_view flag : split(fields[2], ',')) {
        node.primary |= flag == "master";
        node.failing |= flag == "fail" || flag == "fail?";
        node.handshake |= flag == "handshake" || flag == "noaddr";
    }
    if (fields[3] != "-") node.primary_id = fields[3];
    node.connected = fields[7] == "connected";
    return std::ranges::all_of(fields.begin() + kFieldsBeforeSlots, fields.end(),
                               [&](std::string_view field) { return read_slots(field, node); });
}

}  // namespace

unsigned LaidOutNode::slot_count() const {
    unsigned count = 0;
    for (const SlotRange& range : slots) count += range.last - range.first + 1U;
    return count;
}

bool LaidOutNode::owns(std::uint16_t slot) const {
    return std::ranges::any_of(slots, [slot](const SlotRange& range) {
        return range.first <= slot && slot <= range.last;
    });
}

const LaidOutNode* ClusterLayout::by_id(std::string_view id) const {
    const auto at = std::ranges::find(nodes, id, &LaidOutNode::id);
    return at == nodes.end() ? nullptr : &*at;
}

const LaidOutNode* ClusterLayout::by_port(std::uint16_t port) const {
    const auto at = std::ranges::find(nodes, port, &LaidOutNode::port);
    return at == nodes.end() ? nullptr : &*at;
}

const LaidOutNode* ClusterLayout::owner(std::uint16_t slot) const {
    const auto at =
        std::ranges::find_if(nodes, [slot](const LaidOutNode& node) { return node.owns(slot); });
    return at == nodes.end() ? nullptr : &*at;
}

std::vector<const LaidOutNode*> ClusterLayout::replicas_of(std::string_view id) const {
    std::vector<const LaidOutNode*> replicas;
    for (const LaidOutNode& node : nodes) {
        if (!node.primary && node.primary_id == id) replicas.push_back(&node);
    }
    return replicas;
}

unsigned ClusterLayout::covered_slots() const {
    unsigned count = 0;
    for (const LaidOutNode& node : nodes) count += node.slot_count();
    return count;
}

Result<ClusterLayout> parse_layout(std::string_view cluster_nodes) {
    ClusterLayout layout;
    for (std::string_view line : split(cluster_nodes, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        LaidOutNode node;
        if (!read_line(line, node)) {
            return fail(Errc::protocol, "not a line of CLUSTER NODES: " + std::string(line));
        }
        layout.nodes.push_back(std::move(node));
    }
    return layout;
}

}  // namespace aside::lab
