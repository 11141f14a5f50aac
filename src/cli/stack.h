// The engine on its stores, its metrics and its threads: what `serve`, `get` and `check` have in
// common.
//
// Thread rule: made, ended and destroyed on one thread. Ownership: the members stand in the order
// of their lives: the engine ends first, then the stores, the registry, the threads.
#pragma once

#include <memory>

#include "cli/open_store.h"
#include "config/config.h"
#include "engine/engine.h"
#include "runtime/os/runtime.h"
#include "telemetry/metrics.h"

namespace aside::cli {

class Stack {
  public:
    // `workers`: 0 takes the number from the configuration. Errors: bad_input when index.url or
    // objects.url is missing or malformed; else what the stores and the system say.
    static Result<std::unique_ptr<Stack>> open(const config::Config& config, runtime::Files& files,
                                               unsigned workers = 0);
    Stack(const config::Config& config, std::unique_ptr<runtime::OsRuntime> threads, Stores opened);

    // Stops the threads once nothing is under way, and waits for them. What is left after kEndLimit
    // (a load from a disk that hangs) still refers to this stack, which then cannot be destroyed:
    // the process ends here, with `code`.
    void end(int code);

    const std::unique_ptr<runtime::OsRuntime> runtime;
    telemetry::Registry registry;
    const Stores stores;
    engine::Engine engine;

  private:
    static constexpr Duration kEndLimit = std::chrono::seconds(2);
};

}  // namespace aside::cli
