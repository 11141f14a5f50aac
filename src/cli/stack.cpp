#include "cli/stack.h"

#include "cli/open_store.h"
#include "cli/options_from_config.h"
#include "redis/protocol/key_names.h"

namespace aside::cli {

using namespace config::parameter;

Stack::Stack(const config::Config& config, Parts parts)
    : ground(std::move(parts.ground)),
      runtime(ground->runtime.get()),
      log(ground->log),
      registry(ground->registry),
      urls(std::move(parts.urls)),
      stores(std::move(parts.stores)),
      passwords(std::move(parts.passwords)),
      remote(parts.remote
                 ? std::make_unique<redis::RedisTier>(remote_options(config, *parts.remote),
                                                      *runtime, registry, passwords.get(), &log)
                 : nullptr),
      engine(engine_options(config), runtime->worker_count(), *stores.index, *stores.objects,
             registry, remote.get()) {
    engine.log_to(log);
}

Result<std::optional<RemoteUrl>> Stack::remote_url(const config::Config& config) {
    const std::string& url = config.get(l2_url);
    if (url.empty()) return std::nullopt;
    auto parsed = parse_remote_url(url);
    if (!parsed) return fail(std::move(parsed.error()));
    if (!redis::KeyNaming::usable_prefix(config.get(redis_prefix))) {
        return fail(Errc::bad_input,
                    "redis.prefix: expected at most 64 printable characters without braces");
    }
    return std::move(*parsed);
}

Result<std::unique_ptr<PasswordSource>> Stack::open_passwords(RemoteUrl& url, runtime::Files& files,
                                                              AwsSession& aws) {
    aws::CredentialProvider* provider = nullptr;
    if (url.iam) {
        auto region = aws.region(url.iam->region);
        if (!region) return fail(region.error().code, "l2.url: " + region.error().detail);
        url.iam->region = std::move(*region);
        const auto made = aws.provider();
        if (!made) return fail(made.error());
        provider = *made;
    }
    return remote_passwords(url, files, provider);
}

Result<std::unique_ptr<Stack>> Stack::open(const config::Config& config, const Session& session,
                                           telemetry::LogOptions logging, unsigned workers) {
    Parts parts;
    auto remote = remote_url(config);
    if (!remote) return fail(std::move(remote.error()));
    parts.remote = std::move(*remote);
    auto urls = parse_store_urls(config.get(index_url), config.get(objects_url));
    if (!urls) return fail(std::move(urls.error()));
    parts.urls = std::move(*urls);
    auto ground = Ground::make(config, session, std::move(logging), workers);
    if (!ground) return fail(std::move(ground.error()));
    parts.ground = std::move(*ground);
    if (parts.remote) {
        const auto checked = check_connections(config, parts.ground->runtime->worker_count());
        if (!checked) return fail(checked.error());
        auto passwords = open_passwords(*parts.remote, *session.files, parts.ground->aws);
        if (!passwords) return fail(std::move(passwords.error()));
        parts.passwords = std::move(*passwords);
    }
    auto stores = open_stores(parts.urls, store_options(config), *session.files, *parts.ground);
    if (!stores) return fail(std::move(stores.error()));
    parts.stores = std::move(*stores);
    return std::unique_ptr<Stack>(new Stack(config, std::move(parts)));
}

void Stack::start() {
    runtime->start();
    if (remote) remote->start(engine);
}

void Stack::end(int code) {
    if (remote) remote->stop();
    ground->end(stores, code);
}

}  // namespace aside::cli
