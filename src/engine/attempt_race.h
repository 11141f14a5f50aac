// The attempts of one load that run at once (a first one and perhaps its hedge), and the load that
// waits for the first good answer among them.
//
// An attempt is a task of its own and ends by itself, maybe after nobody waits any more: its frame
// is not touched, its late result is dropped, and `over` tells it that it may stop. Thread rule: on
// the load's worker, but for over(), which a store may ask from any thread. Ownership: shared by
// the load and its attempts.
#pragma once

#include <atomic>
#include <coroutine>
#include <memory>
#include <optional>

#include "base/error_meaning.h"
#include "base/result.h"
#include "runtime/worker.h"

namespace aside::engine {

template <class T>
class AttemptRace {
  public:
    explicit AttemptRace(runtime::Worker& worker) : worker_(worker) {}

    void begin() { ++running_; }
    void end(Result<T> result) {
        --running_;
        if (over_) return;
        const bool final = result.has_value() || !retry_may_help(result.error().code);
        if (final || !result_) result_.emplace(std::move(result));
        if (!final && running_ > 0) return;
        over_ = true;
        wake();
    }
    // Nobody waits any longer.
    void give_up() { over_ = true; }
    // Ends it for who waits: the load is not wanted any more.
    void stop() {
        if (over_) return;
        over_ = true;
        result_.emplace(fail(Errc::cancelled, "nobody wants it any more"));
        wake();
    }

    bool over() const { return over_; }
    // Once it is over, and was not given up.
    std::optional<Result<T>>& result() { return result_; }

    // Until it is over, or this time: co_await race.wait(until);
    auto wait(SteadyTime until) {
        struct Awaiter {
            AttemptRace& race;
            SteadyTime until;
            bool await_ready() const noexcept { return race.over_; }
            void await_suspend(std::coroutine_handle<> frame) { race.suspend(frame, until); }
            void await_resume() const noexcept {
                if (race.timer_) race.timer_->disarm();
            }
        };
        return Awaiter{*this, until};
    }

  private:
    void suspend(std::coroutine_handle<> frame, SteadyTime until) {
        waiting_ = frame;
        if (until == kNever) return;
        if (!timer_) timer_ = worker_.make_timer([this] { wake(); });
        timer_->arm(until);
    }
    void wake() {
        if (waiting_) std::exchange(waiting_, nullptr).resume();
    }

    runtime::Worker& worker_;
    unsigned running_ = 0;
    std::atomic<bool> over_ = false;
    std::optional<Result<T>> result_;
    std::coroutine_handle<> waiting_;
    std::unique_ptr<runtime::Timer> timer_;
};

}  // namespace aside::engine
