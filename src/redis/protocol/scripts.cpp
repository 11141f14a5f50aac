#include "redis/protocol/scripts.h"

namespace aside::redis {

// clang-format off
// SET NX is the whole of it; a tombstone does not stop a lease, its holder must only know of it.
const Script kTakeLease = {
    "take_lease",
    R"lua(if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return {1, redis.call('EXISTS', KEYS[3])}
end
return {0, redis.call('PTTL', KEYS[2])}
)lua",
    "dba16d89c61af32b23cc28857489f4008b936c4c"};

const Script kRenewLease = {
    "renew_lease",
    R"lua(if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[2], ARGV[2])
)lua",
    "d0618685b03d74154dddab562802f1e5e51b5c01"};

const Script kReleaseLease = {
    "release_lease",
    R"lua(if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[2])
)lua",
    "5f4c8423c0c4c3dcb54ca643460fec83721c1f1d"};

// The lease was deleted by any invalidation since it was taken, and a later holder has another
// token: what was read before an invalidation is never stored after it.
const Script kFill = {
    "fill",
    R"lua(if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
redis.call('DEL', KEYS[2])
return 1
)lua",
    "74b4c3ee05434ff3f2d8db196028f161e92b17f1"};

// DEL comes first: a script that has written may go on writing when memory is full. The tombstone
// counts, so that it changes each time and everyone who tracks it is told.
const Script kInvalidate = {
    "invalidate",
    R"lua(redis.call('DEL', KEYS[1], KEYS[2])
local count = (tonumber(redis.call('GET', KEYS[3])) or 0) + 1
redis.call('SET', KEYS[3], count, 'PX', ARGV[1])
return 1
)lua",
    "ccdd73ccf713fc9f6fc53ebcb46ba21af4e46824"};

// clang-format on

std::array<const Script*, 5> scripts() {
    return {&kTakeLease, &kRenewLease, &kReleaseLease, &kFill, &kInvalidate};
}

}  // namespace aside::redis
