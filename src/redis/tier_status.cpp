#include "redis/tier_status.h"

#include "wire/json_text.h"

namespace aside::redis {

namespace {

// Members of a JSON object, comma-separated.
class Members {
  public:
    explicit Members(std::string& out) : out_(out) {}
    Members(const Members&) = delete;

    Members& add(std::string_view name, std::uint64_t number) {
        next(name) += std::to_string(number);
        return *this;
    }
    Members& add(std::string_view name, bool yes) {
        next(name) += yes ? "true" : "false";
        return *this;
    }
    Members& add(std::string_view name, std::string_view text) {
        wire::append_json_string(next(name), text);
        return *this;
    }
    std::string& next(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        return out_.append(1, '"').append(name).append("\":");
    }

  private:
    std::string& out_;
    bool first_ = true;
};

std::string_view name_of(LinkState state) {
    constexpr std::string_view kNames[] = {"idle", "dialling", "up", "waiting"};
    return kNames[static_cast<std::size_t>(state)];
}

std::string_view name_of(Health health) {
    constexpr std::string_view kNames[] = {"good", "suspect", "open", "half_open"};
    return kNames[static_cast<std::size_t>(health)];
}

std::uint64_t slots_of(const MapNode& node) {
    std::uint64_t count = 0;
    for (const SlotRange range : node.slots) count += range.last - range.first + 1U;
    return count;
}

void describe_node(std::string& out, const MapNode& node, const TierState& state,
                   const ControlPlane& control, const LaneGates& fills) {
    const ControlPlane::Facts facts = control.facts(node.id);
    out += '{';
    Members one(out);
    one.add("node", runtime::to_string(node.address.endpoint))
        .add("role", std::string_view(node.primary ? "primary" : "replica"))
        .add("slots", slots_of(node))
        .add("control", name_of(facts.link))
        .add("health", name_of(facts.health))
        .add("trusted", state.trust.trusted(node.id))
        .add("cold", state.cold.cold(node.id))
        .add("pace", name_of(state.slow.pace(node.id)))
        .add("strained", state.slow.strained(node.id));
    if (node.primary) {
        one.add("heard", facts.hears)
            .add("fills",
                 fills.held(node.id) ? std::string_view("held") : name_of(fills.link(node.id)))
            .add("fills_under_way", std::uint64_t{fills.requests(node.id)});
    }
    out += '}';
}

}  // namespace

std::string describe(const TierState& state, const ControlPlane& control, const LaneGates& fills) {
    const std::shared_ptr<const SlotMap> map = state.map.load();
    std::string out;
    Members l2(out);
    l2.add("standalone", map->standalone())
        .add("map_version", map->version())
        .add("epoch", control.epoch())
        .add("covered_slots", std::uint64_t{map->covered_slots()})
        .add("unheard_slots", std::uint64_t{control.unheard_slots()})
        .add("cold_shards", std::uint64_t{state.cold.cold_count()});
    l2.next("nodes") += '[';
    bool first = true;
    for (const MapNode& node : map->nodes()) {
        if (!first) out += ',';
        first = false;
        describe_node(out, node, state, control, fills);
    }
    out += ']';
    return out;
}

}  // namespace aside::redis
