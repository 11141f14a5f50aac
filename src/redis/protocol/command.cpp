#include "redis/protocol/command.h"

#include <array>
#include <cassert>

#include "wire/resp.h"

namespace aside::redis {
namespace {

constexpr CommandFacts kCommands[] = {
#define ASIDE_REDIS_COMMAND(id, words, acl, purpose) {Command::id, words, acl, purpose},
#include "redis/protocol/commands.inc"
#undef ASIDE_REDIS_COMMAND
};

// Characters that mean something in a key pattern.
constexpr std::string_view kGlob = "*?[]\\^";

}  // namespace

std::span<const CommandFacts> commands() {
    return kCommands;
}

void append_command(std::string& out, Command command,
                    std::initializer_list<std::string_view> arguments) {
    assert(arguments.size() <= kArgumentsMax);
    std::array<std::string_view, kArgumentsMax + 2> words;
    std::size_t count = 0;
    // "CLUSTER SLOTS" is two words.
    const std::string_view name = kCommands[static_cast<std::size_t>(command)].words;
    const std::size_t space = name.find(' ');
    words[count++] = name.substr(0, space);
    if (space != std::string_view::npos) words[count++] = name.substr(space + 1);
    for (const std::string_view argument : arguments) words[count++] = argument;
    wire::append_resp_command(out, std::span(words.data(), count));
}

std::string acl_rules(std::string_view key_prefix) {
    std::string rules = "resetkeys ~";
    for (const char c : key_prefix) {
        if (kGlob.find(c) != std::string_view::npos) rules += '\\';
        rules += c;
    }
    rules += "* resetchannels -@all";
    for (const CommandFacts& facts : kCommands) rules.append(" ").append(facts.acl);
    return rules;
}

}  // namespace aside::redis
