// What everything else of a process stands on: threads, log, metrics, and what is known of AWS.
//
// Thread rule: made, started, ended and destroyed on one thread. Ownership: the members stand in
// the order of their lives; whatever was made on them ends before them.
#pragma once

#include <memory>

#include "cli/aws_session.h"
#include "cli/session.h"
#include "cli/stores.h"
#include "config/config.h"
#include "runtime/os/runtime.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aside::cli {

struct Ground {
    // `session` must outlive it. `workers`: 0 takes the number from the configuration. Errors: what
    // the system says.
    static Result<std::unique_ptr<Ground>> make(const config::Config& config,
                                                const Session& session,
                                                telemetry::LogOptions logging, unsigned workers);

    // Closes the stores' connections and the provider's on each worker, stops the threads once
    // nothing is under way, and waits for them. What is left after kEndLimit (a load from a disk
    // that hangs) still refers to all this, which then cannot be destroyed: the process ends here,
    // with `code`.
    void end(const Stores& stores, int code);

    const std::unique_ptr<runtime::OsRuntime> runtime;
    telemetry::Logger log;
    telemetry::Registry registry;
    AwsSession aws;

  private:
    Ground(std::unique_ptr<runtime::OsRuntime> threads, const config::Config& config,
           const Session& session, telemetry::LogOptions logging);
    static constexpr Duration kEndLimit = std::chrono::seconds(2);
};

}  // namespace aside::cli
