#include "front/lambda/runtime_api.h"

#include <charconv>

#include "wire/json_text.h"

namespace aside::front::lambda {

namespace {

constexpr std::string_view kPath = "/2018-06-01/runtime/";
constexpr Duration kConnectLimit = std::chrono::seconds(1);
constexpr std::uint64_t kEventMaxBytes = 8 << 20;  // Lambda's own limit is 6 MB
constexpr std::size_t kShownBytes = 200;

std::string error_json(const FunctionError& error) {
    std::string json = R"({"errorMessage":)";
    wire::append_json_string(json, error.message);
    json += R"(,"errorType":)";
    wire::append_json_string(json, error.type);
    return json += R"(,"stackTrace":[]})";
}

std::string error_field(const FunctionError& error) {
    return "Lambda-Runtime-Function-Error-Type: " + error.type + "\r\n";
}

// Milliseconds since 1970; an environment without a deadline has all the time.
WallTime deadline_of(const wire::ResponseHead& head) {
    const std::string_view text = head.field("Lambda-Runtime-Deadline-Ms");
    std::int64_t ms = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (text.empty() || read.ec != std::errc()) return WallTime::max();
    return WallTime(std::chrono::milliseconds(ms));
}

}  // namespace

RuntimeApi::RuntimeApi(runtime::Worker& worker, runtime::Endpoint server)
    : worker_(worker),
      server_(std::move(server)),
      next_request_("GET " + std::string(kPath) +
                    "invocation/next HTTP/1.1\r\nHost: " + to_string(server_) + "\r\n\r\n") {}

runtime::Task<Result<RuntimeApi::Answered>> RuntimeApi::attempt(std::string_view request,
                                                                bool& begun) {
    if (!stream_) {
        auto connected = co_await worker_.connect(server_, worker_.now() + kConnectLimit);
        if (!connected) co_return fail(std::move(connected.error()));
        stream_ = std::move(*connected);
    }
    const auto sent = co_await runtime::write_all(*stream_, request);
    // What ended while it was written may have been answered before (413).
    wire::ResponseReader reader({.body_bytes = kEventMaxBytes}, false);
    while (!reader.done()) {
        const auto got = co_await read_some(*stream_, buffer_);
        if (!got) co_return fail(sent ? got.error() : sent.error());
        if (*got > 0) {
            const auto fed = reader.feed({buffer_.data(), *got});
            begun = reader.begun();
            if (!fed) co_return fail(fed.error());
        } else {
            const auto ended = reader.end_of_stream();
            if (!ended) co_return fail(sent ? ended.error() : sent.error());
        }
    }
    if (!reader.keep_alive() || !sent) stream_.reset();
    co_return Answered{.head = std::move(reader.head()), .body = reader.take_body()};
}

runtime::Task<Result<RuntimeApi::Answered>> RuntimeApi::call(std::string_view request) {
    const bool kept = stream_ != nullptr;
    bool begun = false;
    auto answered = co_await attempt(request, begun);
    if (!answered) stream_.reset();
    if (answered || !kept || begun) co_return answered;
    answered = co_await attempt(request, begun);
    if (answered) answered->repeated = true;
    if (!answered) stream_.reset();
    co_return answered;
}

runtime::Task<Result<Invocation>> RuntimeApi::next() {
    auto answered = co_await call(next_request_);
    if (!answered) co_return fail(std::move(answered.error()));
    const std::string_view id = answered->head.field("Lambda-Runtime-Aws-Request-Id");
    if (answered->head.status != 200 || id.empty()) {
        co_return fail(Errc::protocol, "the Runtime API gave no invocation: " +
                                           std::to_string(answered->head.status) + " " +
                                           answered->body.substr(0, kShownBytes));
    }
    co_return Invocation{.id = std::string(id),
                         .deadline = deadline_of(answered->head),
                         .trace = std::string(answered->head.field("Lambda-Runtime-Trace-Id")),
                         .event = std::move(answered->body)};
}

runtime::Task<Result<void>> RuntimeApi::post(std::string_view path, std::string_view fields,
                                             std::string_view body) {
    request_.assign("POST ").append(kPath).append(path).append(" HTTP/1.1\r\nHost: ");
    request_.append(to_string(server_)).append("\r\nContent-Type: application/json\r\n");
    request_.append(fields).append("Content-Length: ").append(std::to_string(body.size()));
    request_.append("\r\n\r\n").append(body);
    const auto answered = co_await call(request_);
    if (!answered) co_return fail(answered.error());
    const unsigned status = answered->head.status;
    if (status / 100 == 2) co_return Result<void>{};
    if (answered->repeated && (status == 400 || status == 403)) co_return Result<void>{};
    co_return fail(status == 413 ? Errc::too_large : Errc::protocol,
                   "the Runtime API says " + std::to_string(status) + " " +
                       answered->body.substr(0, kShownBytes));
}

runtime::Task<Result<void>> RuntimeApi::answer(std::string_view id, std::string_view json) {
    const std::string path = "invocation/" + std::string(id) + "/response";
    co_return co_await post(path, {}, json);
}

runtime::Task<Result<void>> RuntimeApi::fail_invocation(std::string_view id,
                                                        const FunctionError& error) {
    const std::string path = "invocation/" + std::string(id) + "/error";
    co_return co_await post(path, error_field(error), error_json(error));
}

runtime::Task<Result<void>> RuntimeApi::fail_init(const FunctionError& error) {
    co_return co_await post("init/error", error_field(error), error_json(error));
}

}  // namespace aside::front::lambda
