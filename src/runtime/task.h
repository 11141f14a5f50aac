// Task<T>: a lazily started coroutine that returns a T to whoever awaits it.
//
// Rules that keep coroutines safe here: a frame is never destroyed while suspended (cancellation is
// a result, and frames end by returning); a Task is awaited exactly once, or handed to
// Worker::spawn; each `co_await` is its own statement or initialises a named variable. Exceptions
// do not leave a coroutine: one that tries ends the process, for errors are values here.
//
// Thread rule: a task runs on the worker that started it, from its first line to its last.
// Ownership: the Task object owns the frame; awaiting moves nothing, the awaiting frame must
// outlive it (it does when the Task is a temporary or a local there).
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace aside::runtime {

template <class T>
class Task;

namespace detail {

struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> frame) const noexcept {
        return frame.promise().continuation;  // symmetric transfer: no stack grows
    }
    void await_resume() const noexcept {}
};

struct PromiseBase {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> result;
    Task<T> get_return_object();
    template <class U>
    void return_value(U&& value) {
        result.emplace(std::forward<U>(value));
    }
    T take() { return std::move(*result); }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void return_void() const noexcept {}
    void take() const noexcept {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle frame) : frame_(frame) {}
    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (frame_) frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        frame_.promise().continuation = awaiting;
        return frame_;
    }
    T await_resume() { return frame_.promise().take(); }

  private:
    Handle frame_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// A frame nobody awaits: it starts at once and frees itself when it ends.
struct Detached {
    struct promise_type {
        Detached get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

}  // namespace detail

// Runs `task` on the calling thread until its first suspension and then whenever it is resumed;
// calls `done()` at its end. For implementations of Worker::spawn.
template <class Done>
detail::Detached run_detached(Task<void> task, Done done) {
    co_await task;
    done();
}

}  // namespace aside::runtime
