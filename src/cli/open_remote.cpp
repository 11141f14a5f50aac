#include "cli/open_remote.h"

#include <algorithm>
#include <array>
#include <utility>

#include "redis/password_source.h"
#include "wire/http_target.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

constexpr std::uint16_t kDefaultPort = 6379;
constexpr std::size_t kSeedsMax = 16;

std::unexpected<Error> wrong(const std::string& what) {
    return fail(Errc::bad_input, "l2.url: " + what);
}

Result<std::string> decoded(std::string_view text, std::string_view what) {
    std::string scratch;
    const auto plain = wire::percent_decode(text, scratch);
    if (!plain) return wrong(std::string(what) + " is not percent-encoded text");
    return std::string(*plain);
}

// "host", "host:7000", "10.0.0.1:7000", "[::1]:7000", "[::1]"
Result<runtime::Endpoint> parse_seed(std::string_view text) {
    const bool has_port = text.starts_with('[') ? text.find("]:") != std::string_view::npos
                                                : text.find(':') != std::string_view::npos;
    const std::string whole =
        has_port ? std::string(text) : std::string(text) + ":" + std::to_string(kDefaultPort);
    auto endpoint = runtime::parse_endpoint(whole);
    if (!endpoint || endpoint->port == 0) {
        return wrong("\"" + std::string(text) + "\" is no host and port");
    }
    return endpoint;
}

Result<void> parse_seeds(std::string_view list, RemoteUrl& url) {
    while (true) {
        const std::size_t comma = std::min(list.find(','), list.size());
        auto seed = parse_seed(list.substr(0, comma));
        if (!seed) return fail(seed.error());
        if (url.seeds.size() == kSeedsMax) {
            return wrong("more than " + std::to_string(kSeedsMax) + " seeds");
        }
        url.seeds.push_back(std::move(*seed));
        if (comma == list.size()) return {};
        list.remove_prefix(comma + 1);
    }
}

Result<void> parse_user(std::string_view info, RemoteUrl& url) {
    const std::size_t colon = std::min(info.find(':'), info.size());
    auto user = decoded(info.substr(0, colon), "the user");
    if (!user) return fail(user.error());
    url.user = std::move(*user);
    if (colon == info.size()) return {};
    auto password = decoded(info.substr(colon + 1), "the password");
    if (!password) return fail(password.error());
    url.password = std::move(*password);
    return {};
}

Result<void> parse_parameters(std::string_view query, RemoteUrl& url) {
    struct Known {
        std::string_view name;
        std::string RemoteUrl::* member;
    };
    constexpr std::array kKnown = {
        Known{"password_file", &RemoteUrl::password_file}, Known{"ca_file", &RemoteUrl::ca_file},
        Known{"cert_file", &RemoteUrl::certificate_file}, Known{"key_file", &RemoteUrl::key_file}};
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto* const known = std::ranges::find(kKnown, pair.substr(0, equals), &Known::name);
        if (known == kKnown.end() || equals == pair.size()) {
            return wrong(
                "\"" + std::string(pair.substr(0, equals)) +
                "\" is not known; known are password_file=, ca_file=, cert_file=, key_file=");
        }
        auto value = decoded(pair.substr(equals + 1), known->name);
        if (!value) return fail(value.error());
        if (!(url.*known->member).empty()) return wrong(std::string(known->name) + " stands twice");
        url.*known->member = std::move(*value);
    }
    return {};
}

Result<void> check_together(const RemoteUrl& url) {
    if (!url.password.empty() && !url.password_file.empty()) {
        return wrong("a password and a password_file");
    }
    if (url.certificate_file.empty() != url.key_file.empty()) {
        return wrong("cert_file and key_file belong together");
    }
    const bool tls_files = !url.ca_file.empty() || !url.certificate_file.empty();
    if (tls_files && !url.tls) return wrong("ca_file and cert_file need rediss://");
    return {};
}

}  // namespace

Result<RemoteUrl> parse_remote_url(std::string_view text) {
    RemoteUrl url;
    const std::size_t slashes = text.find("://");
    const std::string_view scheme = text.substr(0, std::min(slashes, text.size()));
    url.tls = scheme == "rediss";
    if (slashes == std::string_view::npos || (scheme != "redis" && !url.tls)) {
        return wrong("expected redis://host:port or rediss://host:port");
    }
    text.remove_prefix(slashes + 3);
    const std::size_t question = std::min(text.find('?'), text.size());
    std::string_view authority = text.substr(0, question);
    const std::string_view query = text.substr(std::min(question + 1, text.size()));
    if (authority.ends_with('/')) authority.remove_suffix(1);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        const auto user = parse_user(authority.substr(0, at), url);
        if (!user) return fail(user.error());
        authority.remove_prefix(at + 1);
    }
    if (authority.find('/') != std::string_view::npos) {
        return wrong("a path after the host: numbered databases are not supported");
    }
    for (const auto& parsed :
         {parse_seeds(authority, url), parse_parameters(query, url), check_together(url)}) {
        if (!parsed) return fail(parsed.error());
    }
    return url;
}

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

std::unique_ptr<PasswordSource> remote_passwords(const RemoteUrl& url, runtime::Files& files) {
    if (!url.password_file.empty()) {
        return std::make_unique<redis::FilePasswordSource>(files, url.user, url.password_file);
    }
    if (url.user.empty() && url.password.empty()) return nullptr;
    return std::make_unique<redis::InlinePasswordSource>(url.user, url.password);
}

}  // namespace aside::cli
