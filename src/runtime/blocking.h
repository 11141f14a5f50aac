// Calls that block (SQLite, files) run on a bounded pool of threads, never on a worker.
//
// Thread rule: `run_blocking` is awaited on a worker and resumes there. What the call touches must
// be safe to touch from a pool thread. Errors: overloaded when the pool's queue is full, cancelled
// when it is shutting down; else whatever the call returns.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "runtime/worker.h"

namespace aside::runtime {

class BlockingPool {
  public:
    virtual ~BlockingPool() = default;
    // Runs `job` on a pool thread (in runtime/sim: on the caller's thread, when its modelled cost
    // has passed). False when it was not taken; then neither it nor anything it holds is run. From
    // any thread.
    virtual bool submit(Callback job) = 0;
};

// auto rows = co_await run_blocking(worker, [&] { return store.read(key); });
// `call` returns a Result<T>.
template <class Call>
class BlockingAwaiter {
  public:
    using ResultType = std::invoke_result_t<Call&>;
    BlockingAwaiter(Worker& worker, Call call) : worker_(worker), call_(std::move(call)) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> frame) {
        const bool taken = worker_.blocking().submit([this, frame] {
            result_.emplace(call_());
            worker_.post([frame] { frame.resume(); });
        });
        if (!taken) result_.emplace(fail(Errc::overloaded, "the pool for blocking calls is full"));
        return taken;
    }
    ResultType await_resume() { return std::move(*result_); }

  private:
    Worker& worker_;
    Call call_;
    std::optional<ResultType> result_;
};

template <class Call>
BlockingAwaiter<Call> run_blocking(Worker& worker, Call call) {
    return {worker, std::move(call)};
}

}  // namespace aside::runtime
