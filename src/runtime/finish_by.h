// Bounds how long a caller waits for a task that may not end in time (a blocking call on a dead
// disk, a peer that hangs).
//
// The task itself is not touched: frames are never destroyed while suspended. It goes on alone and
// its late result is dropped, so everything it uses must be its own (arguments by value or shared).
// Thread rule: on the worker given.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "runtime/worker.h"

namespace aside::runtime {

namespace detail {

template <class T>
struct FinishByState {
    std::optional<Result<T>> result;
    std::coroutine_handle<> waiting;
    std::unique_ptr<Timer> timer;

    void wake() {
        if (waiting) std::exchange(waiting, nullptr).resume();
    }
};

template <class T>
Task<> finish_into(std::shared_ptr<FinishByState<T>> state, Task<Result<T>> task) {
    Result<T> result = co_await task;
    state->result.emplace(std::move(result));
    state->wake();
}

template <class T>
struct FinishByAwaiter {
    Worker& worker;
    FinishByState<T>& state;
    SteadyTime deadline;

    bool await_ready() const noexcept { return state.result.has_value(); }
    void await_suspend(std::coroutine_handle<> frame) {
        state.waiting = frame;
        if (deadline == kNever) return;
        state.timer = worker.make_timer([&state = state] { state.wake(); });
        state.timer->arm(deadline);
    }
    void await_resume() const noexcept {
        if (state.timer) state.timer->disarm();
    }
};

}  // namespace detail

// The task's result, or Errc::timed_out once the deadline has passed.
template <class T>
Task<Result<T>> finish_by(Worker& worker, Task<Result<T>> task, SteadyTime deadline) {
    auto state = std::make_shared<detail::FinishByState<T>>();
    worker.spawn(detail::finish_into<T>(state, std::move(task)));
    detail::FinishByAwaiter<T> ended{worker, *state, deadline};
    co_await ended;
    if (!state->result) co_return fail(Errc::timed_out, "no answer in time");
    co_return std::move(*state->result);
}

}  // namespace aside::runtime
