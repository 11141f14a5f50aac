// Every command Aside sends to Redis or Valkey: one table (commands.inc). What is not in it is not
// sent; the ACL that a server needs for Aside is made from it.
//
// Thread rule: pure functions. Ownership: encoders append to the caller's buffer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace aside::redis {

enum class Command : std::uint8_t {
#define ASIDE_REDIS_COMMAND(id, words, acl, purpose) id,
#include "redis/protocol/commands.inc"
#undef ASIDE_REDIS_COMMAND
};

struct CommandFacts {
    Command command;
    std::string_view words;    // "CLUSTER SLOTS": what is sent first
    std::string_view acl;      // "+cluster|slots": what permits it
    std::string_view purpose;  // for the docs
};
std::span<const CommandFacts> commands();

inline constexpr std::size_t kArgumentsMax = 16;

// Appends the command with its arguments, at most kArgumentsMax, as RESP.
void append_command(std::string& out, Command command,
                    std::initializer_list<std::string_view> arguments = {});

// The rules of an ACL user that may do exactly this, without name and password, as ACL SETUSER
// takes them: "resetkeys ~aside:* resetchannels -@all +get …". `key_prefix`: as key_names.h.
std::string acl_rules(std::string_view key_prefix);

}  // namespace aside::redis
