#include "cli/aws_session.h"

#include "aws/credential_sources.h"

namespace aside::cli {
namespace {

constexpr std::string_view kRegionOfOthers = "us-east-1";

aws::Variables variables_of(std::vector<std::string> environment) {
    return [environment = std::move(environment)](std::string_view name) {
        for (const std::string_view line : environment) {
            if (line.starts_with(name) && line.substr(name.size()).starts_with('=')) {
                return std::string(line.substr(name.size() + 1));
            }
        }
        return std::string();
    };
}

}  // namespace

AwsSession::AwsSession(AwsOptions options, std::vector<std::string> environment,
                       runtime::Files& files, unsigned workers, telemetry::Registry& registry,
                       telemetry::Logger* log)
    : options_(std::move(options)),
      variable_(variables_of(std::move(environment))),
      files_(files),
      workers_(workers),
      registry_(registry),
      log_(log) {}

Result<void> AwsSession::read_profiles() {
    if (profiles_) return {};
    auto profiles = aws::load_profiles(variable_, files_);
    if (!profiles) return fail(std::move(profiles.error()));
    profiles_ = std::move(*profiles);
    return {};
}

Result<std::string> AwsSession::region(const std::string& wanted) {
    if (!wanted.empty()) return wanted;
    if (const auto read = read_profiles(); !read) return fail(read.error());
    std::string region = aws::choose_region(variable_, *profiles_);
    if (!region.empty()) return region;
    return fail(Errc::bad_input,
                "no region is given: say region= in the URL, or set AWS_REGION, or region in the "
                "profile");
}

Result<AwsPlace> AwsSession::place(aws::Service service, const std::string& wanted,
                                   const std::string& endpoint) {
    AwsPlace place;
    std::string url = endpoint.empty() ? aws::endpoint_url(service, variable_) : endpoint;
    place.given = !url.empty();
    if (url.find('@') != std::string::npos) {
        return fail(Errc::bad_input, "the endpoint's URL holds a user: it may not");
    }
    auto region_there = region(wanted);
    if (!region_there && !(place.given && profiles_)) return fail(std::move(region_there.error()));
    place.region = region_there.value_or(std::string(kRegionOfOthers));
    auto at = aws::resolve_endpoint(service, {.region = place.region,
                                              .fips = is_true("AWS_USE_FIPS_ENDPOINT"),
                                              .dual_stack = is_true("AWS_USE_DUALSTACK_ENDPOINT"),
                                              .url = std::move(url)});
    if (!at && !place.given) {
        return fail(at.error().code,
                    at.error().detail + "; for a server of your own give endpoint= too");
    }
    if (!at) return fail(std::move(at.error()));
    if (!at->base_path.empty()) {
        return fail(Errc::unsupported, "the endpoint " + at->authority() + at->base_path +
                                           ": a path after the host is not supported");
    }
    place.at = std::move(*at);
    return place;
}

runtime::ConnectOptions AwsSession::tls_connect() const {
    runtime::TlsOptions tls;
    tls.ca_file = variable_("AWS_CA_BUNDLE");
    runtime::ConnectOptions connect = options_.http.connect;
    connect.tls = std::make_shared<const runtime::TlsOptions>(std::move(tls));
    return connect;
}

http_client::ClientOptions AwsSession::client_options(std::string name,
                                                      const aws::ServiceEndpoint& at) const {
    http_client::ClientOptions options = options_.http;
    options.name = std::move(name);
    options.endpoint = at.address;
    options.trace = &trace_;
    if (at.tls) options.connect = tls_connect();
    return options;
}

// Of web identities alone.
Result<aws::ServiceEndpoint> AwsSession::sts_endpoint() {
    auto sts = place(aws::Service::sts, {}, {});
    if (!sts) return fail(sts.error().code, "web identity: " + sts.error().detail);
    return std::move(sts->at);
}

Result<aws::CredentialProvider*> AwsSession::provider() {
    if (provider_) return provider_.get();
    if (const auto read = read_profiles(); !read) return fail(read.error());
    auto choice = aws::choose_credentials(variable_, *profiles_);
    if (!choice) return fail(choice.error().code, "credentials for AWS: " + choice.error().detail);
    aws::SourceEnvironment environment{files_, workers_, registry_, {}, tls_connect()};
    if (std::holds_alternative<aws::WebIdentity>(*choice)) {
        auto sts = sts_endpoint();
        if (!sts) return fail(std::move(sts.error()));
        environment.sts = std::move(*sts);
    }
    provider_ = std::make_unique<aws::CredentialProvider>(
        aws::make_source(std::move(*choice), environment), options_.renewal, registry_, log_);
    return provider_.get();
}

void AwsSession::close(runtime::Worker& worker) {
    if (provider_) provider_->close(worker);
}

}  // namespace aside::cli
