// The admin port's table of calls. Thread rule: a pure function. Ownership: a route borrows the
// request's target.
#pragma once

#include <expected>
#include <string_view>

#include "front/http/reply.h"
#include "wire/http_request.h"

namespace aside::front {

struct AdminRoute {
    enum class Call : std::uint8_t {
        metrics,
        healthz,
        readyz,
        status,
        hot,
        curve,
        invalidate,
        put_object,
        remove_object,
        put_item,
        remove_item
    };
    Call call;
    std::string_view name{};  // of an object or item, still encoded
    std::string_view query{};

    // For a supervisor's probes: says nothing but yes or no.
    bool open() const { return call == Call::healthz || call == Call::readyz; }
};

std::expected<AdminRoute, Problem> admin_route(const wire::RequestHead& head);

}  // namespace aside::front
