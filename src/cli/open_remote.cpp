#include "cli/open_remote.h"

#include <utility>

#include "redis/password_source.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

}  // namespace

Result<void> check_connections(const config::Config& config, unsigned workers) {
    const auto given = config.get(redis_connections_per_node);
    const unsigned needed = workers + 2;
    if (given == 0 || std::cmp_greater_equal(given, needed)) return {};
    return fail(Errc::bad_input, "redis.connections_per_node: " + std::to_string(given) +
                                     " are too few; " + std::to_string(workers) +
                                     " workers need at least " + std::to_string(needed));
}

redis::TierOptions remote_options(const config::Config& config, const RemoteUrl& url) {
    const auto count = [&](auto key) { return static_cast<std::uint32_t>(config.get(key)); };
    redis::TierOptions options;
    options.seeds = url.seeds;
    if (url.tls) {
        options.tls = std::make_shared<const runtime::TlsOptions>(
            runtime::TlsOptions{{}, url.ca_file, url.certificate_file, url.key_file});
    }
    options.zone = config.get(redis_zone);
    options.key_prefix = config.get(redis_prefix);
    options.format =
        config.get(redis_format) == "raw" ? redis::Format::raw : redis::Format::envelope;
    options.raw_ttl = config.get(redis_raw_ttl);
    options.raw_fresh = config.get(l1_fresh);
    options.envelope.compress_from_bytes =
        static_cast<std::uint32_t>(config.get(redis_compress_from));
    options.value_max_bytes = config.get(objects_max_bytes);
    options.dialling =
        config.get(redis_dialling) == "lazy" ? redis::Dialling::lazy : redis::Dialling::eager;
    options.connections_per_node = count(redis_connections_per_node);
    options.pipeline.requests = count(redis_max_requests);
    options.pipeline.unsent_bytes = config.get(redis_max_unsent_bytes);
    options.dials_per_second = static_cast<double>(config.get(redis_dials_per_second));
    options.dial_burst = static_cast<double>(config.get(redis_dial_burst));
    options.backoff.base = config.get(redis_backoff_base);
    options.backoff.cap = config.get(redis_backoff_max);
    options.connect_timeout = config.get(redis_connect_timeout);
    options.handshake_timeout = config.get(redis_handshake_timeout);
    options.health.suspect_after = config.get(redis_suspect_after);
    options.health.open_after = config.get(redis_open_after);
    options.refresh.period = config.get(redis_refresh_period);
    options.topology_timeout = config.get(redis_topology_timeout);
    options.read_budget_min = config.get(redis_read_budget);
    options.hedge_share = config.get(redis_hedge_share);
    options.redirects_max = count(redis_redirects_max);
    options.large_reply_bytes = config.get(redis_large_reply_bytes);
    options.fill_timeout = config.get(redis_fill_timeout);
    options.fill_pause_max = config.get(redis_fill_pause_max);
    options.fill_queue_bytes = config.get(redis_fill_queue_bytes);
    options.fill_queue_requests = count(redis_fill_queue);
    options.lease_timeout = config.get(redis_lease_timeout);
    options.lease_ttl = config.get(redis_lease_ttl);
    options.tombstone_grace = config.get(redis_tombstone_grace);
    return options;
}

std::unique_ptr<PasswordSource> remote_passwords(const RemoteUrl& url, runtime::Files& files,
                                                 aws::CredentialProvider* credentials) {
    if (url.iam) return std::make_unique<aws::IamPasswordSource>(*url.iam, *credentials);
    if (!url.password_file.empty()) {
        return std::make_unique<redis::FilePasswordSource>(files, url.user, url.password_file);
    }
    if (url.user.empty() && url.password.empty()) return nullptr;
    return std::make_unique<redis::InlinePasswordSource>(url.user, url.password);
}

}  // namespace aside::cli
