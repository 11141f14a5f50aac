// The opening of a session, as a machine without I/O: HELLO 3 with AUTH and SETNAME, then READONLY
// on a replica that is to be read from, then CLIENT TRACKING where invalidations are heard.
//
// Thread rule: one worker. Errors: denied (NOAUTH, WRONGPASS, NOPERM), overloaded (max clients),
// unsupported (no RESP3), protocol; LOADING is none: HELLO is answered while loading.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "engine/ports/password_source.h"
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

    // What to send now: appended; false when nothing more is to be sent before a reply.
    void start(std::string& out);
    // One reply. True: done (facts() is set). False: go on; may have appended to `out`.
    Result<bool> reply(const wire::RespNode& reply, std::string& out);
    const ServerFacts& facts() const { return facts_; }

  private:
    HandshakeWants wants_;
    Credentials credentials_;
    ServerFacts facts_;
};

}  // namespace aside::redis
