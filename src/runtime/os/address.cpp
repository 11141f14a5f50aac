#include "runtime/os/address.h"

#include <cstring>

#include <arpa/inet.h>
#include <netdb.h>

namespace aside::runtime {

std::optional<Address> numeric_address(const Endpoint& endpoint) {
    Address address;
    auto* const ipv4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    if (::inet_pton(AF_INET, endpoint.host.c_str(), &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(endpoint.port);
        address.size = sizeof *ipv4;
        return address;
    }
    auto* const ipv6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET6, endpoint.host.c_str(), &ipv6->sin6_addr) == 1) {
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = htons(endpoint.port);
        address.size = sizeof *ipv6;
        return address;
    }
    return std::nullopt;
}

Endpoint endpoint_of(const Address& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.family() == AF_INET) {
        const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address.storage);
        ::inet_ntop(AF_INET, &ipv4.sin_addr, text, sizeof text);
        return {text, ntohs(ipv4.sin_port)};
    }
    const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    ::inet_ntop(AF_INET6, &ipv6.sin6_addr, text, sizeof text);
    return {text, ntohs(ipv6.sin6_port)};
}

Endpoint local_endpoint(int socket) {
    Address address;
    address.size = sizeof address.storage;
    if (::getsockname(socket, address.raw(), &address.size) != 0) return {};
    return endpoint_of(address);
}

Result<std::vector<Address>> look_up(const Endpoint& endpoint) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const auto port = std::to_string(endpoint.port);
    const int failed = ::getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
    if (failed != 0) {
        const bool no_such_name = failed == EAI_NONAME || failed == EAI_NODATA;
        return fail(no_such_name ? Errc::not_found : Errc::io,
                    endpoint.host + ": " + ::gai_strerror(failed));
    }
    std::vector<Address> addresses;
    for (const auto* at = found; at != nullptr; at = at->ai_next) {
        auto& address = addresses.emplace_back();
        std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
        address.size = at->ai_addrlen;
    }
    ::freeaddrinfo(found);
    return addresses;
}

}  // namespace aside::runtime
