#include "lab/lambda/runtime_api.h"

#include "wire/json_parser.h"
#include "wire/json_text.h"

namespace aside::lab::lambda {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kInvocation = "/2018-06-01/runtime/invocation/";

void append_field(std::string& into, std::string_view name, std::string_view value) {
    if (!value.empty()) into.append(name).append(": ").append(value).append("\r\n");
}

std::string error_json(std::string_view type, std::string_view message) {
    std::string text = R"({"errorMessage":)";
    wire::append_json_string(text, message);
    text.append(R"(,"errorType":)");
    wire::append_json_string(text, type);
    return text.append("}");
}

ApiTarget by_method(wire::Method method, wire::Method meant, ApiTarget target) {
    return method == meant ? target : ApiTarget{.call = ApiCall::wrong_method, .request_id = {}};
}

std::string error_message_of(std::string_view payload) {
    return wire::with_json(payload, [&](auto document) {
        std::string_view message;
        if (document["errorMessage"].get(message)) return std::string(payload);
        return std::string(message);
    });
}

}  // namespace

ApiTarget api_target(wire::Method method, std::string_view target) {
    using wire::Method;
    target = target.substr(0, target.find('?'));
    if (target == "/2018-06-01/runtime/init/error") {
        return by_method(method, Method::post, {.call = ApiCall::init_error, .request_id = {}});
    }
    if (!target.starts_with(kInvocation)) return {};
    target.remove_prefix(kInvocation.size());
    if (target == "next") {
        return by_method(method, Method::get, {.call = ApiCall::next, .request_id = {}});
    }
    const std::size_t slash = std::min(target.find('/'), target.size());
    const std::string_view id = target.substr(0, slash), verb = target.substr(slash);
    if (verb != "/response" && verb != "/error") return {};
    return by_method(
        method, Method::post,
        {.call = verb == "/error" ? ApiCall::error : ApiCall::response, .request_id = id});
}

HttpReply event_reply(const Invocation& invocation, std::string_view function_arn,
                      WallTime deadline) {
    constexpr std::size_t kBufferedBytes = 2048;  // net/http: bufferBeforeChunkingSize
    const auto deadline_ms =
        std::chrono::floor<std::chrono::milliseconds>(deadline.time_since_epoch()).count();
    const Event& event = invocation.event;
    HttpReply reply{.content_type = kJson, .body = event.payload};
    append_field(reply.fields, "Lambda-Runtime-Aws-Request-Id", invocation.request_id);
    append_field(reply.fields, "Lambda-Runtime-Trace-Id", event.trace_id);
    append_field(reply.fields, "Lambda-Runtime-Client-Context", event.client_context);
    append_field(reply.fields, "Lambda-Runtime-Cognito-Identity", event.cognito_identity);
    append_field(reply.fields, "Lambda-Runtime-Invoked-Function-Arn", function_arn);
    append_field(reply.fields, "Lambda-Runtime-Deadline-Ms", std::to_string(deadline_ms));
    reply.chunked = event.payload.size() > kBufferedBytes;
    return reply;
}

HttpReply accepted_reply() {
    return {.status = 202, .content_type = kJson, .body = R"({"status":"OK"})"};
}

HttpReply refusal_reply(unsigned status, std::string_view type, std::string_view message) {
    return {.status = status, .content_type = kJson, .body = error_json(type, message)};
}

HttpReply invalid_request_id_reply() {
    return refusal_reply(400, "InvalidRequestID", "Invalid request ID");
}

HttpReply invalid_transition_reply(std::string_view from, std::string_view to) {
    std::string message = "State transition from ";
    message.append(from).append(" to ").append(to);
    message.append(" failed for runtime. Error: State transition is not allowed");
    return refusal_reply(403, "InvalidStateTransition", message);
}

HttpReply payload_too_large_reply() {
    return refusal_reply(
        413, "RequestEntityTooLarge",
        "Exceeded maximum allowed payload size (" + std::to_string(kMaxPayloadBytes) + " bytes).");
}

HttpReply unknown_call_reply(ApiCall call) {
    if (call == ApiCall::wrong_method) return {.status = 405};
    return {.status = 404, .content_type = "text/plain", .body = "404 page not found\n"};
}

// The emulator's fatalerror.go: a match of (Runtime|Function)\.[A-Z][a-zA-Z]+ anywhere.
std::string error_type_of(std::string_view told) {
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto letter = [&](char c) { return upper(c) || (c >= 'a' && c <= 'z'); };
    for (const std::string_view family : {"Runtime.", "Function."}) {
        for (std::size_t at = told.find(family); at != std::string_view::npos;
             at = told.find(family, at + 1)) {
            const std::string_view name = told.substr(at + family.size());
            if (name.size() >= 2 && upper(name[0]) && letter(name[1])) return std::string(told);
        }
    }
    return told.starts_with("Function.") ? "Function.Unknown" : "Runtime.Unknown";
}

FunctionError told_error(std::string_view type, std::string payload) {
    FunctionError error{.type = error_type_of(type),
                        .message = error_message_of(payload),
                        .payload = std::move(payload)};
    return error;
}

FunctionError lambda_error(std::string_view type, std::string_view message) {
    return {.type = std::string(type),
            .message = std::string(message),
            .payload = error_json(type, message)};
}

FunctionError lambda_error(std::string_view type, const std::string& request_id,
                           std::string_view message) {
    return lambda_error(type, "RequestId: " + request_id + " Error: " + std::string(message));
}

}  // namespace aside::lab::lambda
