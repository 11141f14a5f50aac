// The engine on its stores and L2, on threads with log and metrics: what `serve`, `get` and `check`
// have in common.
//
// Thread rule: made, started, ended and destroyed on one thread. Ownership: the members stand in
// the order of their lives: the engine ends first, then L2, its passwords, the stores, the ground
// they stand on.
#pragma once

#include <memory>
#include <optional>

#include "cli/ground.h"
#include "cli/open_remote.h"
#include "cli/store_url.h"
#include "cli/stores.h"
#include "config/config.h"
#include "engine/engine.h"
#include "redis/redis_tier.h"

namespace aside::cli {

class Stack {
  public:
    // `session` must outlive it. `workers`: 0 takes the number from the configuration. Errors:
    // bad_input when index.url or objects.url is missing, or one of them or l2.url malformed, or
    // redis.connections_per_node too few for the workers; else what the stores, AWS's settings and
    // the system say.
    static Result<std::unique_ptr<Stack>> open(const config::Config& config, const Session& session,
                                               telemetry::LogOptions logging, unsigned workers = 0);

    // Starts the threads, and begins to look for L2; does not wait for it.
    void start();

    // As Ground::end: the process may end here, with `code`.
    void end(int code);

    const std::unique_ptr<Ground> ground;
    runtime::OsRuntime* const runtime;  // the ground's, as the next two
    telemetry::Logger& log;
    telemetry::Registry& registry;
    const StoreUrls urls;
    const Stores stores;
    const std::unique_ptr<PasswordSource> passwords;  // null: L2 asks for none, or there is none
    const std::unique_ptr<redis::RedisTier> remote;   // null: there is no L2
    engine::Engine engine;

  private:
    struct Parts {
        std::unique_ptr<Ground> ground;
        StoreUrls urls;
        Stores stores;
        std::optional<RemoteUrl> remote;
        std::unique_ptr<PasswordSource> passwords;
    };
    Stack(const config::Config& config, Parts parts);
    static Result<std::optional<RemoteUrl>> remote_url(const config::Config& config);
    static Result<std::unique_ptr<PasswordSource>> open_passwords(RemoteUrl& url,
                                                                  runtime::Files& files,
                                                                  AwsSession& aws);
};

}  // namespace aside::cli
