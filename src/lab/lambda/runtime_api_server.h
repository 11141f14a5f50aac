// The Runtime API of one execution environment, at an address of its own: its connections, and
// between them and the machine as little as possible.
//
// Thread rule: its worker. Ownership: borrows the machine; close(), and the end of its tasks,
// before it ends. Unlike Lambda's, it reads answers up to kMostAnswerBytes only.
#pragma once

#include <coroutine>
#include <functional>
#include <map>

#include "lab/http/http_server.h"
#include "lab/lambda/environment_machine.h"

namespace aside::lab::lambda {

class RuntimeApiServer final : HttpService {
  public:
    static constexpr std::uint64_t kMostAnswerBytes = 64ULL << 20;

    // `changed` is called after each call of the machine.
    RuntimeApiServer(runtime::Worker& worker, EnvironmentMachine& machine,
                     std::function<void()> changed);

    // Port 0: a free one. Errors: of listening.
    Result<runtime::Endpoint> listen(const runtime::Endpoint& endpoint) {
        return server_.listen(endpoint);
    }
    // False: the connection that asked is gone, or was dropped.
    bool answer_next(std::uint64_t call, HttpReply reply);
    // Of a process that has ended, or is to end.
    void drop_connections();
    void close();

  private:
    struct NextCall {
        RequestReader& reader;
        std::optional<HttpReply> reply;
        bool dropped = false;
        std::coroutine_handle<> waiting;
        bool await_ready() const noexcept { return reply || dropped; }
        void await_suspend(std::coroutine_handle<> frame) noexcept { waiting = frame; }
        void await_resume() const noexcept {}
    };

    runtime::Task<bool> answer(runtime::Stream& stream, RequestReader& reader) override;
    // Nothing: the connection was dropped.
    runtime::Task<std::optional<HttpReply>> next_reply(RequestReader& reader);
    HttpReply reply_to(ApiCall call, std::optional<HttpReply> refusal, ServedRequest request);
    void wake(NextCall& call);
    Moment moment() const { return {worker_.now(), worker_.wall_now()}; }

    runtime::Worker& worker_;
    EnvironmentMachine& machine_;
    const std::function<void()> changed_;
    HttpServer server_;
    std::uint64_t last_call_ = 0;
    std::map<std::uint64_t, NextCall*> calls_;  // of `next` that wait
};

}  // namespace aside::lab::lambda
