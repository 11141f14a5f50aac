#include "lab/sim/server_profile.h"

namespace aside::lab {

const ProfileFacts& facts_of(ServerProfile profile) {
    static constexpr ProfileFacts kRedis7{.name = "redis7",
                                          .server = "redis",
                                          .version = "7.0.15",
                                          .brand = "Redis",
                                          .topology_while_loading = false};
    static constexpr ProfileFacts kRedis8{.name = "redis8",
                                          .server = "redis",
                                          .version = "8.0.2",
                                          .brand = "Redis",
                                          .long_noperm_texts = true};
    static constexpr ProfileFacts kValkey8{.name = "valkey8",
                                           .server = "valkey",
                                           .version = "8.0.2",
                                           .brand = "Valkey",
                                           .replicas_know_migration = true,
                                           .long_noperm_texts = true};
    static constexpr ProfileFacts kValkey9{.name = "valkey9",
                                           .server = "valkey",
                                           .version = "9.0.0",
                                           .brand = "Valkey",
                                           .replicas_know_migration = true,
                                           .zone_in_hello = true,
                                           .atomic_migration = true,
                                           .long_noperm_texts = true};
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
