#include "lab/sim/misfortunes.h"

#include <algorithm>

namespace aside::lab {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using runtime::Task;

// Whoever was turned away comes back after up to 21 s.
constexpr Duration kAfterMaxClients = seconds(24);

NodeIndex pick(SimBed& bed, const std::vector<NodeIndex>& among) {
    return among.empty() ? kNobody : among[bed.random.below(among.size())];
}
NodeIndex some_primary(SimBed& bed, NodeIndex other_than = kNobody) {
    auto all = bed.cluster.primaries();
    std::erase_if(all, [&](NodeIndex index) {
        return index == other_than || !bed.cluster.node(index).responsive();
    });
    return pick(bed, all);
}
NodeIndex some_replica(SimBed& bed) {
    std::vector<NodeIndex> all;
    for (const NodeIndex primary : bed.cluster.primaries()) {
        for (const NodeIndex replica : bed.cluster.replicas_of(primary)) {
            if (bed.cluster.node(replica).responsive()) all.push_back(replica);
        }
    }
    return pick(bed, all);
}
Duration some_time(SimBed& bed, Duration most) {
    return Duration(
        static_cast<std::int64_t>(bed.random.below(static_cast<std::uint64_t>(most.count()) + 1)));
}
void tell(SimBed& bed, std::string_view what, NodeIndex index) {
    bed.say(std::string(what) + " " + bed.cluster.at(index).host);
}

Task<> kill_primary(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "kill primary", index);
    bed.cluster.kill(index);
    co_await bed.wait(seconds(1) + some_time(bed, seconds(6)));
    tell(bed, "restart", index);
    bed.cluster.restart(index, true);
    co_await bed.wait(seconds(3));
}

Task<> restart_empty(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "kill and restart empty", index);
    bed.cluster.kill(index);
    co_await bed.wait(some_time(bed, seconds(1)));
    bed.cluster.restart(index, false);
    co_await bed.wait(seconds(4));
}

Task<> kill_replica(SimBed& bed) {
    const NodeIndex index = some_replica(bed);
    if (index == kNobody) co_return;
    tell(bed, "kill replica", index);
    bed.cluster.kill(index);
    co_await bed.wait(some_time(bed, seconds(3)));
    bed.cluster.restart(index, bed.random.chance(1, 2));
    co_await bed.wait(seconds(3));
}

Task<> freeze_primary(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "freeze primary", index);
    bed.cluster.freeze(index);
    co_await bed.wait(milliseconds(200) + some_time(bed, seconds(7)));
    tell(bed, "thaw", index);
    bed.cluster.thaw(index);
    co_await bed.wait(seconds(2));
}

Task<> lagging_promotion(SimBed& bed) {
    const NodeIndex replica = some_replica(bed);
    if (replica == kNobody) co_return;
    const NodeIndex old = bed.cluster.core(replica).primary;
    tell(bed, "promote while behind", replica);
    bed.cluster.set_replication_lag(replica, seconds(3));
    co_await bed.wait(seconds(3));
    bed.cluster.kill(old);
    bed.cluster.promote(replica);
    co_await bed.wait(seconds(2));
    bed.cluster.restart(old, true);
    bed.cluster.set_replication_lag(replica, milliseconds(1));
    co_await bed.wait(seconds(2));
}

Task<> manual_failover(SimBed& bed) {
    const NodeIndex replica = some_replica(bed);
    if (replica == kNobody) co_return;
    tell(bed, "manual failover to", replica);
    // A lag of seconds is a pause of seconds.
    bed.cluster.set_replication_lag(replica, some_time(bed, seconds(2)));
    co_await bed.wait(milliseconds(100));
    co_await bed.cluster.manual_failover(replica);
    bed.cluster.set_replication_lag(replica, milliseconds(1));
    co_await bed.wait(seconds(1));
}

Task<> minority(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "partition: alone is", index);
    bed.cluster.set_group(index, 1);
    co_await bed.wait(seconds(2) + some_time(bed, seconds(6)));
    bed.say("partition healed");
    bed.cluster.heal();
    co_await bed.wait(seconds(3));
}

Task<> reshard(SimBed& bed) {
    const NodeIndex from = some_primary(bed);
    const NodeIndex to = some_primary(bed, from);
    if (from == kNobody || to == kNobody) co_return;
    tell(bed, "reshard from", from);
    tell(bed, "reshard to", to);
    const auto count = 200 + bed.random.below(1500);
    const auto slots = bed.cluster.slots_of(from, count);
    if (facts_of(bed.cluster.shape().profile).atomic_migration) {
        co_await bed.cluster.move_atomically(slots, to, some_time(bed, milliseconds(300)));
    } else {
        co_await bed.cluster.move_slots(slots, to, milliseconds(1));
    }
    co_await bed.wait(milliseconds(500));
}

// A slot whose migration takes long: all of its keys are asked for meanwhile.
Task<> slow_slot(SimBed& bed) {
    const NodeIndex from = some_primary(bed);
    const NodeIndex to = some_primary(bed, from);
    if (from == kNobody || to == kNobody) co_return;
    const auto& keys = bed.cluster.core(from).data.keys();
    if (keys.empty()) co_return;
    auto chosen = keys.begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(bed.random.below(keys.size())));
    const std::uint16_t slot = chosen->second.slot;
    bed.say("slow migration of slot " + std::to_string(slot));
    co_await bed.cluster.move_slot(slot, to, milliseconds(700));
    co_await bed.wait(milliseconds(500));
}

Task<> scale(SimBed& bed) {
    const auto old = bed.cluster.primaries();
    if (old.size() > 4 || old.empty()) co_return;
    const NodeIndex added = bed.cluster.add_shard();
    tell(bed, "scale out to", added);
    for (const NodeIndex from : old) {
        const auto slots = bed.cluster.slots_of(from, 800);
        co_await bed.cluster.move_slots(slots, added, milliseconds(1));
    }
    co_await bed.wait(seconds(1));
    const NodeIndex back = old.front();
    if (!bed.random.chance(1, 2) || !bed.cluster.node(back).responsive()) co_return;
    tell(bed, "scale in from", added);
    const auto slots = bed.cluster.slots_of(added, kSlotCount);
    co_await bed.cluster.move_slots(slots, back, milliseconds(1));
    co_await bed.wait(seconds(1));
    // Only now does the node leave; its replicas have followed its slots.
    if (bed.cluster.slots_of(added, 1).empty()) bed.cluster.kill(added);
}

template <class Change>
Task<> trouble(SimBed& bed, NodeIndex index, std::string_view what, Change change) {
    if (index == kNobody) co_return;
    tell(bed, what, index);
    change(bed.cluster.core(index).states, true);
    co_await bed.wait(milliseconds(300) + some_time(bed, seconds(3)));
    change(bed.cluster.core(index).states, false);
    bed.say("over");
}

Task<> out_of_memory(SimBed& bed) {
    co_await trouble(bed, some_primary(bed), "out of memory",
                     [](NodeStates& states, bool on) { states.out_of_memory = on; });
}
Task<> misconf(SimBed& bed) {
    co_await trouble(bed, some_primary(bed), "misconf",
                     [](NodeStates& states, bool on) { states.misconf = on; });
}
Task<> no_replicas(SimBed& bed) {
    co_await trouble(bed, some_primary(bed), "no replicas",
                     [](NodeStates& states, bool on) { states.no_replicas = on; });
}
Task<> busy(SimBed& bed) {
    co_await trouble(bed, some_primary(bed), "busy",
                     [](NodeStates& states, bool on) { states.busy = on; });
}
Task<> loading(SimBed& bed) {
    co_await trouble(bed, some_primary(bed), "loading",
                     [](NodeStates& states, bool on) { states.loading = on; });
}
Task<> master_down(SimBed& bed) {
    co_await trouble(bed, some_replica(bed), "master down",
                     [](NodeStates& states, bool on) { states.master_down = on; });
}
Task<> slow(SimBed& bed) {
    co_await trouble(bed, some_primary(bed), "slow", [](NodeStates& states, bool on) {
        states.delay = on ? milliseconds(120) : Duration(0);
    });
}
Task<> denied(SimBed& bed) {
    co_await trouble(bed, some_primary(bed), "denied", [](NodeStates& states, bool on) {
        states.deny_get = on;
        states.deny_topology = on;
    });
}

Task<> max_clients(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "max clients", index);
    bed.quiet = kAfterMaxClients;
    bed.cluster.core(index).states.max_clients = 2;
    bed.cluster.node(index).drop_connections();
    co_await bed.wait(seconds(3));
    bed.cluster.core(index).states.max_clients = NodeStates{}.max_clients;
    bed.say("over");
}

Task<> lies(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "lies", index);
    NodeLies& told = bed.cluster.node(index).lies;
    const runtime::Ratio often{1, 40};
    switch (bed.random.below(6)) {
        case 0:
            told.corrupt = often;
            break;
        case 1:
            told.other_value = often;
            break;
        case 2:
            told.swapped = often;
            break;
        case 3:
            told.garbage = often;
            break;
        case 4:
            told.half_reply = often;
            break;
        default:
            told.reset = often;
    }
    co_await bed.wait(seconds(2));
    told = NodeLies{};
    bed.say("over");
}

Task<> evict(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "evict at", index);
    bed.cluster.evict(index, 20);
    co_await bed.wait(milliseconds(500));
}
Task<> flush(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "flush", index);
    bed.cluster.flush(index);
    co_await bed.wait(milliseconds(500));
}

Task<> bad_network(SimBed& bed) {
    bed.say("bad network");
    auto& faults = bed.world.network().faults;
    faults.short_read = {1, 3};
    faults.short_write = {1, 3};
    faults.reset = {1, 3000};
    faults.latency_jitter = milliseconds(2);
    co_await bed.wait(seconds(3));
    faults = runtime::NetworkFaults{};
    bed.say("over");
}

Task<> nameless(SimBed& bed) {
    const NodeIndex index = some_primary(bed);
    if (index == kNobody) co_return;
    tell(bed, "announced as \"?\":", index);
    bed.cluster.name(index).announce = Announce::unknown;
    co_await bed.wait(seconds(3));
    bed.cluster.name(index).announce = Announce::address;
}

constexpr Misfortune kMisfortunes[] = {
    {"kill_primary", kill_primary},
    {"restart_empty", restart_empty},
    {"kill_replica", kill_replica},
    {"freeze_primary", freeze_primary},
    {"lagging_promotion", lagging_promotion},
    {"manual_failover", manual_failover},
    {"minority", minority},
    {"reshard", reshard},
    {"slow_slot", slow_slot},
    {"scale", scale},
    {"out_of_memory", out_of_memory},
    {"misconf", misconf},
    {"no_replicas", no_replicas},
    {"busy", busy},
    {"loading", loading},
    {"master_down", master_down},
    {"slow", slow},
    {"denied", denied},
    {"max_clients", max_clients},
    {"lies", lies},
    {"evict", evict},
    {"flush", flush},
    {"bad_network", bad_network},
    {"nameless", nameless},
};

}  // namespace

std::span<const Misfortune> misfortunes() {
    return kMisfortunes;
}

const Misfortune& misfortune(std::string_view name) {
    return *std::ranges::find(kMisfortunes, name, &Misfortune::name);
}

}  // namespace aside::lab
