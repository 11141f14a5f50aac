// Steps that several drills take.
//
// Thread rule: as DrillContext.
#pragma once

#include "lab/drill.h"

namespace aside::lab {

// A warm L2, replicas included. Gives the node that owns slot 0.
unsigned begin_warm(DrillContext& drill, ClientOptions options, OriginOptions origin = {});

// Over the next second every read of the load is a hit.
void expect_all_hits(DrillContext& drill);

// The first `count` known objects whose slot this node owns.
std::vector<std::string> keys_of(DrillContext& drill, unsigned node, std::size_t count);
std::vector<std::string> keys_of_slot(DrillContext& drill, std::uint16_t slot);

// Of the known objects those whose slot this node owns, by number.
std::vector<bool> objects_of(DrillContext& drill, unsigned node);

// The client (through proxies) finds this node "slow", on "trial" or "quick" within `limit`.
void expect_pace(DrillContext& drill, unsigned node, std::string_view pace, Duration limit);
// Of a slow node's objects, which the load times, in this phase: by the hedge (25 ms) and what the
// other copy takes.
void expect_quick_reads(DrillContext& drill);

double milliseconds(Duration span);

// Connections of the client's user to a node.
long client_connections(DrillContext& drill, unsigned node);

// CLUSTER SLOTS as the nodes tell it, with the proxies' ports; `keep` says which ranges and with
// what owner (by node number), so that a view can lie.
struct ToldRange {
    SlotRange slots;
    unsigned primary = 0;
    std::vector<unsigned> replicas;
};
std::vector<ToldRange> told_ranges(DrillContext& drill);
std::string slots_reply(DrillContext& drill, const std::vector<ToldRange>& ranges);

}  // namespace aside::lab
