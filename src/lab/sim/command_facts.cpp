#include "lab/sim/command_facts.h"

#include <algorithm>

namespace aside::lab {

namespace {

constexpr CommandFlags kCommands[] = {
    {.name = "hello",
     .arity = -1,
     .while_loading = true,
     .while_stale = true,
     .while_busy = true,
     .without_auth = true},
    {.name = "auth",
     .arity = -2,
     .while_loading = true,
     .while_stale = true,
     .while_busy = true,
     .without_auth = true},
    {.name = "ping", .arity = -1},
    {.name = "client|setname", .arity = 3, .while_loading = true, .while_stale = true},
    {.name = "client|tracking", .arity = -3, .while_loading = true, .while_stale = true},
    {.name = "readonly", .arity = 1, .while_loading = true, .while_stale = true},
    {.name = "asking", .arity = 1},
    {.name = "cluster|slots", .arity = 2, .while_stale = true},
    {.name = "cluster|info", .arity = 2, .while_stale = true},
    {.name = "get", .arity = 2, .keys = KeyPlace::first},
    {.name = "pttl", .arity = 2, .keys = KeyPlace::first},
    {.name = "set",
     .arity = -3,
     .keys = KeyPlace::first,
     .writes = true,
     .may_write = true,
     .takes_memory = true},
    {.name = "eval",
     .arity = -3,
     .keys = KeyPlace::counted,
     .may_write = true,
     .while_stale = true},
    {.name = "evalsha",
     .arity = -3,
     .keys = KeyPlace::counted,
     .may_write = true,
     .while_stale = true},
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string lower_case(std::string_view text) {
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), lower);
    return lowered;
}

bool is_container(std::string_view word) {
    const std::string lowered = lower_case(word);
    return lowered == "client" || lowered == "cluster";
}

const CommandFlags* find_command(std::span<const std::string_view> words) {
    std::string name = lower_case(words[0]);
    if (is_container(name) && words.size() > 1) name += "|" + lower_case(words[1]);
    const auto* const found = std::ranges::find(kCommands, name, &CommandFlags::name);
    return found == std::end(kCommands) ? nullptr : found;
}

}  // namespace aside::lab
