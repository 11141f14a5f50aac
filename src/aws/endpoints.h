// Where a service of AWS is reached: by region, by the kind of endpoint that is wanted, or where
// the user says.
//
// Thread rule: pure functions. Errors: bad_input (no such region, a malformed URL), unsupported (a
// partition without FIPS endpoints).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/stream.h"

namespace aside::aws {

enum class Service : std::uint8_t { s3, dynamodb, sts };
std::string_view name_of(Service service);  // as it is signed: "s3"

struct ServiceEndpoint {
    runtime::Endpoint address;
    bool tls = true;
    std::string base_path;  // "/path" of the user's URL; empty: none
    // What Host says: without the port where that is the scheme's own.
    std::string authority() const;
    bool operator==(const ServiceEndpoint& other) const {
        return address.host == other.address.host && address.port == other.address.port &&
               tls == other.tls && base_path == other.base_path;
    }
};

struct EndpointWishes {
    std::string region;
    bool fips = false;
    bool dual_stack = false;  // IPv6 too
    std::string url;          // not empty: there, whatever the region
};

Result<ServiceEndpoint> resolve_endpoint(Service service, const EndpointWishes& wishes);

// "http://127.0.0.1:8480", "https://vpce-1.s3.eu-west-1.vpce.amazonaws.com/path".
Result<ServiceEndpoint> parse_service_url(std::string_view url);

// AWS_ENDPOINT_URL_S3 (…_DYNAMODB, …_STS), else AWS_ENDPOINT_URL, unless
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true. Empty: none. `variable` gives a variable of the
// environment, or nothing.
using Variables = std::function<std::string(std::string_view)>;
std::string endpoint_url(Service service, const Variables& variable);

}  // namespace aside::aws
