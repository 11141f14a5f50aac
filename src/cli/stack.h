// The engine on its stores, L2, metrics, log and threads: what `serve`, `get` and `check` have in
// common.
//
// Thread rule: made, started, ended and destroyed on one thread. Ownership: the members stand in
// the order of their lives: the engine ends first, then L2, the stores, the registry, the log, the
// threads.
#pragma once

#include <memory>
#include <optional>

#include "cli/open_remote.h"
#include "cli/open_store.h"
#include "config/config.h"
#include "engine/engine.h"
#include "redis/redis_tier.h"
#include "runtime/os/runtime.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aside::cli {

class Stack {
  public:
    // `files` must outlive it. `workers`: 0 takes the number from the configuration. Errors:
    // bad_input when index.url or objects.url is missing, or one of them or l2.url malformed, or
    // redis.connections_per_node too few for the workers; else what the stores and the system say.
    static Result<std::unique_ptr<Stack>> open(const config::Config& config, runtime::Files& files,
                                               telemetry::LogOptions logging, unsigned workers = 0);

    // Starts the threads, and begins to look for L2; does not wait for it.
    void start();

    // Stops the threads once nothing is under way, and waits for them. What is left after kEndLimit
    // (a load from a disk that hangs) still refers to this stack, which then cannot be destroyed:
    // the process ends here, with `code`.
    void end(int code);

    const std::unique_ptr<runtime::OsRuntime> runtime;
    telemetry::Logger log;
    telemetry::Registry registry;
    const Stores stores;
    const std::unique_ptr<PasswordSource> passwords;  // null: L2 asks for none, or there is none
    const std::unique_ptr<redis::RedisTier> remote;   // null: there is no L2
    engine::Engine engine;

  private:
    struct Parts {
        std::unique_ptr<runtime::OsRuntime> threads;
        Stores stores;
        std::optional<RemoteUrl> remote;
    };
    Stack(const config::Config& config, runtime::Files& files, telemetry::LogOptions logging,
          Parts parts);
    static constexpr Duration kEndLimit = std::chrono::seconds(2);
};

}  // namespace aside::cli
