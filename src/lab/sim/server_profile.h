// Which server a simulated node imitates, and in what servers differ that a client can notice.
//
// Thread rule: constants. Sources: what those servers answered (src/lab/sim/recordings).
#pragma once

#include <cstdint>
#include <string_view>

namespace aside::lab {

enum class ServerProfile : std::uint8_t { redis7, redis8, valkey8, valkey9 };
inline constexpr ServerProfile kServerProfiles[] = {ServerProfile::redis7, ServerProfile::redis8,
                                                    ServerProfile::valkey8, ServerProfile::valkey9};

struct ProfileFacts {
    std::string_view name;
    std::string_view server;   // as HELLO says
    std::string_view version;  // as HELLO says
    std::string_view brand;    // as error texts say
    std::string_view module;   // HELLO names it; empty: none
    std::string_view module_path;
    bool slots_while_loading = true;       // CLUSTER SLOTS is answered while the data is read
    bool info_while_loading = false;       // CLUSTER INFO too
    bool set_name_while_busy = false;      // CLIENT SETNAME is answered while a script runs
    bool replicas_know_migration = false;  // a replica sends ASK for what left its primary's slot
    bool zone_in_hello = false;
    bool zone_in_slots = false;
    bool atomic_migration = false;   // slots move whole: one MOVED at the end, no ASK
    bool long_noperm_texts = false;  // "User x has no permissions…" instead of "this user…"
    bool hints_at_protocol = true;   // NOAUTH to HELLO says "HELLO <proto> AUTH"
    bool hints_at_eval = true;       // NOSCRIPT says what to do
    // Of a refusal in a script: the command is named, and the script's hash is not.
    bool scripts_name_command = false;
};

const ProfileFacts& facts_of(ServerProfile profile);
std::string_view misconf_text(const ProfileFacts& facts);

}  // namespace aside::lab
