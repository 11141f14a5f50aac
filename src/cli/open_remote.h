// From l2.url and the redis.… parameters to the Redis client's options and its source of passwords.
//
//   redis://[user[:password]@]host[:port][,host[:port]…][?password_file=…&ca_file=…&cert_file=…&key_file=…]
//   rediss://…   the same over TLS
//
// Whether it is one server or a cluster is found out by asking. Thread rule: pure but for
// remote_passwords, whose source reads its file on the blocking pool. Errors: bad_input, which
// names the part that is wrong and never shows a password.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/config.h"
#include "engine/ports/password_source.h"
#include "redis/options.h"
#include "runtime/files.h"

namespace aside::cli {

struct RemoteUrl {
    bool tls = false;
    std::vector<runtime::Endpoint> seeds;
    std::string user;
    std::string password;       // from the URL itself
    std::string password_file;  // or from a file: not both
    std::string ca_file, certificate_file, key_file;
};
Result<RemoteUrl> parse_remote_url(std::string_view url);

// Errors: bad_input when so many workers cannot do with redis.connections_per_node.
Result<void> check_connections(const config::Config& config, unsigned workers);

redis::TierOptions remote_options(const config::Config& config, const RemoteUrl& url);

// Null when the URL names neither user nor password.
std::unique_ptr<PasswordSource> remote_passwords(const RemoteUrl& url, runtime::Files& files);

}  // namespace aside::cli
