#include "lab/lambda/runtime_api_server.h"

namespace aside::lab::lambda {

namespace {

// A function that dribbles its answer is ended by its deadline, not by its server.
constexpr RequestLimits kLimits{.body_bytes = RuntimeApiServer::kMostAnswerBytes,
                                .pause = std::chrono::hours(1)};

std::string_view error_type(const ServedRequest& request) {
    return request.field("lambda-runtime-function-error-type");
}

bool is_answer(ApiCall call) {
    return call == ApiCall::response || call == ApiCall::error;
}

}  // namespace

RuntimeApiServer::RuntimeApiServer(runtime::Worker& worker, EnvironmentMachine& machine,
                                   std::function<void()> changed)
    : worker_(worker),
      machine_(machine),
      changed_(std::move(changed)),
      server_(worker, *this, kLimits) {}

bool RuntimeApiServer::answer_next(std::uint64_t call, HttpReply reply) {
    const auto at = calls_.find(call);
    if (at == calls_.end()) return false;
    NextCall& waiting = *at->second;
    calls_.erase(at);
    waiting.reply = std::move(reply);
    wake(waiting);
    return !waiting.reader.peer_left();
}

void RuntimeApiServer::drop_connections() {
    server_.close_connections();
    for (const auto& [number, call] : calls_) {
        call->dropped = true;
        wake(*call);
    }
    calls_.clear();
}

void RuntimeApiServer::close() {
    server_.close();
    drop_connections();
}

// Later, not from within: what is resumed may call the machine.
void RuntimeApiServer::wake(NextCall& call) {
    if (call.waiting) worker_.post([frame = call.waiting] { frame.resume(); });
}

runtime::Task<std::optional<HttpReply>> RuntimeApiServer::next_reply(RequestReader& reader) {
    NextCall call{.reader = reader, .reply = {}, .waiting = {}};
    const std::uint64_t number = ++last_call_;
    calls_.emplace(number, &call);
    machine_.next_asked(number, moment());
    changed_();
    co_await call;
    co_return std::move(call.reply);
}

HttpReply RuntimeApiServer::reply_to(ApiCall call, std::optional<HttpReply> refusal,
                                     ServedRequest request) {
    if (refusal) return std::move(*refusal);
    const std::string type(error_type(request));
    if (is_answer(call)) {
        return machine_.answer_ended(call, type, std::move(request.body), moment());
    }
    if (call == ApiCall::init_error) {
        return machine_.init_error(type, std::move(request.body), moment());
    }
    return unknown_call_reply(call);
}

runtime::Task<bool> RuntimeApiServer::answer(runtime::Stream& stream, RequestReader& reader) {
    auto request = co_await reader.next_head();
    if (!request) {
        co_await refuse(stream, reader, request.error());
        co_return false;
    }
    const bool keep_alive = request->keep_alive;
    const ApiTarget target = api_target(request->method, request->target);
    std::optional<HttpReply> refusal;
    if (is_answer(target.call)) refusal = machine_.answer_begun(target.call, target.request_id);
    auto body = co_await reader.read_body();
    if (!body) {
        if (is_answer(target.call) && !refusal) {
            machine_.answer_broken(target.call, error_type(*request), moment());
            changed_();
        }
        co_await refuse(stream, reader, body.error());
        co_return false;
    }
    std::optional<HttpReply> reply;
    if (target.call == ApiCall::next) {
        reply = co_await next_reply(reader);
        if (!reply) co_return false;
    } else {
        request->body = std::move(*body);
        reply = reply_to(target.call, std::move(refusal), std::move(*request));
        changed_();
    }
    const std::string text = http_text(*reply, keep_alive);
    const auto written = co_await runtime::write_all(stream, text);
    co_return written&& keep_alive;
}

}  // namespace aside::lab::lambda
