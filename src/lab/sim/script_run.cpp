#include "lab/sim/script_run.h"

#include <algorithm>
#include <charconv>

namespace aside::lab {

namespace {

std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

void ScriptRun::run(Words keys, Words arguments, std::string& out) {
    std::string reply;
    const std::size_t wanted = &script_ == &redis::kFill           ? 3
                               : &script_ == &redis::kReleaseLease ? 1
                               : &script_ == &redis::kInvalidate   ? 1
                                                                   : 2;
    if (keys.size() < 3 || arguments.size() < wanted) {
        stop("ERR Lua redis lib command arguments must be strings or integers");
    } else if (&script_ == &redis::kTakeLease) {
        take_lease(keys, arguments, reply);
    } else if (&script_ == &redis::kRenewLease) {
        renew_lease(keys, arguments, reply);
    } else if (&script_ == &redis::kReleaseLease) {
        release_lease(keys, arguments, reply);
    } else if (&script_ == &redis::kFill) {
        fill(keys, arguments, reply);
    } else {
        invalidate(keys, arguments, reply);
    }
    if (problem_.empty()) {
        out += reply;
        return;
    }
    const std::string script =
        core_.facts().scripts_name_command ? "" : std::string(script_.sha1) + ", ";
    append_error(out, problem_ + " script: " + script + "on @user_script:1.");
}

void ScriptRun::take_lease(Words keys, Words arguments, std::string& out) {
    if (!may_write("set", keys[1], true)) return;
    const StoredValue* const held = core_.find(keys[1]);
    append_array(out, 2);
    if (held == nullptr) {
        set(keys[1], arguments[0], arguments[1]);
        if (!may_read("exists", keys[2])) return;
        append_integer(out, 1);
        append_integer(out, core_.find(keys[2]) != nullptr ? 1 : 0);
        return;
    }
    if (!may_read("pttl", keys[1])) return;
    append_integer(out, 0);
    append_integer(out, remaining_ms(*held, core_.host_.now()));
}

bool ScriptRun::check_token(Words keys, Words arguments, bool& holds) {
    if (!may_read("get", keys[1])) return false;
    const StoredValue* const lease = core_.find(keys[1]);
    holds = lease != nullptr && lease->bytes == arguments[0];
    return true;
}

void ScriptRun::renew_lease(Words keys, Words arguments, std::string& out) {
    bool holds = false;
    if (!check_token(keys, arguments, holds)) return;
    if (!holds) return append_integer(out, 0);
    if (!may_write("pexpire", keys[1], false)) return;
    set(keys[1], arguments[0], arguments[1]);
    append_integer(out, 1);
}

void ScriptRun::release_lease(Words keys, Words arguments, std::string& out) {
    bool holds = false;
    if (!check_token(keys, arguments, holds)) return;
    if (!holds) return append_integer(out, 0);
    if (!may_write("del", keys[1], false)) return;
    erase(keys[1]);
    append_integer(out, 1);
}

void ScriptRun::fill(Words keys, Words arguments, std::string& out) {
    bool holds = false;
    if (!check_token(keys, arguments, holds)) return;
    if (!holds) return append_integer(out, 0);
    if (!may_write("set", keys[0], true)) return;
    set(keys[0], arguments[2], arguments[1]);
    if (!may_write("del", keys[1], false)) return;
    erase(keys[1]);
    append_integer(out, 1);
}

void ScriptRun::invalidate(Words keys, Words arguments, std::string& out) {
    if (!may_write("del", keys[0], false)) return;
    erase(keys[0]);
    erase(keys[1]);
    if (!may_read("get", keys[2])) return;
    const StoredValue* const tombstone = core_.find(keys[2]);
    const std::int64_t count = (tombstone == nullptr ? 0 : number_in(tombstone->bytes)) + 1;
    if (!may_write("set", keys[2], true)) return;
    set(keys[2], std::to_string(count), arguments[0]);
    append_integer(out, 1);
}

// --- inner commands

bool ScriptRun::stop(std::string_view problem) {
    problem_ = problem;
    return false;
}

bool ScriptRun::may_call(std::string_view command, std::string_view key) {
    if (core_.states.master_down && !core_.is_primary()) {
        return stop(
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to "
            "'no'.");
    }
    const bool long_texts = core_.facts().long_noperm_texts;
    if (!session_.user->may_run(command)) {
        return stop(
            long_texts ? "ERR ACL failure in script: User " + session_.user->name +
                             " has no permissions to run the '" + std::string(command) + "' command"
                       : "ERR The user executing the script can't run this command or subcommand");
    }
    if (!session_.user->may_touch(key)) {
        return stop(long_texts ? "ERR ACL failure in script: No permissions to access a key"
                               : "ERR The user executing the script can't access at least one of "
                                 "the keys mentioned in the command arguments");
    }
    return true;
}

bool ScriptRun::may_read(std::string_view command, std::string_view key) {
    if (!may_call(command, key)) return false;
    if (core_.cluster_ok || core_.setup_.reads_when_down) return true;
    return stop_while_down(command, false);
}

bool ScriptRun::may_write(std::string_view command, std::string_view key, bool takes_memory) {
    if (!may_call(command, key)) return false;
    const NodeStates& states = core_.states;
    if (!core_.is_primary()) return stop("READONLY You can't write against a read only replica.");
    if (states.misconf) return stop(misconf_text(core_.facts()));
    if (states.no_replicas) return stop("NOREPLICAS Not enough good replicas to write.");
    if (takes_memory && states.out_of_memory && !wrote_) {
        return stop("OOM command not allowed when used memory > 'maxmemory'.");
    }
    wrote_ = true;
    if (core_.cluster_ok) return true;
    return stop_while_down(command, core_.setup_.reads_when_down);
}

bool ScriptRun::stop_while_down(std::string_view command, bool for_writing) {
    const std::string what = for_writing ? "a write command" : "a command";
    const std::string why =
        for_writing ? " while the cluster is down and readonly" : " while the cluster is down";
    return stop(core_.facts().scripts_name_command
                    ? "ERR Can not execute " + what + " '" + std::string(command) + "'" + why
                    : "ERR Script attempted to execute " + what + why);
}

void ScriptRun::erase(std::string_view name) {
    if (core_.find(name) == nullptr) return;
    core_.write({.kind = Effect::Kind::erase, .name = std::string(name)}, session_.id);
}

void ScriptRun::set(std::string_view name, std::string_view bytes, std::string_view ttl_ms) {
    const auto expires = core_.host_.now() + std::chrono::milliseconds(number_in(ttl_ms));
    core_.write({.name = std::string(name), .value = {std::string(bytes), expires}}, session_.id);
}

}  // namespace aside::lab
