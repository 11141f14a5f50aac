// The URL of an endpoint, and an environment that names one: what is taken can be dialled and sent
// in Host.
#include <cstdlib>

#include "aws/credential_choice.h"

namespace {

using namespace aside;
using namespace aside::aws;

void require(bool promise) {
    if (!promise) std::abort();
}

void check(const ServiceEndpoint& endpoint) {
    require(!endpoint.address.host.empty() && endpoint.address.port != 0);
    const std::string authority = endpoint.authority();
    require(authority.find_first_of(" \r\n/@?#") == std::string::npos);
    require(endpoint.base_path.empty() || endpoint.base_path.front() == '/');
    require(endpoint.base_path.find_first_of(" \r\n?#") == std::string::npos);
    // Read again it is the same.
    const auto again =
        parse_service_url((endpoint.tls ? "https://" : "http://") + authority + endpoint.base_path);
    require(again && *again == endpoint);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const auto endpoint = parse_service_url(text)) check(*endpoint);
    if (const auto endpoint = resolve_endpoint(Service::s3, {.region = text})) check(*endpoint);
    const auto choice = choose_credentials(
        [&](std::string_view name) {
            return name == "AWS_CONTAINER_CREDENTIALS_FULL_URI" ? text : std::string();
        },
        {});
    if (!choice) return 0;
    if (const auto* container = std::get_if<ContainerRole>(&*choice)) {
        require(container->target.front() == '/');
    }
    return 0;
}
