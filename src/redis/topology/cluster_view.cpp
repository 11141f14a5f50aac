#include "redis/topology/cluster_view.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace aside::redis {
namespace {

using wire::RespNode;
using wire::RespType;

constexpr std::size_t kHostMax = 255;  // of a DNS name
constexpr std::size_t kZoneMax = 64;
constexpr std::size_t kIdDigits = 40;

std::unexpected<Error> malformed(const char* what) {
    return fail(Errc::protocol, std::string("CLUSTER SLOTS: ") + what);
}

bool is_text(const RespNode& node) {
    return node.type == RespType::bulk_string || node.type == RespType::simple_string;
}

bool is_id(std::string_view text) {
    return text.size() == kIdDigits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_host(std::string_view text) {
    return text != "?" && !text.empty() && text.size() <= kHostMax &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

// Pairs of names and values: a map in RESP3, a flat array in RESP2.
std::string zone_in(const RespNode& metadata) {
    if (metadata.type != RespType::array && metadata.type != RespType::map) return {};
    const RespNode* name = wire::first_child(metadata);
    for (std::uint32_t i = 0; i + 1 < metadata.count; i += 2) {
        const RespNode* value = wire::next_sibling(name);
        if (is_text(*name) && is_text(*value) && value->text.size() <= kZoneMax &&
            (name->text == "availability-zone" || name->text == "availability_zone")) {
            return std::string(value->text);
        }
        name = wire::next_sibling(value);
    }
    return {};
}

// [endpoint, port, id, metadata], the last two since Redis 4 and 7. An empty host in the result: a
// node nobody may dial.
Result<NodeAddress> read_node(const RespNode& node, const runtime::Endpoint& answered_by) {
    if (node.type != RespType::array || node.count < 2) return malformed("no node");
    const RespNode* endpoint = wire::first_child(node);
    const RespNode* port = wire::next_sibling(endpoint);
    if (endpoint->type != RespType::null && !is_text(*endpoint)) return malformed("no endpoint");
    if (port->type != RespType::integer || port->number < 0 || port->number > 65535) {
        return malformed("no port");
    }
    NodeAddress address;
    address.endpoint.port = static_cast<std::uint16_t>(port->number);
    if (endpoint->type == RespType::null || endpoint->text.empty()) {
        address.endpoint.host = answered_by.host;
    } else if (is_host(endpoint->text)) {
        address.endpoint.host = endpoint->text;
    }
    // Port 0: a node that listens on the other of plain and TLS only.
    if (port->number == 0) address.endpoint.host.clear();

    if (node.count < 3) return address;
    const RespNode* id = wire::next_sibling(port);
    if (is_text(*id) && is_id(id->text)) address.id = id->text;
    if (node.count >= 4) address.zone = zone_in(*wire::next_sibling(id));
    return address;
}

// [first, last, primary, replica…]
Result<SlotOwners> read_range(const RespNode& range, const runtime::Endpoint& answered_by) {
    if (range.type != RespType::array || range.count < 3) return malformed("no range");
    const RespNode* first = wire::first_child(range);
    const RespNode* last = wire::next_sibling(first);
    if (first->type != RespType::integer || last->type != RespType::integer || first->number < 0 ||
        first->number > last->number || last->number >= kSlots) {
        return malformed("bad slots");
    }
    SlotOwners owners;
    owners.slots = {static_cast<std::uint16_t>(first->number),
                    static_cast<std::uint16_t>(last->number)};
    const RespNode* node = wire::next_sibling(last);
    for (std::uint32_t i = 2; i < range.count; ++i, node = wire::next_sibling(node)) {
        auto address = read_node(*node, answered_by);
        if (!address) return fail(std::move(address.error()));
        if (i == 2) {
            owners.primary = std::move(*address);
        } else if (!address->endpoint.host.empty()) {
            owners.replicas.push_back(std::move(*address));
        }
    }
    return owners;
}

}  // namespace

std::uint32_t ClusterView::covered_slots() const {
    std::uint32_t covered = 0;
    for (const SlotOwners& range : ranges) covered += range.slots.last - range.slots.first + 1U;
    return covered;
}

Result<ClusterView> parse_cluster_slots(const wire::RespNode& reply,
                                        const runtime::Endpoint& answered_by) {
    if (reply.type != RespType::array) return malformed("no array");
    if (reply.count > kSlots) return malformed("too many ranges");
    ClusterView view;
    view.asked = runtime::to_string(answered_by);
    const RespNode* at = wire::first_child(reply);
    for (std::uint32_t i = 0; i < reply.count; ++i, at = wire::next_sibling(at)) {
        auto range = read_range(*at, answered_by);
        if (!range) return fail(std::move(range.error()));
        view.ranges.push_back(std::move(*range));
    }
    std::ranges::sort(view.ranges, {}, [](const SlotOwners& range) { return range.slots.first; });
    for (std::size_t i = 1; i < view.ranges.size(); ++i) {
        if (view.ranges[i].slots.first <= view.ranges[i - 1].slots.last) {
            return malformed("a slot twice");
        }
    }
    std::erase_if(view.ranges,
                  [](const SlotOwners& range) { return range.primary.endpoint.host.empty(); });
    if (view.ranges.empty()) return fail(Errc::not_found, "CLUSTER SLOTS: no slots");
    return view;
}

void add_cluster_info(ClusterView& view, std::string_view info) {
    while (!info.empty()) {
        const std::string_view line = info.substr(0, info.find_first_of("\r\n"));
        info.remove_prefix(std::min(info.size(), line.size() + 1));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
        if (name == "cluster_state") view.state_ok = value == "ok";
        if (name != "cluster_current_epoch") continue;
        std::uint64_t epoch = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), epoch);
        if (error == std::errc() && end == value.data() + value.size()) view.epoch = epoch;
    }
}

ClusterView standalone_view(const runtime::Endpoint& node) {
    ClusterView view;
    view.ranges.push_back({.slots = {0, kSlots - 1}, .primary = {node, "", ""}, .replicas = {}});
    view.standalone = true;
    view.asked = runtime::to_string(node);
    return view;
}

}  // namespace aside::redis
