#include "runtime/stream.h"

#include <charconv>

namespace aside::runtime {

Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return fail(Errc::bad_input, "expected HOST:PORT, got \"" + std::string(text) + "\"");
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    Endpoint endpoint{std::string(host), 0};
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
    const bool bare_ipv6 = host.size() + 1 == colon + 1 && host.find(':') != std::string_view::npos;
    if (error != std::errc() || end != digits.data() + digits.size() || host.empty() || bare_ipv6) {
        return fail(Errc::bad_input, "expected HOST:PORT, got \"" + std::string(text) + "\"");
    }
    return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
    const bool ipv6 = endpoint.host.find(':') != std::string::npos;
    return (ipv6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

Task<Result<void>> write_all(Stream& stream, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view pieces[] = {bytes};
        const auto wrote = stream.try_write(pieces);
        if (!wrote) co_return fail(wrote.error());
        bytes.remove_prefix(*wrote);
        if (bytes.empty()) break;
        const auto ready = co_await writable(stream);
        if (!ready) co_return fail(ready.error());
    }
    co_return Result<void>();
}

}  // namespace aside::runtime
