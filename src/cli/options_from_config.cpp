#include "cli/options_from_config.h"

#include "runtime/os/cores.h"
#include "runtime/os/entropy.h"
#include "wire/json_check.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

// A peer that is gone without a word is noticed by what it has not acknowledged.
constexpr Duration kUnacknowledgedMax = std::chrono::seconds(10);

template <class T>
T count(const config::Config& config, config::Key<config::Kind::integer> key) {
    return static_cast<T>(config.get(key));  // the table's ranges fit their types
}

telemetry::Level level_of(std::string_view name) {
    using enum telemetry::Level;
    for (const auto level : {debug, info, warning, error}) {
        if (name_of(level) == name) return level;
    }
    return off;
}

}  // namespace

runtime::OsRuntimeOptions runtime_options(const config::Config& config) {
    const auto wanted = count<unsigned>(config, workers);
    return {.workers = wanted == 0 ? runtime::usable_cores() : wanted,
            .blocking_threads = count<unsigned>(config, blocking_threads),
            .blocking_queue_limit = count<std::size_t>(config, blocking_queue)};
}

telemetry::LogOptions log_options(const config::Config& config) {
    telemetry::LogOptions options;
    options.level = level_of(config.get(log_level));
    options.format =
        config.get(log_format) == "json" ? telemetry::LogFormat::json : telemetry::LogFormat::text;
    options.per_second = count<std::uint32_t>(config, log_per_second);
    return options;
}

engine::HotSetOptions hot_set_options(const config::Config& config) {
    engine::HotSetOptions options;
    options.keys = count<std::size_t>(config, hot_set_keys);
    options.period = config.get(hot_set_period);
    options.in_flight = count<std::uint32_t>(config, hot_set_in_flight);
    return options;
}

engine::ReadLogOptions read_log_options(const config::Config& config) {
    engine::ReadLogOptions options;
    options.part = config.get(read_log_part);
    options.period = config.get(read_log_period);
    options.files = count<std::size_t>(config, read_log_files);
    options.objects = engine_options(config).objects;
    return options;
}

AwsOptions aws_options(const config::Config& config) {
    AwsOptions options;
    options.http.max_connections = count<std::size_t>(config, aws_connections);
    options.http.connect_timeout = config.get(aws_connect_timeout);
    options.http.idle_timeout = config.get(aws_idle_timeout);
    options.http.max_age = config.get(aws_connection_max_age);
    options.http.connect.unacknowledged_max = kUnacknowledgedMax;
    options.renewal.fetch_timeout = config.get(aws_credentials_timeout);
    options.renewal.earliest = config.get(aws_credentials_renewal);
    options.renewal.latest = options.renewal.earliest / 3;
    return options;
}

UploadLimits upload_limits(const config::Config& config) {
    UploadLimits limits;
    limits.in_flight = count<std::uint32_t>(config, import_in_flight);
    return limits;
}

engine::EngineOptions engine_options(const config::Config& config) {
    engine::EngineOptions options;
    options.memory_capacity_bytes = config.get(memory_capacity);
    options.absent_capacity_bytes = config.get(memory_absent_capacity);
    options.lent_max_bytes = config.get(memory_lent_max);
    options.seed = runtime::draw_seed();
    options.objects = {config.get(l1_fresh), config.get(l1_stale_while_revalidate),
                       config.get(l1_stale_if_error)};
    options.index = {config.get(index_fresh), config.get(index_stale),
                     config.get(index_stale_if_error)};
    options.jitter = config.get(l1_jitter);
    options.curve_keys = count<std::size_t>(config, curve_keys);
    options.absent_fresh = config.get(absent_fresh);
    options.absent_versioned_fresh = config.get(absent_versioned_fresh);
    options.failure_pause = config.get(origin_failure_pause);
    options.items_missing = config.get(items_missing) == "null" ? engine::MissingObject::null
                                                                : engine::MissingObject::error;
    options.items_max_refs = count<std::uint32_t>(config, items_max_refs);
    options.response_max_bytes = config.get(response_max_bytes);
    options.objects_max_bytes = config.get(objects_max_bytes);
    options.keys_max_bytes = static_cast<std::uint32_t>(config.get(keys_max_bytes));
    options.origin_deadline = config.get(origin_deadline);
    options.origin_concurrency = count<std::uint32_t>(config, origin_concurrency);
    options.origin_concurrency_min = count<std::uint32_t>(config, origin_concurrency_min);
    options.origin_queue = count<std::uint32_t>(config, origin_queue);
    options.origin_queue_standing = config.get(origin_queue_standing);
    options.origin_queue_patience = config.get(origin_queue_patience);
    options.origin_attempt_timeout_min = config.get(origin_attempt_timeout_min);
    options.origin_attempt_timeout_max = config.get(origin_attempt_timeout_max);
    options.origin_attempts_max = config.get(origin_attempts_max);
    options.origin_hedge_share = config.get(origin_hedge_share);
    options.origin_backoff_base = config.get(origin_backoff_base);
    options.origin_backoff_max = config.get(origin_backoff_max);
    options.origin_max_bytes_in_flight = config.get(origin_max_bytes_in_flight);
    options.l1_max_age = config.get(l1_max_age);
    options.remote_versioned_ttl = config.get(redis_versioned_ttl);
    options.remote_invalidate_deadline = config.get(redis_invalidate_deadline);
    options.lease_poll_min = config.get(redis_lease_poll_min);
    options.lease_poll_max = config.get(redis_lease_poll_max);
    options.cold_share = config.get(redis_cold_share);
    options.owed_fills_max = count<std::uint32_t>(config, redis_owed_fills);
    options.owed_fills_max_bytes = config.get(redis_owed_fills_bytes);
    options.owed_fills_in_flight = count<std::uint32_t>(config, redis_owed_fills_in_flight);
    options.owed_fills_spacing = config.get(redis_owed_fills_spacing);
    options.check_body = &wire::is_json;
    return options;
}

LifecycleOptions lifecycle_options(const config::Config& config) {
    return {.settle = config.get(freeze_settle), .gap_min = config.get(freeze_gap_min)};
}

front::ServerOptions server_options(const config::Config& config) {
    front::ServerOptions options;
    options.head.header_bytes = static_cast<std::uint32_t>(config.get(http_max_header_bytes));
    options.head.url_bytes = static_cast<std::uint32_t>(config.get(http_max_url_bytes));
    options.max_connections = count<unsigned>(config, http_max_connections);
    options.header_timeout = config.get(http_header_timeout);
    options.body_timeout = config.get(http_body_timeout);
    options.idle_timeout = config.get(http_idle_timeout);
    options.send_timeout = config.get(http_send_timeout);
    options.linger_timeout = config.get(http_linger_timeout);
    options.max_pipelined = count<unsigned>(config, http_max_pipelined);
    options.max_pending_bytes = config.get(http_max_pending_bytes);
    options.max_requests = count<std::uint64_t>(config, http_max_requests);
    return options;
}

front::PublicOptions public_options(const config::Config& config) {
    front::PublicOptions options;
    options.max_age = config.get(http_max_age);
    options.stale_while_revalidate = config.get(http_stale_while_revalidate);
    options.stale_if_error = config.get(http_stale_if_error);
    options.request_timeout = config.get(request_deadline);
    options.max_body_bytes = config.get(http_max_body_bytes);
    options.max_response_bytes = config.get(response_max_bytes);
    options.max_ids = count<std::size_t>(config, batch_max_ids);
    return options;
}

front::AdminOptions admin_options(const config::Config& config) {
    front::AdminOptions options;
    options.hosts = config.get(admin_hosts);
    options.request_timeout = config.get(admin_request_deadline);
    options.max_body_bytes = config.get(objects_max_bytes);
    options.max_references = count<std::size_t>(config, items_max_refs);
    options.max_keys = count<std::size_t>(config, admin_max_keys);
    return options;
}

}  // namespace aside::cli
