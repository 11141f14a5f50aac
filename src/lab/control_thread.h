// The thread from which a lab is run: one worker of its own, and blocking calls to it, so that the
// code of a drill reads from top to bottom.
//
// Thread rule: made, used and destroyed on one thread that is not a worker's. Ownership: owns the
// runtime; what runs on its worker must have ended before it is destroyed.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "lab/machine_stalls.h"
#include "runtime/os/run_task.h"

namespace aside::lab {

class ControlThread {
  public:
    static Result<std::unique_ptr<ControlThread>> start();
    ~ControlThread();
    ControlThread(const ControlThread&) = delete;

    runtime::OsRuntime& runtime() { return *runtime_; }
    runtime::Worker& worker() { return runtime_->worker(0); }

    // Runs make(worker), which gives a Task<T>, to its end.
    template <class Make>
    auto run(Make make) {
        return runtime::run_task(*runtime_, 0, std::move(make));
    }
    // Calls a function on the worker and waits for it.
    template <class Call>
    void on_worker(Call call) {
        run([&call](runtime::Worker&) { return called(call); });
    }

    void pause(Duration span);
    SteadyTime now();
    StallCount stalls() const { return stalls_->count(); }
    std::vector<StallSpan> stall_spans() const { return stalls_->spans(); }

    // Looks every 20 ms. Error: timed_out, naming what was awaited.
    template <class Condition>
    Result<void> await(Duration limit, const std::string& what, Condition condition) {
        const SteadyTime end = now() + limit;
        for (;;) {
            if (condition()) return {};
            if (now() >= end) return fail(Errc::timed_out, "waited in vain for " + what);
            pause(std::chrono::milliseconds(20));
        }
    }

  private:
    explicit ControlThread(std::unique_ptr<runtime::OsRuntime> runtime);

    template <class Call>
    static runtime::Task<> called(Call& call) {
        call();
        co_return;
    }

    std::unique_ptr<runtime::OsRuntime> runtime_;
    std::unique_ptr<MachineStalls> stalls_;
};

}  // namespace aside::lab
