#include "lab/sim/server_user.h"

#include <algorithm>

namespace aside::lab {

bool ServerUser::may_run(std::string_view command) const {
    return all_commands || commands.contains(command);
}

bool ServerUser::may_touch(std::string_view key) const {
    return std::ranges::any_of(key_prefixes,
                               [&](const auto& prefix) { return key.starts_with(prefix); });
}

ServerUser default_user() {
    return {.name = "default", .all_commands = true, .key_prefixes = {""}};
}

ServerUser aside_user(std::string name, std::string password, std::string key_prefix) {
    return {.name = std::move(name),
            .password = std::move(password),
            .commands = {"hello", "auth", "ping", "client|tracking", "client|setname", "readonly",
                         "asking", "cluster|slots", "cluster|info", "get", "pttl", "set", "evalsha",
                         "eval", "del", "exists", "pexpire"},
            .key_prefixes = {std::move(key_prefix)}};
}

}  // namespace aside::lab
