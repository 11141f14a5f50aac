#include "redis/link/handshake.h"

#include <utility>

#include "redis/protocol/command.h"

namespace aside::redis {

namespace {

constexpr std::int64_t kProtocol = 3;

std::string_view user_of(const Credentials& credentials) {
    return credentials.user.empty() ? std::string_view("default") : credentials.user;
}

bool is_text(const wire::RespNode& node) {
    return node.type == wire::RespType::bulk_string || node.type == wire::RespType::simple_string;
}

}  // namespace

void append_auth(std::string& out, const Credentials& credentials) {
    append_command(out, Command::auth, {user_of(credentials), credentials.password});
}

Error session_error(std::string_view command, ReplyError error) {
    Error result{Errc::protocol, std::string(command) + ": " + std::string(name_of(error)), 0};
    switch (error) {
        case ReplyError::no_auth:
        case ReplyError::wrong_pass:
        case ReplyError::no_perm:
            result.code = Errc::denied;
            break;
        case ReplyError::max_clients:
            result.code = Errc::overloaded;
            break;
        case ReplyError::loading:
        case ReplyError::busy:
        case ReplyError::master_down:
            result.code = Errc::busy;
            break;
        case ReplyError::other:
            // NOPROTO, or a command that the server does not know.
            result.code = Errc::unsupported;
            break;
        default:
            break;
    }
    return result;
}

Handshake::Handshake(HandshakeWants wants, Credentials credentials)
    : wants_(std::move(wants)), credentials_(std::move(credentials)) {}

void Handshake::start(std::string& out) {
    if (credentials_.password.empty()) {
        append_command(out, Command::hello, {"3", "SETNAME", wants_.client_name});
        return;
    }
    append_command(
        out, Command::hello,
        {"3", "AUTH", user_of(credentials_), credentials_.password, "SETNAME", wants_.client_name});
    credentials_.password.clear();
}

Result<bool> Handshake::reply(const wire::RespNode& reply, std::string& out) {
    constexpr std::string_view kNames[] = {"HELLO", "READONLY", "CLIENT TRACKING", ""};
    if (reply.type == wire::RespType::error) {
        return fail(session_error(kNames[static_cast<std::size_t>(step_)], classify(reply.text)));
    }
    if (step_ == Step::hello) {
        if (auto read = read_hello(reply); !read) return fail(std::move(read.error()));
    } else if (reply.type != wire::RespType::simple_string) {
        return fail(Errc::protocol, "an answer to the handshake that is no OK");
    }
    return !next(out);
}

// False: that was the last.
bool Handshake::next(std::string& out) {
    if (step_ == Step::hello) {
        step_ = Step::readonly;
        // A replica outside a cluster answers reads anyway, and does not know READONLY.
        if (wants_.read_from_replica && facts_.cluster && facts_.role == ServerRole::replica) {
            append_command(out, Command::readonly);
            return true;
        }
    }
    if (step_ == Step::readonly) {
        step_ = Step::tracking;
        if (!wants_.track_prefix.empty()) {
            append_command(out, Command::client_tracking,
                           {"ON", "BCAST", "PREFIX", wants_.track_prefix});
            return true;
        }
    }
    step_ = Step::done;
    return false;
}

Result<void> Handshake::read_hello(const wire::RespNode& reply) {
    if (reply.type != wire::RespType::map) {
        return fail(Errc::unsupported, "HELLO: not answered in protocol 3");
    }
    const wire::RespNode* name = wire::first_child(reply);
    for (std::uint32_t i = 0; i + 1 < reply.count; i += 2) {
        const wire::RespNode* const value = wire::next_sibling(name);
        if (is_text(*name)) {
            if (auto taken = take_fact(name->text, *value); !taken) return taken;
        }
        if (i + 2 < reply.count) name = wire::next_sibling(value);
    }
    // A nil is trusted by the role its connection was told.
    if (!role_told_) return fail(Errc::protocol, "HELLO: no role");
    return {};
}

Result<void> Handshake::take_fact(std::string_view name, const wire::RespNode& value) {
    if (name == "proto" && value.number != kProtocol) {
        return fail(Errc::unsupported, "HELLO: another protocol than 3");
    }
    if (!is_text(value)) return {};
    if (name == "server") facts_.server = value.text;
    if (name == "version") facts_.version = value.text;
    if (name == "availability_zone") facts_.zone = value.text;
    if (name == "mode") {
        if (value.text == "sentinel") return fail(Errc::unsupported, "HELLO: a sentinel");
        facts_.cluster = value.text == "cluster";
    }
    if (name == "role") {
        if (value.text != "master" && value.text != "replica") {
            return fail(Errc::protocol, "HELLO: a role that is none");
        }
        facts_.role = value.text == "master" ? ServerRole::primary : ServerRole::replica;
        role_told_ = true;
    }
    return {};
}

}  // namespace aside::redis
