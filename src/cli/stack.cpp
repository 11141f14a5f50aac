#include "cli/stack.h"

#include "cli/options_from_config.h"
#include "redis/protocol/key_names.h"
#include "runtime/os/process.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

std::unique_ptr<PasswordSource> open_passwords(const std::optional<RemoteUrl>& url,
                                               runtime::Files& files) {
    return url ? remote_passwords(*url, files, nullptr) : nullptr;
}

}  // namespace

Stack::Stack(const config::Config& config, runtime::Files& files, telemetry::LogOptions logging,
             Parts parts)
    : runtime(std::move(parts.threads)),
      log(std::move(logging), [this] { return runtime->worker(0).wall_now(); }),
      registry(runtime->worker_count()),
      stores(std::move(parts.stores)),
      passwords(open_passwords(parts.remote, files)),
      remote(parts.remote
                 ? std::make_unique<redis::RedisTier>(remote_options(config, *parts.remote),
                                                      *runtime, registry, passwords.get(), &log)
                 : nullptr),
      engine(engine_options(config), runtime->worker_count(), *stores.index, *stores.objects,
             registry, remote.get()) {
    engine.log_to(log);
}

Result<std::unique_ptr<Stack>> Stack::open(const config::Config& config, runtime::Files& files,
                                           telemetry::LogOptions logging, unsigned workers) {
    Parts parts;
    if (const std::string& url = config.get(l2_url); !url.empty()) {
        auto parsed = parse_remote_url(url);
        if (!parsed) return fail(parsed.error());
        if (parsed->iam) return fail(Errc::unsupported, "l2.url: auth=iam");
        parts.remote = std::move(*parsed);
        if (!redis::KeyNaming::usable_prefix(config.get(redis_prefix))) {
            return fail(Errc::bad_input,
                        "redis.prefix: expected at most 64 printable characters without braces");
        }
    }
    auto stores = open_stores(config, files);
    if (!stores) return fail(stores.error());
    parts.stores = std::move(*stores);
    auto options = runtime_options(config);
    if (workers != 0) options.workers = workers;
    if (parts.remote) {
        const auto checked = check_connections(config, options.workers);
        if (!checked) return fail(checked.error());
    }
    auto threads = runtime::OsRuntime::create(options);
    if (!threads) return fail(threads.error());
    parts.threads = std::move(*threads);
    return std::unique_ptr<Stack>(new Stack(config, files, std::move(logging), std::move(parts)));
}

void Stack::start() {
    runtime->start();
    if (remote) remote->start(engine);
}

void Stack::end(int code) {
    if (remote) remote->stop();
    runtime->stop(kEndLimit);
    if (runtime->join() != 0) runtime::end_process(code);
}

}  // namespace aside::cli
