// Runs one task to its end from a thread that is no worker: command-line tools and tests.
//
//   const auto answer = run_task(*runtime, 0, [&](Worker& worker) { return read_item(worker, id);
//   });
//
// `make` is called on the worker and gives a Task<T>. Thread rule: not on a worker's thread (it
// blocks); the runtime has been started and is not stopped before it returns.
#pragma once

#include <future>

#include "runtime/os/runtime.h"

namespace aside::runtime {

namespace detail {

// The task's frame is gone before the promise is kept: who waits may then destroy what the task
// referred to.
template <class T, class Make>
Task<> keep_promise(Worker& worker, Make& make, std::shared_ptr<std::promise<T>> promise) {
    std::optional<T> value;
    {
        auto task = make(worker);
        auto result = co_await task;
        value.emplace(std::move(result));
    }
    promise->set_value(std::move(*value));
}

template <class Make>
Task<> keep_promise(Worker& worker, Make& make, std::shared_ptr<std::promise<void>> promise) {
    {
        auto task = make(worker);
        co_await task;
    }
    promise->set_value();
}

template <class T>
T value_type_of(const Task<T>*);

}  // namespace detail

template <class Make>
auto run_task(OsRuntime& runtime, unsigned index, Make make) {
    using MadeTask = std::invoke_result_t<Make&, Worker&>;
    using T = decltype(detail::value_type_of(static_cast<MadeTask*>(nullptr)));
    auto promise = std::make_shared<std::promise<T>>();
    auto ended = promise->get_future();
    Worker& worker = runtime.worker(index);
    worker.post(
        [&worker, &make, promise] { worker.spawn(detail::keep_promise(worker, make, promise)); });
    return ended.get();
}

}  // namespace aside::runtime
