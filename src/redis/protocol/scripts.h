// The Lua scripts Aside runs in Redis: each is atomic, declares its keys (all in one slot), and is
// sent by its SHA-1 first, whole when the node does not know it (NOSCRIPT: the script cache is
// empty on new, restarted and promoted nodes).
//
// Keys of all: data, lease, tombstone (key_names.h). Thread rule: constants.
//   take_lease  ARGV token, ttl_ms          -> {1, tombstone?} won · {0, remaining_ms} held
//   renew_lease ARGV token, ttl_ms          -> 1 · 0 lost
//   release     ARGV token                  -> 1 · 0
//   fill        ARGV token, ttl_ms, value   -> 1 stored, lease given back · 0 lease lost
//   invalidate  ARGV grace_ms               -> 1, with data and lease gone and the tombstone set
#pragma once

#include <array>
#include <string_view>

namespace aside::redis {

struct Script {
    std::string_view name;
    std::string_view source;
    std::string_view sha1;  // of `source`, hex
};

extern const Script kTakeLease;
extern const Script kRenewLease;
extern const Script kReleaseLease;
extern const Script kFill;
extern const Script kInvalidate;

std::array<const Script*, 5> scripts();

}  // namespace aside::redis
