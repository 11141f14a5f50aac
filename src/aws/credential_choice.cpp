#include "aws/credential_choice.h"

#include <algorithm>
#include <array>

namespace aside::aws {
namespace {

constexpr std::uint64_t kMaxFileBytes = 1024 * 1024;
constexpr std::string_view kSessionName = "aside";

std::string setting(const Profile& profile, std::string_view name) {
    const auto found = profile.find(name);
    return found == profile.end() ? std::string() : found->second;
}

std::string profile_name(const Variables& variable) {
    std::string name = variable("AWS_PROFILE");
    if (name.empty()) name = variable("AWS_DEFAULT_PROFILE");
    return name;
}

// The profile that applies; null: none does.
Result<const Profile*> find_profile(const Variables& variable, const Profiles& profiles) {
    const std::string named = profile_name(variable);
    const auto found = profiles.find(named.empty() ? "default" : named);
    if (found != profiles.end()) return &found->second;
    if (named.empty()) return nullptr;
    return fail(Errc::not_found, "AWS_PROFILE names \"" + named + "\", which no file defines");
}

Result<KeysGiven> keys(std::string from, std::string id, std::string secret, std::string token) {
    if (id.empty() || secret.empty()) {
        return fail(Errc::bad_input, from + ": an access key needs an id and a secret, and only " +
                                         (id.empty() ? "the secret" : "the id") + " is given");
    }
    return KeysGiven{std::move(from), AwsCredentials{std::move(id), Secret(std::move(secret)),
                                                     Secret(std::move(token))}};
}

std::string session_name_or_ours(std::string name) {
    return name.empty() ? std::string(kSessionName) : name;
}

Result<CredentialChoice> of_profile(const std::string& name, const Profile& profile) {
    const std::string from = "profile " + name;
    const std::string role = setting(profile, "role_arn");
    const std::string token_file = setting(profile, "web_identity_token_file");
    if (!role.empty() && !token_file.empty()) {
        return WebIdentity{role, session_name_or_ours(setting(profile, "role_session_name")),
                           token_file};
    }
    constexpr std::array<std::string_view, 5> kUnsupported = {
        "role_arn", "source_profile", "credential_process", "sso_session", "sso_start_url"};
    const auto other = std::ranges::find_if(kUnsupported, [&](std::string_view setting_name) {
        return profile.contains(setting_name);
    });
    const bool has_keys =
        profile.contains("aws_access_key_id") || profile.contains("aws_secret_access_key");
    if (other != kUnsupported.end() && (!has_keys || !role.empty())) {
        return fail(Errc::unsupported, from + " uses " + std::string(*other) +
                                           ", which is not supported: give keys, or role_arn with "
                                           "web_identity_token_file");
    }
    auto given =
        keys(from, setting(profile, "aws_access_key_id"), setting(profile, "aws_secret_access_key"),
             setting(profile, "aws_session_token"));
    if (!given) return fail(std::move(given.error()));
    return std::move(*given);
}

// A profile may merely say a region.
bool has_credentials(const Profile& profile) {
    constexpr std::array<std::string_view, 6> kSettings = {
        "aws_access_key_id",  "aws_secret_access_key", "role_arn",
        "credential_process", "sso_session",           "sso_start_url"};
    return std::ranges::any_of(kSettings,
                               [&](std::string_view name) { return profile.contains(name); });
}

// A token must not go over the network in the clear: plain HTTP leads to this host, or to the
// addresses that AWS gives its agents.
bool may_be_plain(const std::string& host) {
    constexpr std::array<std::string_view, 6> kHosts = {
        "localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "[fd00:ec2::23]"};
    const bool loopback =
        host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
    return loopback || std::ranges::find(kHosts, host) != kHosts.end();
}

Result<CredentialChoice> of_container(const Variables& variable) {
    constexpr std::string_view kEcs = "http://169.254.170.2";
    const std::string relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (!relative.empty() && relative.front() != '/') {
        return fail(Errc::bad_input,
                    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with '/'");
    }
    const std::string uri = relative.empty() ? variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                                             : std::string(kEcs) + relative;
    const std::size_t query = std::min(uri.find('?'), uri.size());
    auto at = parse_service_url(std::string_view(uri).substr(0, query));
    if (!at) return fail(Errc::bad_input, "AWS_CONTAINER_CREDENTIALS_FULL_URI is malformed");
    if (!at->tls && !may_be_plain(at->address.host)) {
        return fail(Errc::bad_input, "AWS_CONTAINER_CREDENTIALS_FULL_URI leads to " +
                                         at->address.host +
                                         " without TLS: it may only lead to this host, or to an "
                                         "agent of AWS");
    }
    ContainerRole role;
    role.target = (at->base_path.empty() ? "/" : at->base_path) + uri.substr(query);
    role.at = std::move(*at);
    role.token_file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (role.token_file.empty()) {
        role.authorization = Secret(variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    }
    return role;
}

Result<CredentialChoice> of_instance(const Variables& variable) {
    if (variable("AWS_EC2_METADATA_DISABLED") == "true") {
        return fail(Errc::not_found,
                    "no credentials: none in the environment, in a profile or of a container, and "
                    "AWS_EC2_METADATA_DISABLED is true");
    }
    constexpr std::string_view kMetadataService = "http://169.254.169.254";
    std::string url = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (url.empty()) url = kMetadataService;
    auto at = parse_service_url(url);
    if (!at) return fail(Errc::bad_input, "AWS_EC2_METADATA_SERVICE_ENDPOINT is malformed");
    return InstanceRole{std::move(*at)};
}

}  // namespace

Result<CredentialChoice> choose_credentials(const Variables& variable, const Profiles& profiles) {
    std::string id = variable("AWS_ACCESS_KEY_ID");
    std::string secret = variable("AWS_SECRET_ACCESS_KEY");
    if (!id.empty() || !secret.empty()) {
        auto given =
            keys("environment", std::move(id), std::move(secret), variable("AWS_SESSION_TOKEN"));
        if (!given) return fail(std::move(given.error()));
        return std::move(*given);
    }
    std::string token_file = variable("AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!token_file.empty()) {
        std::string role = variable("AWS_ROLE_ARN");
        if (role.empty()) {
            return fail(Errc::bad_input, "AWS_WEB_IDENTITY_TOKEN_FILE without AWS_ROLE_ARN");
        }
        return WebIdentity{std::move(role), session_name_or_ours(variable("AWS_ROLE_SESSION_NAME")),
                           std::move(token_file)};
    }
    const auto profile = find_profile(variable, profiles);
    if (!profile) return fail(profile.error());
    const std::string named = profile_name(variable);
    if (*profile && (has_credentials(**profile) || !named.empty())) {
        return of_profile(named.empty() ? "default" : named, **profile);
    }
    if (!variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
        !variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").empty()) {
        return of_container(variable);
    }
    return of_instance(variable);
}

std::string choose_region(const Variables& variable, const Profiles& profiles) {
    for (const std::string_view name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        std::string region = variable(name);
        if (!region.empty()) return region;
    }
    const auto profile = find_profile(variable, profiles);
    return profile && *profile ? setting(**profile, "region") : std::string();
}

Result<Profiles> load_profiles(const Variables& variable, runtime::Files& files) {
    struct Place {
        std::string_view variable, in_home;
        ProfileFile kind;
    };
    constexpr Place kPlaces[] = {
        {"AWS_CONFIG_FILE", "/.aws/config", ProfileFile::config},
        {"AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials", ProfileFile::credentials}};
    Profiles profiles;
    for (const Place& place : kPlaces) {
        std::string path = variable(place.variable);
        const std::string home = variable("HOME");
        // The usual way to say that there is none.
        if (path == "/dev/null" || (path.empty() && home.empty())) continue;
        if (path.empty()) path = home + std::string(place.in_home);
        const auto text = files.read_file(path, kMaxFileBytes);
        if (!text && text.error().code == Errc::not_found) continue;
        if (!text) return fail(text.error().code, path + ": " + text.error().detail);
        const auto read = read_profiles(*text, place.kind, profiles);
        if (!read) return fail(read.error().code, path + ", " + read.error().detail);
    }
    return profiles;
}

}  // namespace aside::aws
