#include "cli/remote_url.h"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/http_target.h"

namespace aside::cli {

namespace {

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

// As they stand in the URL; what they mean together is looked at once all are known.
struct Parameters {
    std::string password_file, ca_file, cert_file, key_file;
    std::string auth, name, service, region;
};

Result<void> parse_parameters(std::string_view query, Parameters& parameters) {
    struct Known {
        std::string_view name;
        std::string Parameters::* member;
    };
    constexpr std::array kKnown = {Known{"password_file", &Parameters::password_file},
                                   Known{"ca_file", &Parameters::ca_file},
                                   Known{"cert_file", &Parameters::cert_file},
                                   Known{"key_file", &Parameters::key_file},
                                   Known{"auth", &Parameters::auth},
                                   Known{"name", &Parameters::name},
                                   Known{"service", &Parameters::service},
                                   Known{"region", &Parameters::region}};
    while (!query.empty()) {
        const wire::QueryPair pair = wire::take_query_pair(query);
        const auto* const known = std::ranges::find(kKnown, pair.name, &Known::name);
        if (known == kKnown.end() || !pair.value) {
            return wrong("\"" + std::string(pair.name) +
                         "\" is not known; known are password_file=, ca_file=, cert_file=, "
                         "key_file=, and auth=iam with name=, service=, region=");
        }
        auto value = decoded(*pair.value, known->name);
        if (!value) return fail(value.error());
        std::string& member = parameters.*known->member;
        if (!member.empty()) return wrong(std::string(known->name) + " stands twice");
        member = std::move(*value);
    }
    return {};
}

std::optional<aws::TokenFor> token_service(std::string_view name) {
    if (name.empty() || name == "elasticache") return aws::TokenFor::elasticache;
    if (name == "elasticache-serverless") return aws::TokenFor::elasticache_serverless;
    if (name == "memorydb") return aws::TokenFor::memorydb;
    return std::nullopt;
}

Result<void> take_iam(const Parameters& parameters, RemoteUrl& url) {
    if (parameters.auth.empty()) {
        const bool left =
            !parameters.name.empty() || !parameters.service.empty() || !parameters.region.empty();
        if (left) return wrong("name, service and region belong to auth=iam");
        return {};
    }
    if (parameters.auth != "iam") return wrong("auth may be iam");
    if (parameters.name.empty()) {
        return wrong("auth=iam needs name=, the cache's or cluster's own name (not its host)");
    }
    if (url.user.empty()) return wrong("auth=iam needs a user, as in rediss://user@host");
    if (!url.password.empty() || !url.password_file.empty()) {
        return wrong("auth=iam and a password");
    }
    const auto service = token_service(parameters.service);
    if (!service) return wrong("service may be elasticache, elasticache-serverless or memorydb");
    aws::TokenSubject subject{*service, parameters.name, url.user, parameters.region};
    // The service knows its caches in lower case, whatever they were called when made.
    std::ranges::transform(subject.name, subject.name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    url.iam = std::move(subject);
    return {};
}

Result<void> take_parameters(std::string_view query, RemoteUrl& url) {
    Parameters parameters;
    const auto parsed = parse_parameters(query, parameters);
    if (!parsed) return parsed;
    url.password_file = parameters.password_file;
    url.ca_file = parameters.ca_file;
    url.certificate_file = parameters.cert_file;
    url.key_file = parameters.key_file;
    if (!url.password.empty() && !url.password_file.empty()) {
        return wrong("a password and a password_file");
    }
    if (url.certificate_file.empty() != url.key_file.empty()) {
        return wrong("cert_file and key_file belong together");
    }
    const bool tls_files = !url.ca_file.empty() || !url.certificate_file.empty();
    if (tls_files && !url.tls) return wrong("ca_file and cert_file need rediss://");
    return take_iam(parameters, url);
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
    const auto seeds = parse_seeds(authority, url);
    if (!seeds) return fail(seeds.error());
    const auto taken = take_parameters(query, url);
    if (!taken) return fail(taken.error());
    return url;
}

}  // namespace aside::cli
