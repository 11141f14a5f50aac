#include "front/http/public_route.h"

#include "wire/http_target.h"

namespace aside::front {
namespace {

using Route = std::expected<PublicRoute, Problem>;

Route problem(unsigned status, std::string detail, std::string_view allow = {}) {
    return std::unexpected(Problem{.status = status, .detail = std::move(detail), .allow = allow});
}

Route read_of(PublicRoute::Call call, const wire::RequestHead& head, std::string_view encoded,
              std::string& scratch) {
    if (head.method != wire::Method::get && head.method != wire::Method::head) {
        return problem(405, "this is read with GET or HEAD", "GET, HEAD");
    }
    if (head.has_body()) return problem(400, "a GET or HEAD with a body");
    auto name = wire::percent_decode(encoded, scratch);
    if (!name) return problem(400, name.error().detail);
    if (name->empty()) return problem(400, call == PublicRoute::Call::item ? "no id" : "no key");
    return PublicRoute{call, *name};
}

Route object_route(const wire::RequestHead& head, std::string_view encoded, std::string_view query,
                   std::string& name_scratch, std::string& version_scratch) {
    Route route = read_of(PublicRoute::Call::object, head, encoded, name_scratch);
    if (!route || query.empty()) return route;
    auto version = wire::query_parameter(query, "version", version_scratch);
    if (!version) return problem(400, version.error().detail);
    if (!*version) return route;
    if ((*version)->empty()) return problem(400, "an empty version");
    route->version = **version;
    return route;
}

}  // namespace

Route public_route(const wire::RequestHead& head, std::string& name, std::string& version) {
    constexpr std::string_view kObjects = "/objects/";
    constexpr std::string_view kItems = "/items/";
    const wire::Target target = wire::split_target(head.target);
    if (target.path.starts_with(kObjects)) {
        return object_route(head, target.path.substr(kObjects.size()), target.query, name, version);
    }
    if (target.path.starts_with(kItems)) {
        const std::string_view id = target.path.substr(kItems.size());
        if (id.contains('/')) return problem(400, "a '/' within an id is written %2F");
        return read_of(PublicRoute::Call::item, head, id, name);
    }
    if (target.path == "/items:batch") {
        if (head.method != wire::Method::post)
            return problem(405, "a batch is asked for with POST", "POST");
        return PublicRoute{PublicRoute::Call::batch};
    }
    return problem(404, "there is no such path");
}

}  // namespace aside::front
