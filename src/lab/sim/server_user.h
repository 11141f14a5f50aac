// ACL users of a simulated server: what each may run and which keys it may name.
//
// Thread rule: plain values. The rules of Aside's own user are written out here once more, so that
// a command that slips into the client's table without a thought is refused in every simulation.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace aside::lab {

struct ServerUser {
    std::string name;
    std::string password;  // empty: none is asked for
    bool enabled = true;
    bool all_commands = false;
    std::set<std::string, std::less<>> commands;  // "get", "cluster|slots"
    std::vector<std::string> key_prefixes;        // "" : every key

    bool may_run(std::string_view command) const;
    bool may_touch(std::string_view key) const;
};

// Everything, without a password: what a fresh server has.
ServerUser default_user();
// What docs/operating.md tells people to set up.
ServerUser aside_user(std::string name, std::string password, std::string key_prefix);

}  // namespace aside::lab
