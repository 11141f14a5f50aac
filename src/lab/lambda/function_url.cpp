#include "lab/lambda/function_url.h"

#include <algorithm>

#include <simdjson.h>

#include "lab/lambda/host_problem.h"
#include "wire/base64.h"
#include "wire/json_text.h"

namespace aside::lab::lambda {

namespace {

constexpr RequestLimits kLimits{.body_bytes = 2 * kMaxPayloadBytes};

std::string_view name_of(wire::Method method) {
    switch (method) {
        case wire::Method::get:
            return "GET";
        case wire::Method::head:
            return "HEAD";
        case wire::Method::post:
            return "POST";
        case wire::Method::put:
            return "PUT";
        case wire::Method::remove:
            return "DELETE";
        default:
            return "OPTIONS";
    }
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
    if (json.back() != '{') json += ',';
    wire::append_json_string(json, name);
    json += ':';
    wire::append_json_string(json, value);
}

// Each field once, its name in lower case.
std::string headers_json(std::string_view head) {
    std::string json = "{";
    head.remove_prefix(std::min(head.find("\r\n") + 2, head.size()));
    while (!head.empty()) {
        const std::size_t end = std::min(head.find("\r\n"), head.size());
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(std::min(end + 2, head.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        std::string name(line.substr(0, colon));
        std::ranges::transform(name, name.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
        const std::size_t value = std::min(line.find_first_not_of(' ', colon + 1), line.size());
        append_member(json, name, line.substr(value));
    }
    return json + "}";
}

std::string_view text_at(simdjson::dom::element from, const char* name) {
    std::string_view text;
    return from[name].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

}  // namespace

std::string function_url_event(const ServedRequest& request) {
    const std::size_t question = std::min(request.target.find('?'), request.target.size());
    const std::string_view path = std::string_view(request.target).substr(0, question);
    const std::string_view query =
        std::string_view(request.target).substr(std::min(question + 1, request.target.size()));
    std::string json = R"({"version":"2.0","routeKey":"$default")";
    append_member(json, "rawPath", path);
    append_member(json, "rawQueryString", query);
    json += R"(,"headers":)" + headers_json(request.head);
    json += R"(,"requestContext":{"stage":"$default","domainName":"id.lambda-url.lab.on.aws",)";
    json += R"("http":{)";
    append_member(json, "method", name_of(request.method));
    append_member(json, "path", path);
    json += "}}";
    if (!request.body.empty()) append_member(json, "body", request.body);
    return json + R"(,"isBase64Encoded":false})";
}

Result<HttpReply> function_url_reply(std::string_view answer, bool to_head) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::uint64_t status = 0;
    if (parser.parse(answer.data(), answer.size()).get(root) != simdjson::SUCCESS ||
        root["statusCode"].get(status) != simdjson::SUCCESS) {
        return fail(Errc::protocol, "the function's answer has no statusCode");
    }
    HttpReply reply{.status = static_cast<unsigned>(status), .to_head = to_head};
    simdjson::dom::object headers;
    if (root["headers"].get(headers) == simdjson::SUCCESS) {
        for (const auto& [name, value] : headers) {
            std::string_view text;
            if (value.get(text) != simdjson::SUCCESS || name == "Content-Length") continue;
            reply.fields.append(name).append(": ").append(text).append("\r\n");
        }
    }
    bool encoded = false;
    if (root["isBase64Encoded"].get(encoded) != simdjson::SUCCESS) encoded = false;
    const std::string_view body = text_at(root, "body");
    if (!encoded) {
        reply.body = body;
        return reply;
    }
    if (!wire::append_base64_decoded(reply.body, body))
        return fail(Errc::protocol, "the function's answer is no base64");
    return reply;
}

FunctionUrl::FunctionUrl(runtime::Worker& worker, FunctionHost& host)
    : host_(host), server_(worker, *this, kLimits) {}

runtime::Task<HttpReply> FunctionUrl::reply_to(ServedRequest request) {
    Event event{.payload = function_url_event(request),
                .trace_id = std::string(request.field("x-amzn-trace-id"))};
    const auto report = co_await host_.invoke(std::move(event));
    if (!report) co_return problem_of(report.error());
    if (report->error) co_return problem(502, report->error->type + ": " + report->error->message);
    auto reply = function_url_reply(*report->answer, request.method == wire::Method::head);
    if (!reply) co_return problem(502, reply.error().detail);
    co_return std::move(*reply);
}

}  // namespace aside::lab::lambda
