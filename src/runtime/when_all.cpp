#include "runtime/when_all.h"

namespace aside::runtime {

namespace {

// Counts the tasks that still run, and itself once for as long as they are being started.
struct Countdown {
    std::size_t left;
    std::coroutine_handle<> waiting;

    bool await_ready() const noexcept { return left == 1; }
    bool await_suspend(std::coroutine_handle<> frame) noexcept {
        waiting = frame;
        --left;
        return true;
    }
    void await_resume() const noexcept {}

    void one_ended() {
        if (--left == 0) waiting.resume();
    }
};

Task<> run_one(Task<> task, Countdown& countdown) {
    {
        // Its frame is destroyed before anybody hears that it ended.
        Task<> mine = std::move(task);
        co_await mine;
    }
    countdown.one_ended();
}

}  // namespace

Task<> when_all(Worker& worker, std::vector<Task<>> tasks) {
    Countdown countdown{tasks.size() + 1, {}};
    for (auto& task : tasks) worker.spawn(run_one(std::move(task), countdown));
    co_await countdown;
}

}  // namespace aside::runtime
