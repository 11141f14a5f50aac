// What one caller waits for and somebody else brings: the result of a request that several share.
//
//   auto pending = std::make_shared<Pending<LoadedIndex>>(deadline);
//   …somebody keeps it, and ends it once…
//   co_await pending->wait(worker);
//   co_return pending->take();
//
// It is over when it was ended or its deadline has passed, whichever is first; what comes after is
// dropped. Thread rule: one worker. Ownership: shared by the caller and whoever brings the result,
// so that either may be gone.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "runtime/worker.h"

namespace aside::origin {

template <class T>
class Pending {
  public:
    explicit Pending(SteadyTime deadline = kNever) : deadline_(deadline) {}

    SteadyTime deadline() const { return deadline_; }
    bool over() const { return result_.has_value(); }
    void end(Result<T> result) {
        if (over()) return;
        result_.emplace(std::move(result));
        if (waiting_) std::exchange(waiting_, nullptr).resume();
    }

    auto wait(runtime::Worker& worker) {
        struct Awaiter {
            Pending& pending;
            runtime::Worker& worker;
            bool await_ready() const noexcept { return pending.over(); }
            void await_suspend(std::coroutine_handle<> frame) { pending.suspend(worker, frame); }
            void await_resume() const noexcept { pending.timer_.reset(); }
        };
        return Awaiter{*this, worker};
    }
    Result<T> take() { return std::move(*result_); }

  private:
    void suspend(runtime::Worker& worker, std::coroutine_handle<> frame) {
        waiting_ = frame;
        if (deadline_ == kNever) return;
        timer_ = worker.make_timer([this] { end(fail(Errc::timed_out, "no answer in time")); });
        timer_->arm(deadline_);
    }

    const SteadyTime deadline_;
    std::optional<Result<T>> result_;
    std::coroutine_handle<> waiting_;
    std::unique_ptr<runtime::Timer> timer_;
};

}  // namespace aside::origin
