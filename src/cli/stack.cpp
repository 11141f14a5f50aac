#include "cli/stack.h"

#include "cli/options_from_config.h"
#include "runtime/os/process.h"

namespace aside::cli {

Stack::Stack(const config::Config& config, std::unique_ptr<runtime::OsRuntime> threads,
             Stores opened)
    : runtime(std::move(threads)),
      registry(runtime->worker_count()),
      stores(std::move(opened)),
      engine(engine_options(config), runtime->worker_count(), *stores.index, *stores.objects,
             registry) {}

Result<std::unique_ptr<Stack>> Stack::open(const config::Config& config, runtime::Files& files,
                                           unsigned workers) {
    auto stores = open_stores(config, files);
    if (!stores) return fail(stores.error());
    auto options = runtime_options(config);
    if (workers != 0) options.workers = workers;
    auto threads = runtime::OsRuntime::create(options);
    if (!threads) return fail(threads.error());
    return std::make_unique<Stack>(config, std::move(*threads), std::move(*stores));
}

void Stack::end(int code) {
    runtime->stop(kEndLimit);
    if (runtime->join() != 0) runtime::end_process(code);
}

}  // namespace aside::cli
