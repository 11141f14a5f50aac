// Socket addresses of endpoints. Thread rule: pure, but look_up, which blocks.
#pragma once

#include <optional>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/result.h"
#include "runtime/stream.h"

namespace aside::runtime {

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
    int family() const { return storage.ss_family; }
    const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

// When the host is an IPv4 or IPv6 address already.
std::optional<Address> numeric_address(const Endpoint& endpoint);
Endpoint endpoint_of(const Address& address);
// The local end of a socket.
Endpoint local_endpoint(int socket);

// Asks the system's resolver. Blocks. Errors: not_found, io.
Result<std::vector<Address>> look_up(const Endpoint& endpoint);

}  // namespace aside::runtime
