// Makes one view of several: what a majority agrees on; else the better coverage, then the higher
// epoch.
//
// A view that does not cover every slot is used only where a majority agrees with it: a slot that
// the chosen view leaves out is unserved, never its old owner's. Thread rule: pure functions.
#pragma once

#include <optional>
#include <span>

#include "redis/topology/cluster_view.h"

namespace aside::redis {

// Nothing: no view is good enough to replace the map (none covers a slot). `known_epoch` is the
// installed map's: a lone view with an older epoch does not replace it.
std::optional<ClusterView> choose_view(std::span<const ClusterView> views,
                                       std::uint64_t known_epoch);

}  // namespace aside::redis
