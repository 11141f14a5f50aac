#include "front/http/admin_writes.h"

#include "runtime/finish_by.h"
#include "wire/http_target.h"
#include "wire/json_text.h"
#include "wire/key_lists_json.h"

namespace aside::front {
namespace {

using Call = AdminRoute::Call;

constexpr Duration kRetryAfter = std::chrono::seconds(1);

bool is_done(const TierReport& report, bool with_origin) {
    return report.invalidated() && (report.origin || !with_origin);
}

void append_report(std::string& into, std::string_view label, std::string_view name,
                   std::string_view version, const Result<TierReport>& report, bool with_origin) {
    const auto word = [](bool value) { return value ? "true" : "false"; };
    into += "{\"" + std::string(label) + "\":";
    wire::append_json_string(into, name);
    if (!version.empty()) {
        into += ",\"version\":";
        wire::append_json_string(into, version);
    }
    into += ",\"done\":";
    into += word(report && is_done(*report, with_origin));
    if (report) {
        into += ",\"tiers\":{";
        if (with_origin) into += std::string("\"origin\":") + word(report->origin) + ",";
        into += std::string("\"l2\":") + (report->l2_present ? word(report->l2) : "null");
        into += std::string(",\"l1\":") + word(report->l1) + "}";
        if (!report->l2_error.empty()) {
            into += ",\"error\":";
            wire::append_json_string(into, "l2: " + report->l2_error);
        }
    } else {
        into += ",\"error\":";
        wire::append_json_string(into, to_string(report.error()));
    }
    into += '}';
}

unsigned status_of(const Result<TierReport>& report, bool with_origin) {
    if (!report) return problem_of(report.error(), kRetryAfter).status;
    if (is_done(*report, with_origin)) return 200;
    // L2's owner of the key may be back in a moment; until it confirms, the key is not invalid.
    return report->l2_present && !report->l2 ? 503 : 502;
}

struct Named {
    std::string name, version;
};

Result<Named> names_of(const AdminRoute& route) {
    std::string scratch;
    auto name = wire::percent_decode(route.name, scratch);
    if (!name) return std::unexpected(std::move(name.error()));
    if (name->empty()) return fail(Errc::bad_input, "no key or id");
    Named named{std::string(*name), {}};
    if (route.call == Call::put_item || route.call == Call::remove_item) return named;
    auto version = wire::query_parameter(route.query, "version", scratch);
    if (!version) return std::unexpected(std::move(version.error()));
    if (*version && (*version)->empty()) return fail(Errc::bad_input, "an empty version");
    if (*version) named.version = **version;
    return named;
}

Result<std::vector<Reference>> references_of(std::string_view body, std::size_t most) {
    auto texts = wire::decode_references(body, most);
    if (!texts) return std::unexpected(std::move(texts.error()));
    std::vector<Reference> references;
    for (auto& text : *texts) references.push_back({std::move(text.key), std::move(text.version)});
    return references;
}

// The task has all it uses: it may outlive the request.
Result<runtime::Task<Result<TierReport>>> write(Exchange& exchange, Service& service,
                                                const AdminOptions& options, Call call,
                                                const Named& named) {
    const Reference reference{named.name, named.version};
    switch (call) {
        case Call::put_object:
            return service.put_object(exchange.worker, reference, std::move(exchange.body));
        case Call::remove_object:
            return service.remove_object(exchange.worker, reference);
        case Call::put_item: {
            auto references = references_of(exchange.body, options.max_references);
            if (!references) return std::unexpected(std::move(references.error()));
            return service.put_item(exchange.worker, named.name, std::move(*references));
        }
        default:
            return service.remove_item(exchange.worker, named.name);
    }
}

struct Tally {
    unsigned status = 200;  // the first that is not
    void add(unsigned next) {
        if (status == 200) status = next;
    }
};

}  // namespace

runtime::Task<> answer_write(Exchange& exchange, Service& service, const AdminOptions& options,
                             AdminRoute route) {
    const SteadyTime deadline = exchange.now + options.request_timeout;
    const auto named = names_of(route);
    if (!named) {
        reply_problem(exchange, {.status = 400, .detail = named.error().detail});
        co_return;
    }
    auto started = write(exchange, service, options, route.call, *named);
    if (!started) {
        reply_problem(exchange, problem_of(started.error(), kRetryAfter));
        co_return;
    }
    const Result<TierReport> report =
        co_await runtime::finish_by(exchange.worker, std::move(*started), deadline);
    if (!report) {
        reply_problem(exchange, problem_of(report.error(), kRetryAfter));
        co_return;
    }
    const bool is_item = route.call == Call::put_item || route.call == Call::remove_item;
    std::string json;
    append_report(json, is_item ? "id" : "key", named->name, named->version, report, true);
    reply_json(exchange, status_of(report, true), json);
}

runtime::Task<> answer_invalidate(Exchange& exchange, Service& service,
                                  const AdminOptions& options) {
    const auto lists = wire::decode_key_lists(exchange.body, options.max_keys);
    if (!lists) {
        const unsigned status = lists.error().code == Errc::too_large ? 413 : 400;
        reply_problem(exchange, {.status = status, .detail = lists.error().detail});
        co_return;
    }
    const SteadyTime deadline = exchange.now + options.request_timeout;
    Tally tally;
    std::string json = R"({"items":[)";
    for (const std::string& id : lists->items) {
        auto task = service.invalidate_item(exchange.worker, id);
        const Result<TierReport> report =
            co_await runtime::finish_by(exchange.worker, std::move(task), deadline);
        tally.add(status_of(report, false));
        if (!json.ends_with('[')) json += ',';
        append_report(json, "id", id, {}, report, false);
    }
    json += R"(],"objects":[)";
    for (const wire::ReferenceText& object : lists->objects) {
        const Reference reference{object.key, object.version};
        auto task = service.invalidate_object(exchange.worker, reference);
        const Result<TierReport> report =
            co_await runtime::finish_by(exchange.worker, std::move(task), deadline);
        tally.add(status_of(report, false));
        if (!json.ends_with('[')) json += ',';
        append_report(json, "key", object.key, object.version, report, false);
    }
    json += "]}";
    reply_json(exchange, tally.status, json);
}

}  // namespace aside::front
