// Which server a simulated node imitates, and in what servers differ that a client can notice.
//
// Thread rule: constants. Sources: redis 7.0.15 (its answers are recorded in
// recorded_exchanges_test.cpp), the release notes of Redis 7.2 and 8.0, Valkey 8.0, 8.1 and 9.0.
#pragma once

#include <cstdint>
#include <string_view>

namespace aside::lab {

enum class ServerProfile : std::uint8_t { redis7, redis8, valkey8, valkey9 };
inline constexpr ServerProfile kServerProfiles[] = {ServerProfile::redis7, ServerProfile::redis8,
                                                    ServerProfile::valkey8, ServerProfile::valkey9};

struct ProfileFacts {
    std::string_view name;
    std::string_view server;               // as HELLO says
    std::string_view version;              // as HELLO says
    std::string_view brand;                // as error texts say
    bool topology_while_loading = true;    // CLUSTER SLOTS is answered while the data is read
    bool replicas_know_migration = false;  // a replica sends ASK for what left its primary's slot
    bool zone_in_hello = false;
    bool atomic_migration = false;   // slots move whole: one MOVED at the end, no ASK
    bool long_noperm_texts = false;  // "User x has no permissions…" instead of "this user…"
};

const ProfileFacts& facts_of(ServerProfile profile);
std::string_view misconf_text(const ProfileFacts& facts);

}  // namespace aside::lab
