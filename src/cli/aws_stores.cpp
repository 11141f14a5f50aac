#include "cli/aws_stores.h"

#include <algorithm>

namespace aside::cli {
namespace {

bool is_address(std::string_view host) {
    return host.find(':') != std::string_view::npos ||
           std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

Result<bool> in_path(const S3Url& url, const AwsPlace& place) {
    const bool fits = origin::fits_host_name(url.bucket);
    if (url.style == BucketStyle::automatic) return place.given || !fits;
    if (url.style == BucketStyle::path) return true;
    if (is_address(place.at.address.host)) {
        return fail(Errc::bad_input,
                    "style=virtual needs a host's name, and the endpoint is the address " +
                        place.at.address.host + ": give style=path, or a name");
    }
    if (place.at.tls && !fits) {
        return fail(Errc::bad_input, "the certificate of " + place.at.address.host +
                                         " does not cover a bucket's name with dots: give "
                                         "style=path");
    }
    return false;
}

}  // namespace

Result<origin::S3Options> s3_options(const S3Url& url, const AwsPlace& place,
                                     http_client::ClientOptions http) {
    const auto path_style = in_path(url, place);
    if (!path_style) return fail(path_style.error());
    origin::S3Options options;
    options.bucket = {.name = url.bucket,
                      .prefix = url.prefix,
                      .region = place.region,
                      .host = place.at.authority(),
                      .in_path = *path_style};
    if (!*path_style) http.endpoint.host = url.bucket + "." + http.endpoint.host;
    options.http = std::move(http);
    return options;
}

origin::DynamodbOptions dynamodb_options(const DynamodbUrl& url, const AwsPlace& place,
                                         http_client::ClientOptions http,
                                         std::size_t max_references) {
    origin::DynamodbOptions options;
    options.layout = url.layout;
    options.region = place.region;
    options.host = place.at.authority();
    options.always_consistent = url.consistent;
    options.max_references = max_references;
    options.http = std::move(http);
    return options;
}

}  // namespace aside::cli
