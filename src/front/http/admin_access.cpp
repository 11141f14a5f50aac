#include "front/http/admin_access.h"

#include <algorithm>
#include <charconv>

namespace aside::front {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& byte : result) {
        if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte | 0x20);
    }
    return result;
}

bool is_port(std::string_view text) {
    return text.empty() ||
           (text.starts_with(':') && std::ranges::all_of(text.substr(1), [](char byte) {
                return byte >= '0' && byte <= '9';
            }));
}

// "[::1]:80" -> "::1", "host:80" -> "host". What is not of that form stays as it is, and is
// nobody's name.
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        const bool whole = end != std::string_view::npos && is_port(host.substr(end + 1));
        return whole ? host.substr(1, end - 1) : host;
    }
    if (std::ranges::count(host, ':') > 1) return host;  // an IPv6 address without brackets
    const std::size_t colon = std::min(host.find(':'), host.size());
    return is_port(host.substr(colon)) ? host.substr(0, colon) : host;
}

// 127.0.0.0/8, written as four numbers: "127.evil.example" is a name somebody else owns.
bool is_loopback_v4(std::string_view host) {
    int numbers = 0;
    for (const char *at = host.data(), *end = at + host.size(); at < end;) {
        unsigned number = 0;
        const auto [next, error] = std::from_chars(at, end, number);
        if (error != std::errc() || number > 255 || (numbers == 0 && number != 127)) return false;
        ++numbers;
        if (next != end && (*next != '.' || next + 1 == end)) return false;
        at = next == end ? end : next + 1;
    }
    return numbers == 4;
}

// Takes as long for a wrong token as for a right one of the same length.
bool same_secret(std::string_view a, std::string_view b) {
    unsigned char difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t at = 0; at < a.size(); ++at) {
        difference |= static_cast<unsigned char>(a[at] ^ b[b.empty() ? 0 : at % b.size()]);
    }
    return difference == 0 && !b.empty();
}

}  // namespace

bool is_loopback(std::string_view host) {
    const std::string name = lower(host);
    return name == "localhost" || name == "::1" || is_loopback_v4(name);
}

Result<void> check_admin_bind(const runtime::Endpoint& endpoint, bool has_token) {
    if (has_token || is_loopback(endpoint.host)) return {};
    return fail(Errc::bad_input, "the admin port listens beyond loopback (" + to_string(endpoint) +
                                     ") only with admin.token_file");
}

AdminAccess::AdminAccess(const std::vector<std::string>& hosts, std::string token)
    : token_(std::move(token)) {
    for (const std::string& host : hosts) hosts_.push_back(lower(without_port(host)));
}

bool AdminAccess::knows_host(std::string_view host) const {
    const std::string_view name = without_port(host);
    return is_loopback(name) || std::ranges::find(hosts_, lower(name)) != hosts_.end();
}

bool AdminAccess::has_token(std::string_view authorization) const {
    constexpr std::string_view kScheme = "bearer ";
    if (authorization.size() < kScheme.size() ||
        lower(authorization.substr(0, kScheme.size())) != kScheme)
        return false;
    return same_secret(authorization.substr(kScheme.size()), token_);
}

std::optional<Problem> AdminAccess::refuse(const wire::RequestHead& head, bool open) const {
    if (!knows_host(head.host))
        return Problem{.status = 421, .detail = "this Host is neither loopback nor in admin.hosts"};
    if (head.has_origin) return Problem{.status = 403, .detail = "no calls from web pages"};
    if (!open && !token_.empty() && !has_token(head.authorization)) {
        return Problem{
            .status = 401, .detail = "a bearer token is needed", .authenticate = "Bearer"};
    }
    return std::nullopt;
}

}  // namespace aside::front
