// From the parts of l2.url and the redis.… parameters to the Redis client's options and its source
// of passwords.
//
// Thread rule: pure but for remote_passwords, whose sources read a file on the blocking pool, or
// ask for AWS credentials.
#pragma once

#include <memory>

#include "cli/remote_url.h"
#include "config/config.h"
#include "engine/ports/password_source.h"
#include "redis/options.h"
#include "runtime/files.h"

namespace aside::cli {

// Errors: bad_input when so many workers cannot do with redis.connections_per_node.
Result<void> check_connections(const config::Config& config, unsigned workers);

redis::TierOptions remote_options(const config::Config& config, const RemoteUrl& url);

// Null when the URL names neither user nor password. REQUIRES: `credentials`, and a region, where
// the URL says auth=iam; they must outlive the source.
std::unique_ptr<PasswordSource> remote_passwords(const RemoteUrl& url, runtime::Files& files,
                                                 aws::CredentialProvider* credentials);

}  // namespace aside::cli
