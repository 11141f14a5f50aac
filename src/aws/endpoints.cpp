#include "aws/endpoints.h"

#include <algorithm>

#include "aws/partitions.h"

namespace aside::aws {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

// S3 has a form of its own for dual stack, under the ordinary suffix.
std::string s3_host(const EndpointWishes& wishes, const Partition& partition) {
    std::string host = wishes.fips ? "s3-fips." : "s3.";
    if (wishes.dual_stack) host += "dualstack.";
    return host.append(wishes.region).append(".").append(partition.suffix);
}

std::string other_host(std::string_view service, const EndpointWishes& wishes,
                       const Partition& partition) {
    // GovCloud's ordinary endpoints are FIPS endpoints already.
    const bool plain_is_fips = partition.id == "aws-us-gov" && !wishes.dual_stack;
    std::string host(service);
    if (wishes.fips && !plain_is_fips) host += "-fips";
    host.append(".").append(wishes.region).append(".");
    return host.append(wishes.dual_stack ? partition.dual_stack_suffix : partition.suffix);
}

bool is_host(std::string_view host) {
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_' || c == ':';
    });
}

bool is_path(std::string_view path) {
    return std::ranges::all_of(path, [](char c) { return c > ' ' && c < 127; });
}

std::unexpected<Error> malformed(std::string_view url) {
    return fail(Errc::bad_input,
                "not an endpoint's URL (http://HOST[:PORT][/PATH]): \"" + std::string(url) + "\"");
}

}  // namespace

std::string_view name_of(Service service) {
    switch (service) {
        case Service::s3:
            return "s3";
        case Service::dynamodb:
            return "dynamodb";
        case Service::sts:
            return "sts";
    }
    return "unknown";
}

std::string ServiceEndpoint::authority() const {
    if (address.port != (tls ? kHttpsPort : kHttpPort)) return to_string(address);
    const bool ipv6 = address.host.find(':') != std::string::npos;
    return ipv6 ? "[" + address.host + "]" : address.host;
}

Result<ServiceEndpoint> resolve_endpoint(Service service, const EndpointWishes& wishes) {
    if (!wishes.url.empty()) return parse_service_url(wishes.url);
    const Partition* const partition = partition_of(wishes.region);
    if (!partition) {
        return fail(Errc::bad_input, wishes.region.empty()
                                         ? "no region is given"
                                         : "\"" + wishes.region + "\" is not a region of AWS");
    }
    if (service == Service::s3 && wishes.fips && partition->id == "aws-cn") {
        return fail(Errc::unsupported, "S3 has no FIPS endpoint in " + wishes.region);
    }
    ServiceEndpoint endpoint;
    endpoint.address.host = service == Service::s3
                                ? s3_host(wishes, *partition)
                                : other_host(name_of(service), wishes, *partition);
    endpoint.address.port = kHttpsPort;
    return endpoint;
}

Result<ServiceEndpoint> parse_service_url(std::string_view url) {
    constexpr std::string_view kHttp = "http://";
    constexpr std::string_view kHttps = "https://";
    ServiceEndpoint endpoint;
    endpoint.tls = url.starts_with(kHttps);
    if (!endpoint.tls && !url.starts_with(kHttp)) return malformed(url);
    std::string_view rest = url.substr(endpoint.tls ? kHttps.size() : kHttp.size());
    if (rest.find_first_of("@?#") != std::string_view::npos) return malformed(url);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string_view path = rest.substr(slash);
    while (path.ends_with('/')) path.remove_suffix(1);
    if (!is_path(path)) return malformed(url);
    endpoint.base_path = path;

    std::string authority(rest.substr(0, slash));
    const bool has_port =
        authority.find(':', authority.rfind(']') == std::string::npos ? 0 : authority.rfind(']')) !=
        std::string::npos;
    if (!has_port) authority += ":" + std::to_string(endpoint.tls ? kHttpsPort : kHttpPort);
    auto address = runtime::parse_endpoint(authority);
    if (!address || !is_host(address->host) || address->port == 0) return malformed(url);
    endpoint.address = std::move(*address);
    return endpoint;
}

std::string endpoint_url(Service service, const Variables& variable) {
    if (variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true") return {};
    std::string name = "AWS_ENDPOINT_URL_";
    for (const char c : name_of(service)) {
        name.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    std::string url = variable(name);
    return url.empty() ? variable("AWS_ENDPOINT_URL") : url;
}

}  // namespace aside::aws
