// The commands a simulated node knows: what a real server has been told about each, as far as it
// decides how the command is answered. Only what Aside sends is known.
//
// Thread rule: constants. Source: `COMMAND INFO` of redis 7.0.15 and its src/commands/*.json.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace aside::lab {

enum class KeyPlace : std::uint8_t { none, first, counted };  // counted: after a number, as EVAL

struct CommandFlags {
    std::string_view name;  // lower case, "cluster|slots"
    int arity;              // words in all; negative: at least so many
    KeyPlace keys = KeyPlace::none;
    bool writes = false;
    bool may_write = false;  // scripts: held back with the writes while those are paused
    bool takes_memory = false;
    bool while_loading = false;
    bool while_stale = false;  // a replica that refuses stale reads answers it
    bool while_busy = false;
    bool without_auth = false;
};

// By the first word, or the first two of CLIENT and CLUSTER; null: unknown. Case is ignored.
const CommandFlags* find_command(std::span<const std::string_view> words);
// CLIENT or CLUSTER: what has sub-commands.
bool is_container(std::string_view word);

std::string lower_case(std::string_view text);

}  // namespace aside::lab
