#include "lab/sim/server_core.h"

#include <algorithm>

#include "base/number_text.h"
#include "lab/sim/script_run.h"

namespace aside::lab {

namespace {

std::string no_auth_hello(const ProfileFacts& facts) {
    return std::string(
               "NOAUTH HELLO must be called with the client already authenticated, "
               "otherwise the HELLO ") +
           (facts.hints_at_protocol ? "<proto> " : "") +
           "AUTH <user> <pass> option can be used to authenticate the client and select the RESP "
           "protocol version at the same time";
}

void append_modules(std::string& out, Protocol protocol, const ProfileFacts& facts) {
    append_array(out, facts.module.empty() ? 0 : 1);
    if (facts.module.empty()) return;
    append_map(out, protocol, 4);
    append_bulk(out, "name");
    append_bulk(out, facts.module);
    append_bulk(out, "ver");
    append_integer(out, 1);
    append_bulk(out, "path");
    append_bulk(out, facts.module_path);
    append_bulk(out, "args");
    append_array(out, 0);
}

constexpr std::string_view kWrongPass =
    "WRONGPASS invalid username-password pair or user is disabled.";

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    if (!read_number(text, number)) return std::nullopt;
    return number;
}

bool same(std::string_view word, std::string_view lower) {
    return lower_case(word) == lower;
}

}  // namespace

std::int64_t remaining_ms(const StoredValue& value, SteadyTime now) {
    if (value.expires == kNever) return -1;
    return std::chrono::ceil<std::chrono::milliseconds>(value.expires - now).count();
}

ServerCore::ServerCore(ServerSetup setup, ServerHost& host, const std::vector<NodeName>& names)
    : setup_(std::move(setup)), host_(host), names_(names) {
    if (setup_.users.empty()) setup_.users.push_back(default_user());
}

ServerSession ServerCore::open_session() {
    ServerSession session;
    session.id = next_session_++;
    const auto standard = std::ranges::find(setup_.users, "default", &ServerUser::name);
    if (standard != setup_.users.end() && standard->enabled && standard->password.empty()) {
        session.user = std::make_shared<const ServerUser>(*standard);
    }
    return session;
}

ServerCore::Ran ServerCore::run(ServerSession& session, Words words, std::string& out) {
    const CommandFlags* const command = find_command(words);
    const auto count = static_cast<int>(words.size());
    const bool asked = session.asking;
    if (command == nullptr) {
        unknown_command(session, words, out);
    } else if (command->arity > 0 ? count != command->arity : count < -command->arity) {
        host_.violated(*this, "wrong number of arguments: " + std::string(command->name));
        append_error(
            out, "ERR wrong number of arguments for '" + std::string(command->name) + "' command");
    } else {
        bool paused = false;
        const auto refused = refusal(session, *command, words, paused);
        if (paused) return Ran::paused;
        if (refused) {
            append_error(out, *refused);
        } else {
            dispatch(session, *command, words, out);
        }
    }
    // ASKING is for the one command that follows it.
    if (asked) session.asking = false;
    return Ran::replied;
}

void ServerCore::unknown_command(const ServerSession& session, Words words, std::string& out) {
    host_.violated(*this, "unknown command " + std::string(words[0]) +
                              (words.size() > 1 ? " " + std::string(words[1]) : ""));
    if (is_container(words[0])) {
        const std::string name = lower_case(words[0]);
        if (words.size() == 1) {
            return append_error(out, "ERR wrong number of arguments for '" + name + "' command");
        }
        std::string upper = name;
        std::ranges::transform(upper, upper.begin(),
                               [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        return append_error(
            out, "ERR unknown subcommand '" + std::string(words[1]) + "'. Try " + upper + " HELP.");
    }
    (void)session;
    std::string arguments;
    for (const auto word : words.subspan(1)) arguments += "'" + std::string(word) + "' ";
    append_error(out, "ERR unknown command '" + std::string(words[0]) +
                          "', with args beginning with: " + arguments);
}

void ServerCore::dispatch(ServerSession& session, const CommandFlags& command, Words words,
                          std::string& out) {
    const auto name = command.name;
    if (name == "hello") return hello(session, words, out);
    if (name == "auth") return auth(session, words, out);
    if (name == "ping") return append_simple(out, "PONG");
    if (name == "client|setname") {
        if (set_name(session, words[2], out)) append_simple(out, "OK");
        return;
    }
    if (name == "client|tracking") return tracking(session, words, out);
    if (name == "readonly" || name == "asking") {
        if (!setup_.cluster) {
            return append_error(out, "ERR This instance has cluster support disabled");
        }
        (name == "readonly" ? session.readonly : session.asking) = true;
        return append_simple(out, "OK");
    }
    if (name.starts_with("cluster|") && !setup_.cluster) {
        return append_error(out, "ERR This instance has cluster support disabled");
    }
    if (name == "cluster|slots")
        return append_cluster_slots(out, session.protocol, view, names_, facts().zone_in_slots);
    if (name == "cluster|info") {
        return append_text(out, session.protocol,
                           cluster_info_text(view, {.state_ok = cluster_ok, .my_epoch = epoch}));
    }
    if (name == "get") return get(session, words[1], out);
    if (name == "pttl") return pttl(words[1], out);
    if (name == "set") return set(session, words, out);
    eval(session, name == "evalsha", words, out);
}

// --- the session

bool ServerCore::log_in(ServerSession& session, std::string_view user, std::string_view password) {
    const auto found = std::ranges::find(setup_.users, user, &ServerUser::name);
    if (found == setup_.users.end() || !found->enabled ||
        (!found->password.empty() && found->password != password)) {
        return false;
    }
    session.user = std::make_shared<const ServerUser>(*found);
    return true;
}

bool ServerCore::set_name(ServerSession& session, std::string_view name, std::string& out) {
    if (std::ranges::any_of(name, [](char c) { return c < '!' || c > '~'; })) {
        append_error(out,
                     "ERR Client names cannot contain spaces, newlines or special characters.");
        return false;
    }
    session.name = name;
    return true;
}

void ServerCore::auth(ServerSession& session, Words words, std::string& out) {
    const auto user = words.size() == 2 ? std::string_view("default") : words[1];
    if (words.size() > 3) return append_error(out, "ERR syntax error");
    if (!log_in(session, user, words.back())) return append_error(out, kWrongPass);
    append_simple(out, "OK");
}

void ServerCore::hello(ServerSession& session, Words words, std::string& out) {
    Protocol wanted = session.protocol;
    if (words.size() > 1) {
        const auto version = number_of(words[1]);
        if (!version || *version < 2 || *version > 3) {
            return append_error(out, "NOPROTO unsupported protocol version");
        }
        wanted = static_cast<Protocol>(*version);
    }
    std::string_view name;
    for (std::size_t i = 2; i < words.size();) {
        if (same(words[i], "auth") && i + 2 < words.size()) {
            if (!log_in(session, words[i + 1], words[i + 2])) return append_error(out, kWrongPass);
            i += 3;
        } else if (same(words[i], "setname") && i + 1 < words.size()) {
            name = words[i + 1];
            i += 2;
        } else {
            return append_error(out,
                                "ERR Syntax error in HELLO option '" + std::string(words[i]) + "'");
        }
    }
    if (session.user == nullptr) return append_error(out, no_auth_hello(facts()));
    if (!name.empty() && !set_name(session, name, out)) return;
    session.protocol = wanted;
    const ProfileFacts& profile = facts();
    append_map(out, wanted, profile.zone_in_hello ? 8 : 7);
    const auto pair = [&](std::string_view key, std::string_view value) {
        append_bulk(out, key);
        append_bulk(out, value);
    };
    pair("server", profile.server);
    pair("version", profile.version);
    append_bulk(out, "proto");
    append_integer(out, static_cast<int>(wanted));
    append_bulk(out, "id");
    append_integer(out, static_cast<std::int64_t>(session.id));
    pair("mode", setup_.cluster ? "cluster" : "standalone");
    pair("role", is_primary() ? "master" : "replica");
    append_bulk(out, "modules");
    append_modules(out, wanted, profile);
    if (profile.zone_in_hello) pair("availability_zone", setup_.zone);
}

void ServerCore::tracking(ServerSession& session, Words words, std::string& out) {
    if (same(words[2], "off")) {
        session.tracked.clear();
        return append_simple(out, "OK");
    }
    bool broadcast = false;
    std::vector<std::string> prefixes;
    for (std::size_t i = 3; i < words.size(); ++i) {
        if (same(words[i], "bcast")) {
            broadcast = true;
        } else if (same(words[i], "prefix") && i + 1 < words.size()) {
            prefixes.emplace_back(words[++i]);
        } else if (!same(words[i], "noloop")) {
            return append_error(out, "ERR syntax error");
        }
    }
    if (!same(words[2], "on")) return append_error(out, "ERR syntax error");
    if (!broadcast || prefixes.empty()) {
        host_.violated(*this, "tracks more than a prefix");
        return append_error(out, "ERR tracking of all keys is not simulated");
    }
    for (const auto& prefix : prefixes) {
        for (const auto& other : session.tracked) {
            if (!prefix.starts_with(other) && !other.starts_with(prefix)) continue;
            return append_error(out, "ERR Prefix '" + prefix +
                                         "' overlaps with an existing prefix '" + other +
                                         "'. Prefixes for a single client must not overlap.");
        }
    }
    session.tracked.insert(session.tracked.end(), prefixes.begin(), prefixes.end());
    append_simple(out, "OK");
}

// --- keys

void ServerCore::get(const ServerSession& session, std::string_view name, std::string& out) {
    host_.answered(*this, name);
    const StoredValue* const value = find(name);
    if (value != nullptr) return append_bulk(out, value->bytes);
    append_null(out, session.protocol);
}

void ServerCore::pttl(std::string_view name, std::string& out) {
    const StoredValue* const value = find(name);
    append_integer(out, value == nullptr ? -2 : remaining_ms(*value, host_.now()));
}

void ServerCore::set(const ServerSession& session, Words words, std::string& out) {
    bool only_if_absent = false;
    std::optional<std::int64_t> ttl_ms;
    for (std::size_t i = 3; i < words.size(); ++i) {
        if (same(words[i], "nx")) {
            only_if_absent = true;
        } else if (same(words[i], "px") && i + 1 < words.size()) {
            ttl_ms = number_of(words[++i]);
            if (!ttl_ms) {
                return append_error(out, "ERR value is not an integer or out of range");
            }
            if (*ttl_ms <= 0) return append_error(out, "ERR invalid expire time in 'set' command");
        } else {
            host_.violated(*this, "SET with " + std::string(words[i]));
            return append_error(out, "ERR syntax error");
        }
    }
    if (!ttl_ms) host_.violated(*this, "SET without a time-to-live: " + std::string(words[1]));
    if (only_if_absent && find(words[1]) != nullptr) return append_null(out, session.protocol);
    const SteadyTime expires = ttl_ms ? host_.now() + std::chrono::milliseconds(*ttl_ms) : kNever;
    write({.name = std::string(words[1]), .value = {std::string(words[2]), expires}}, session.id);
    append_simple(out, "OK");
}

void ServerCore::eval(const ServerSession& session, bool by_sha, Words words, std::string& out) {
    const redis::Script* script = nullptr;
    for (const redis::Script* candidate : redis::scripts()) {
        const auto given = by_sha ? lower_case(words[1]) : std::string(words[1]);
        if (given == (by_sha ? candidate->sha1 : candidate->source)) script = candidate;
    }
    if (script == nullptr) host_.violated(*this, "a script that is not Aside's");
    if (by_sha && (script == nullptr || !scripts_known.contains(script->sha1))) {
        return append_error(out, facts().hints_at_eval
                                     ? "NOSCRIPT No matching script. Please use EVAL."
                                     : "NOSCRIPT No matching script.");
    }
    const auto key_count = number_of(words[2]);
    if (!key_count) return append_error(out, "ERR value is not an integer or out of range");
    if (*key_count < 0) return append_error(out, "ERR Number of keys can't be negative");
    if (*key_count > static_cast<std::int64_t>(words.size()) - 3) {
        return append_error(out, "ERR Number of keys can't be greater than number of args");
    }
    if (script == nullptr) return append_error(out, "ERR this script is not simulated");
    scripts_known.emplace(script->sha1);
    const auto keys = words.subspan(3, static_cast<std::size_t>(*key_count));
    const auto arguments = words.subspan(3 + static_cast<std::size_t>(*key_count));
    if (keys.size() != 3) host_.violated(*this, "a script without its three keys");
    ScriptRun(*this, session, *script).run(keys, arguments, out);
}

// --- effects

void ServerCore::write(Effect effect, std::uint64_t) {
    data.apply(effect);
    changed_.push_back(effect.kind == Effect::Kind::flush ? std::string() : effect.name);
    host_.wrote(*this, effect);
}

void ServerCore::replicate(const Effect& effect) {
    data.apply(effect);
    changed_.push_back(effect.kind == Effect::Kind::flush ? std::string() : effect.name);
}

void ServerCore::expire() {
    if (!is_primary()) return;
    for (auto& name : data.sweep(host_.now())) {
        changed_.push_back(name);
        host_.wrote(*this, {.kind = Effect::Kind::erase, .name = std::move(name)});
    }
}

}  // namespace aside::lab
