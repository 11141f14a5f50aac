#include "cli/ground.h"

#include "cli/options_from_config.h"
#include "runtime/os/process.h"

namespace aside::cli {

Ground::Ground(std::unique_ptr<runtime::OsRuntime> threads, const config::Config& config,
               const Session& session, telemetry::LogOptions logging)
    : runtime(std::move(threads)),
      log(std::move(logging), [this] { return runtime->worker(0).wall_now(); }),
      registry(runtime->worker_count()),
      aws(aws_options(config), session.environment, *session.files, runtime->worker_count(),
          registry, &log) {}

Result<std::unique_ptr<Ground>> Ground::make(const config::Config& config, const Session& session,
                                             telemetry::LogOptions logging, unsigned workers) {
    auto options = runtime_options(config);
    if (workers != 0) options.workers = workers;
    auto threads = runtime::OsRuntime::create(options);
    if (!threads) return fail(std::move(threads.error()));
    return std::unique_ptr<Ground>(
        new Ground(std::move(*threads), config, session, std::move(logging)));
}

void Ground::end(const Stores& stores, int code) {
    for (unsigned i = 0; i < runtime->worker_count(); ++i) {
        runtime::Worker& worker = runtime->worker(i);
        worker.post([this, &stores, &worker] {
            stores.close(worker);
            aws.close(worker);
        });
    }
    runtime->stop(kEndLimit);
    if (runtime->join() != 0) runtime::end_process(code);
}

}  // namespace aside::cli
