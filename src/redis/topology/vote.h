// Makes one view of several: what a majority agrees on; else the better coverage, then the higher
// epoch.
//
// Views agree when every slot has the same primary, by id or else by address; replicas do not
// count. A view that is older than the map in force is set aside when another is not: it comes from
// a node that was cut off. Without a majority (two that agree at least) a view replaces the map
// only if it is not older and covers every slot, or is newer; with one, an incomplete view is
// installed too, and a slot that it leaves out is unserved, never its old owner's. Thread rule:
// pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "redis/topology/cluster_view.h"

namespace aside::redis {

// Nothing: no view is good enough to replace the map. `known_epoch` is the installed map's; 0: none
// is installed, or its epoch was not told.
std::optional<ClusterView> choose_view(std::span<const ClusterView> views,
                                       std::uint64_t known_epoch);

}  // namespace aside::redis
