#include "cli/bench_url.h"

namespace aside::cli {
namespace {

constexpr std::string_view kPlain = "http://", kTls = "https://";

std::unexpected<Error> bad(std::string_view text, std::string_view why) {
    return fail(Errc::bad_input, std::string(text) + ": " + std::string(why));
}

bool has_port(std::string_view authority) {
    const std::size_t colon = authority.rfind(':');
    const std::size_t bracket = authority.rfind(']');
    return colon != std::string_view::npos &&
           (bracket == std::string_view::npos || colon > bracket);
}

}  // namespace

Result<BenchUrl> parse_bench_url(std::string_view text) {
    BenchUrl url;
    url.tls = text.starts_with(kTls);
    if (!url.tls && !text.starts_with(kPlain))
        return bad(text, "a URL begins with http:// or https://");
    std::string_view rest = text.substr(url.tls ? kTls.size() : kPlain.size());
    const std::size_t end = rest.find_first_of("/?#");
    const std::string_view authority = rest.substr(0, end);
    if (authority.empty()) return bad(text, "it names no host");
    if (authority.find('@') != std::string_view::npos)
        return bad(text, "a user's name in it is not sent; give --header 'Authorization: …'");
    url.host = authority;
    std::string address(authority);
    if (!has_port(authority)) address += url.tls ? ":443" : ":80";
    const auto endpoint = runtime::parse_endpoint(address);
    if (!endpoint) return bad(text, endpoint.error().detail);
    if (endpoint->port == 0) return bad(text, "port 0 is none");
    url.endpoint = *endpoint;
    if (end == std::string_view::npos) return url;
    url.path = rest.substr(end, rest.find('#') - end);
    if (!url.path.starts_with('/')) url.path.insert(0, 1, '/');
    return url;
}

}  // namespace aside::cli
