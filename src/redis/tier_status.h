// The tier's facts for /status. Thread rule: any thread. No user, password or key is among them.
#pragma once

#include <string>

#include "redis/control_plane.h"
#include "redis/lane_gate.h"
#include "redis/tier_state.h"

namespace aside::redis {

// Members of an object, without its braces, as RemoteTier::status_json.
std::string describe(const TierState& state, const ControlPlane& control, const LaneGates& fills);

}  // namespace aside::redis
