// The opening of a session, as a machine without I/O: HELLO 3 with AUTH and SETNAME, then READONLY
// on a replica that is to be read from, then CLIENT TRACKING where invalidations are heard.
//
// One command is under way at a time. Thread rule: one worker. Errors: denied (NOAUTH, WRONGPASS,
// NOPERM), overloaded (max clients), unsupported (no RESP3, a sentinel), busy (LOADING or BUSY
// after HELLO), protocol; HELLO itself is answered while loading. No error repeats what the server
// said: servers that do not know HELLO quote its arguments, and the password is one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "engine/ports/password_source.h"
#include "redis/protocol/reply_meaning.h"
#include "wire/resp.h"

namespace aside::redis {

enum class ServerRole : std::uint8_t { primary, replica };

struct ServerFacts {
    ServerRole role = ServerRole::primary;
    bool cluster = false;
    std::string server;   // "redis", "valkey"
    std::string version;  // "7.0.15"
    std::string zone;     // availability_zone, where told
};

struct HandshakeWants {
    std::string client_name = "aside";
    bool read_from_replica = false;  // READONLY when the role says replica
    std::string track_prefix;        // not empty: CLIENT TRACKING ON BCAST PREFIX
};

class Handshake {
  public:
    Handshake(HandshakeWants wants, Credentials credentials);

    // Appends the first command.
    void start(std::string& out);
    // One reply. True: done (facts() is set). False: the next command was appended to `out`.
    Result<bool> reply(const wire::RespNode& reply, std::string& out);
    const ServerFacts& facts() const { return facts_; }

  private:
    enum class Step : std::uint8_t { hello, readonly, tracking, done };

    Result<void> read_hello(const wire::RespNode& reply);
    Result<void> take_fact(std::string_view name, const wire::RespNode& value);
    bool next(std::string& out);

    HandshakeWants wants_;
    Credentials credentials_;
    ServerFacts facts_;
    Step step_ = Step::hello;
    bool role_told_ = false;
};

// AUTH with the user's name; a password without a user is the default user's.
void append_auth(std::string& out, const Credentials& credentials);

// What an error reply to a command that opens or renews a session means.
Error session_error(std::string_view command, ReplyError error);

}  // namespace aside::redis
