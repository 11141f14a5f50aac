#include "lab/sim/server_profile.h"

namespace aside::lab {

const ProfileFacts& facts_of(ServerProfile profile) {
    static constexpr ProfileFacts kRedis7{.name = "redis7",
                                          .server = "redis",
                                          .version = "7.0.15",
                                          .brand = "Redis",
                                          .slots_while_loading = false,
                                          .hints_at_protocol = false};
    static constexpr ProfileFacts kRedis8{.name = "redis8",
                                          .server = "redis",
                                          .version = "8.0.2",
                                          .brand = "Redis",
                                          .module = "vectorset",
                                          .long_noperm_texts = true};
    static constexpr ProfileFacts kValkey8{.name = "valkey8",
                                           .server = "valkey",
                                           .version = "8.0.1",
                                           .brand = "Valkey",
                                           .info_while_loading = true,
                                           .replicas_know_migration = true,
                                           .long_noperm_texts = true,
                                           .hints_at_eval = false};
    static constexpr ProfileFacts kValkey9{.name = "valkey9",
                                           .server = "valkey",
                                           .version = "9.1.2",
                                           .brand = "Valkey",
                                           .module = "lua",
                                           .module_path = "lua",
                                           .info_while_loading = true,
                                           .set_name_while_busy = true,
                                           .replicas_know_migration = true,
                                           .zone_in_hello = true,
                                           .zone_in_slots = true,
                                           .atomic_migration = true,
                                           .long_noperm_texts = true,
                                           .hints_at_eval = false,
                                           .scripts_name_command = true};
    switch (profile) {
        case ServerProfile::redis7:
            return kRedis7;
        case ServerProfile::redis8:
            return kRedis8;
        case ServerProfile::valkey8:
            return kValkey8;
        case ServerProfile::valkey9:
            return kValkey9;
    }
    return kRedis7;
}

}  // namespace aside::lab
