// The public port's table of calls: which target means what.
//
// Thread rule: pure functions. Ownership: a route borrows the target and, where something was
// percent-encoded, the scratch strings.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "front/http/reply.h"
#include "wire/http_request.h"

namespace aside::front {

struct PublicRoute {
    enum class Call : std::uint8_t { object, item, batch } call;
    std::string_view name{};     // id or key, decoded; never empty but for a batch
    std::string_view version{};  // of an object; empty: none
};

// The call, or the problem to answer with: 404 for an unknown path, 405, 400.
std::expected<PublicRoute, Problem> public_route(const wire::RequestHead& head, std::string& name,
                                                 std::string& version);

}  // namespace aside::front
