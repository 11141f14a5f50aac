// What a server looks at before it runs a command, in its order: processCommand of redis 7.0
// (src/server.c) and getNodeByQuery (src/cluster.c).
#include <algorithm>
#include <charconv>

#include "lab/sim/server_core.h"

namespace aside::lab {

namespace {

using Words = std::span<const std::string_view>;

Words keys_of(const CommandFlags& command, Words words) {
    switch (command.keys) {
        case KeyPlace::none:
            return {};
        case KeyPlace::first:
            return words.subspan(1, 1);
        case KeyPlace::counted:
            break;
    }
    std::size_t count = 0;
    const auto text = words[2];
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (problem != std::errc{} || end != text.data() + text.size()) return {};
    return count > words.size() - 3 ? Words{} : words.subspan(3, count);
}

std::string shown(std::string_view name) {
    return "'" + std::string(name) + "'";
}

}  // namespace

std::string_view misconf_text(const ProfileFacts& facts) {
    return facts.brand == "Redis"
               ? "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to "
                 "persist to disk. Commands that may modify the data set are disabled, because "
                 "this instance is configured to report errors during writes if RDB snapshotting "
                 "fails (stop-writes-on-bgsave-error option). Please check the Redis logs for "
                 "details about the RDB error."
               : "MISCONF Valkey is configured to save RDB snapshots, but it's currently unable "
                 "to persist to disk. Commands that may modify the data set are disabled, because "
                 "this instance is configured to report errors during writes if RDB snapshotting "
                 "fails (stop-writes-on-bgsave-error option). Please check the Valkey logs for "
                 "details about the RDB error.";
}

std::optional<std::string> ServerCore::refusal(ServerSession& session, const CommandFlags& command,
                                               Words words, bool& paused) {
    if (session.user == nullptr && !command.without_auth) {
        return "NOAUTH Authentication required.";
    }
    const Words keys = keys_of(command, words);
    if (auto denied = not_permitted(session, command, keys)) return denied;
    if (setup_.cluster && command.keys != KeyPlace::none && !keys.empty()) {
        if (auto elsewhere = redirect(session, command, keys)) return elsewhere;
    }
    if (auto state = refusal_of_state(command)) return state;
    paused = writes_paused && command.may_write;
    return std::nullopt;
}

std::optional<std::string> ServerCore::not_permitted(const ServerSession& session,
                                                     const CommandFlags& command, Words keys) {
    if (session.user == nullptr) return std::nullopt;
    const ServerUser& user = *session.user;
    const bool taken_away = (states.deny_get && command.name == "get") ||
                            (states.deny_topology && command.name == "cluster|slots");
    // Who may do everything may authenticate, and so may everybody else.
    const bool may_run = command.without_auth || user.may_run(command.name);
    if (taken_away || !may_run) {
        if (!taken_away) host_.violated(*this, "not permitted: " + std::string(command.name));
        const std::string text =
            " has no permissions to run the " + shown(command.name) + " command";
        return facts().long_noperm_texts ? "NOPERM User " + user.name + text
                                         : "NOPERM this user" + text;
    }
    const bool may_touch =
        std::ranges::all_of(keys, [&](std::string_view key) { return user.may_touch(key); });
    if (may_touch) return std::nullopt;
    host_.violated(*this, "not permitted: key " + std::string(keys[0]));
    return facts().long_noperm_texts
               ? "NOPERM No permissions to access a key"
               : "NOPERM this user has no permissions to access one of the keys used as arguments";
}

std::string ServerCore::redirect_text(std::string_view kind, std::uint16_t slot,
                                      NodeIndex to) const {
    const NodeName& name = names_[to];
    const std::string host = name.announce == Announce::address   ? name.host
                             : name.announce == Announce::unknown ? "?"
                                                                  : "";
    return std::string(kind) + " " + std::to_string(slot) + " " + host + ":" +
           std::to_string(name.port);
}

std::optional<std::string> ServerCore::redirect(const ServerSession& session,
                                                const CommandFlags& command, Words keys) const {
    const std::uint16_t slot = slot_of_key(keys[0]);
    const NodeIndex owner = view.owner[slot];
    if (owner == kNobody) return "CLUSTERDOWN Hash slot not served";
    const bool one_slot =
        std::ranges::all_of(keys, [&](std::string_view key) { return slot_of_key(key) == slot; });
    if (!one_slot) return "CROSSSLOT Keys in request don't hash to the same slot";

    const auto missing = static_cast<std::size_t>(
        std::ranges::count_if(keys, [&](std::string_view key) { return find(key) == nullptr; }));
    if (!cluster_ok) {
        if (!setup_.reads_when_down) return "CLUSTERDOWN The cluster is down";
        if (command.writes) {
            return "CLUSTERDOWN The cluster is down and only accepts read commands";
        }
    }
    constexpr std::string_view kTryAgain =
        "TRYAGAIN Multiple keys request during rehashing of slot";
    const bool replica_read =
        session.readonly && !command.writes && !is_primary() && owner == primary;
    const auto leaving = migrating.find(slot);
    const bool knows_leaving =
        leaving != migrating.end() &&
        (owner == setup_.index || (replica_read && facts().replicas_know_migration));
    if (knows_leaving && missing > 0) {
        if (missing < keys.size()) return std::string(kTryAgain);
        return redirect_text("ASK", slot, leaving->second);
    }
    if (importing.contains(slot) && session.asking && owner != setup_.index) {
        if (keys.size() > 1 && missing > 0) return std::string(kTryAgain);
        return std::nullopt;
    }
    if (owner == setup_.index || replica_read) return std::nullopt;
    return redirect_text("MOVED", slot, owner);
}

std::optional<std::string> ServerCore::refusal_of_state(const CommandFlags& command) const {
    const bool is_ping = command.name == "ping";
    if (states.out_of_memory && command.takes_memory) {
        return "OOM command not allowed when used memory > 'maxmemory'.";
    }
    if (states.misconf && is_primary() && (command.writes || is_ping)) {
        return std::string(misconf_text(facts()));
    }
    if (states.no_replicas && is_primary() && command.writes) {
        return "NOREPLICAS Not enough good replicas to write.";
    }
    if (!is_primary() && command.writes) {
        return "READONLY You can't write against a read only replica.";
    }
    if (states.master_down && !is_primary() && !command.while_stale) {
        return "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
    }
    const bool while_loading = command.while_loading ||
                               (command.name == "cluster|slots" && facts().slots_while_loading) ||
                               (command.name == "cluster|info" && facts().info_while_loading);
    if (states.loading && !while_loading) {
        return "LOADING " + std::string(facts().brand) + " is loading the dataset in memory";
    }
    const bool while_busy =
        command.while_busy || (command.name == "client|setname" && facts().set_name_while_busy);
    if (states.busy && !while_busy) {
        return "BUSY " + std::string(facts().brand) +
               " is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
    }
    return std::nullopt;
}

}  // namespace aside::lab
