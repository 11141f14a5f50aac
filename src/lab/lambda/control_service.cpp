#include "lab/lambda/control_service.h"

#include <array>

#include <simdjson.h>

#include "base/number_text.h"
#include "lab/lambda/host_problem.h"
#include "lab/lambda/report_json.h"

namespace aside::lab::lambda {

namespace {

constexpr RequestLimits kLimits{.body_bytes = 2 * kMaxPayloadBytes};  // 413 is ours to say
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kInvocations = "/2015-03-31/functions/function/invocations";

HttpReply json_reply(std::string body) {
    return {.content_type = kJson, .body = std::move(body)};
}

HttpReply count_reply(unsigned environments) {
    return json_reply(R"({"environments":)" + std::to_string(environments) + "}");
}

HttpReply not_found() {
    return problem(404, "no such call");
}

std::optional<unsigned> number_of(std::string_view text) {
    unsigned number = 0;
    if (!read_number(text, number)) return std::nullopt;
    return number;
}

std::optional<Freezing> freezing_of(std::string_view name) {
    if (name == "always") return Freezing::always;
    if (name == "never") return Freezing::never;
    if (name == "on_order") return Freezing::on_order;
    return std::nullopt;
}

// What follows `prefix`; nothing where `text` is of another kind.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return std::nullopt;
    return text.substr(prefix.size());
}

}  // namespace

ControlService::ControlService(runtime::Worker& worker, FunctionHost& host)
    : worker_(worker), host_(host), server_(worker, *this, kLimits) {}

runtime::Task<HttpReply> ControlService::reply_to(ServedRequest request) {
    if (request.method == wire::Method::get && request.target == "/environments") {
        co_return json_reply(environments_json(host_.environments(), host_.counts()));
    }
    if (request.method == wire::Method::get && request.target == "/together") co_return together();
    if (request.method == wire::Method::get && request.target == "/readyz")
        co_return json_reply("{}");
    if (request.method != wire::Method::post) co_return not_found();
    if (request.target == "/together") co_return begin_together(request.body);
    if (request.target == kInvocations) {
        auto reply = co_await invoke(std::move(request));
        co_return reply;
    }
    if (const auto count = after(request.target, "/provision/")) {
        auto reply = co_await provision(*count);
        co_return reply;
    }
    co_return order(request.target);
}

runtime::Task<HttpReply> ControlService::invoke(ServedRequest request) {
    Event event{.payload = std::move(request.body),
                .trace_id = std::string(request.field("x-amzn-trace-id"))};
    const auto report = co_await host_.invoke(std::move(event));
    if (!report) co_return problem_of(report.error());
    co_return json_reply(report_json(*report));
}

runtime::Task<HttpReply> ControlService::provision(std::string_view count) {
    const auto number = number_of(count);
    if (!number) co_return not_found();
    const auto done = co_await host_.provision(*number);
    if (!done) co_return problem_of(done.error());
    co_return count_reply(*number);
}

HttpReply ControlService::begin_together(std::string_view events) {
    if (together_under_way_) return problem(409, "others are under way");
    simdjson::dom::parser parser;
    simdjson::dom::array array;
    if (parser.parse(events.data(), events.size()).get(array) != simdjson::SUCCESS)
        return problem(400, "expected a JSON array of events");
    std::vector<Event> all;
    for (const simdjson::dom::element event : array)
        all.push_back({.payload = simdjson::to_string(event)});
    const auto count = static_cast<unsigned>(all.size());
    together_under_way_ = true;
    worker_.spawn(invoke_together(std::move(all)));
    return count_reply(count);
}

runtime::Task<> ControlService::invoke_together(std::vector<Event> events) {
    together_ = co_await host_.invoke_all(std::move(events));
    together_under_way_ = false;
}

HttpReply ControlService::together() const {
    if (together_under_way_) return {.status = 202, .content_type = kJson, .body = "null"};
    std::string list = "[";
    for (const auto& report : together_) {
        if (list.size() > 1) list += ',';
        list += report ? report_json(*report) : "null";
    }
    return json_reply(list + "]");
}

HttpReply ControlService::order(std::string_view what) {
    if (what == "/freeze") return count_reply(host_.freeze());
    if (what == "/thaw") return count_reply(host_.thaw());
    if (what == "/retire") return count_reply(host_.retire_idle());
    if (const auto name = after(what, "/freezing/")) {
        const auto freezing = freezing_of(*name);
        if (!freezing) return not_found();
        host_.set_freezing(*freezing);
        return count_reply(static_cast<unsigned>(host_.environments().size()));
    }
    if (const auto text = after(what, "/kill/")) {
        const auto number = number_of(*text);
        ExecutionEnvironment* const one = number ? host_.environment(*number) : nullptr;
        return one ? count_reply(one->kill() ? 1 : 0) : not_found();
    }
    return not_found();
}

}  // namespace aside::lab::lambda
