#include "front/http/admin_route.h"

#include "wire/http_target.h"

namespace aside::front {
namespace {

using Call = AdminRoute::Call;
using Route = std::expected<AdminRoute, Problem>;
using wire::Method;

constexpr struct {
    std::string_view path;
    Call call;
} kReads[] = {{"/metrics", Call::metrics}, {"/healthz", Call::healthz}, {"/readyz", Call::readyz},
              {"/status", Call::status},   {"/hot", Call::hot},         {"/curve", Call::curve}};

Route wrong_method(std::string_view allow) {
    return std::unexpected(Problem{.status = 405, .allow = allow});
}

Route write_route(const wire::RequestHead& head, std::string_view name, std::string_view query,
                  Call put, Call remove) {
    if (head.method == Method::put) return AdminRoute{put, name, query};
    if (head.method != Method::remove) return wrong_method("PUT, DELETE");
    if (head.has_body())
        return std::unexpected(Problem{.status = 400, .detail = "a DELETE with a body"});
    return AdminRoute{remove, name, query};
}

}  // namespace

std::expected<AdminRoute, Problem> admin_route(const wire::RequestHead& head) {
    const auto [path, query] = wire::split_target(head.target);
    for (const auto& read : kReads) {
        if (path != read.path) continue;
        if (head.method != Method::get && head.method != Method::head)
            return wrong_method("GET, HEAD");
        if (head.has_body())
            return std::unexpected(Problem{.status = 400, .detail = "a GET or HEAD with a body"});
        return AdminRoute{read.call, {}, query};
    }
    if (path == "/invalidate") {
        if (head.method != Method::post) return wrong_method("POST");
        return AdminRoute{Call::invalidate};
    }
    constexpr std::string_view kObjects = "/objects/";
    constexpr std::string_view kItems = "/items/";
    if (path.starts_with(kObjects)) {
        return write_route(head, path.substr(kObjects.size()), query, Call::put_object,
                           Call::remove_object);
    }
    if (path.starts_with(kItems) && !path.substr(kItems.size()).contains('/')) {
        return write_route(head, path.substr(kItems.size()), query, Call::put_item,
                           Call::remove_item);
    }
    return std::unexpected(Problem{.status = 404, .detail = "there is no such path"});
}

}  // namespace aside::front
