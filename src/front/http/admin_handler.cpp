#include "front/http/admin_handler.h"

#include <algorithm>
#include <charconv>

#include "front/http/admin_route.h"
#include "front/http/admin_writes.h"
#include "wire/http_target.h"
#include "wire/json_text.h"

namespace aside::front {

using Call = AdminRoute::Call;

AdminHandler::AdminHandler(Service& service, AdminOptions options)
    : service_(service), options_(std::move(options)), access_(options_.hosts, options_.token) {}

// Refusals only: what is allowed may take longer than a ReadSection should last.
bool AdminHandler::answer_at_once(Exchange& exchange) {
    const auto route = admin_route(exchange.head);
    if (auto problem = access_.refuse(exchange.head, route && route->open())) {
        reply_problem(exchange, *problem);
        return true;
    }
    if (route) return false;
    reply_problem(exchange, route.error());
    return true;
}

runtime::Task<> AdminHandler::answer(Exchange& exchange) {
    const AdminRoute route = admin_route(exchange.head).value();  // it was one before
    switch (route.call) {
        case Call::metrics:
            reply_text(exchange, 200, "text/plain; version=0.0.4; charset=utf-8",
                       options_.metrics ? options_.metrics() : "");
            break;
        case Call::healthz:
            reply_health(exchange, {});
            break;
        case Call::readyz:
            reply_health(exchange, unready());
            break;
        case Call::status:
            reply_status(exchange);
            break;
        case Call::hot:
            reply_hot(exchange, route.query);
            break;
        case Call::curve:
            reply_curve(exchange);
            break;
        case Call::invalidate:
            co_await answer_invalidate(exchange, service_, options_);
            break;
        case Call::put_object:
        case Call::remove_object:
        case Call::put_item:
        case Call::remove_item:
            co_await answer_write(exchange, service_, options_, route);
            break;
    }
}

std::string AdminHandler::unready() const {
    if (draining_.load(std::memory_order_relaxed)) return "draining";
    return options_.unready ? options_.unready() : std::string();
}

void AdminHandler::reply_health(Exchange& exchange, const std::string& trouble) const {
    const bool well = trouble.empty();
    reply_text(exchange, well ? 200 : 503, "text/plain; charset=utf-8",
               well ? "ok\n" : "not ready: " + trouble + "\n");
}

void AdminHandler::reply_status(Exchange& exchange) const {
    std::string json = "{" + service_.status_json();
    if (options_.facts) {
        const std::string facts = options_.facts();
        if (!facts.empty() && json.size() > 1) json += ',';
        json += facts;
    }
    reply_json(exchange, 200, json + "}");
}

void AdminHandler::reply_curve(Exchange& exchange) const {
    const std::string json = service_.curve_json();
    if (json.empty())
        return reply_problem(exchange, {.status = 404, .detail = "no curve is made: curve.keys"});
    reply_json(exchange, 200, json);
}

void AdminHandler::reply_hot(Exchange& exchange, std::string_view query) const {
    constexpr std::size_t kDefault = 20;
    constexpr std::size_t kMost = 1000;
    std::string scratch;
    const auto given = wire::query_parameter(query, "limit", scratch);
    if (!given) return reply_problem(exchange, {.status = 400, .detail = given.error().detail});
    std::size_t limit = kDefault;
    if (*given) {
        const std::string_view digits = **given;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), limit);
        if (error != std::errc() || end != digits.data() + digits.size() || limit == 0 ||
            limit > kMost) {
            return reply_problem(exchange,
                                 {.status = 400, .detail = "limit is a number from 1 to 1000"});
        }
    }
    std::string json = R"({"hot":[)";
    for (const HotKey& hot : service_.hot(limit)) {
        if (!json.ends_with('[')) json += ',';
        json += R"({"kind":)";
        wire::append_json_string(json, hot.kind);
        json += R"(,"key":)";
        wire::append_json_string(json, hot.key);
        json += R"(,"estimated_hits":)";
        append_number(json, hot.estimated_hits);
        json += '}';
    }
    reply_json(exchange, 200, json + "]}");
}

}  // namespace aside::front
