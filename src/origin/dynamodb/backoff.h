// Pauses between askings for what DynamoDB had no capacity left for.
//
// Full jitter: anything from nothing to a bound that doubles each time, so that those turned away
// together do not come back together. Naps are pauses that end early, all of them, when their
// worker is closed. Thread rule: one worker. Ownership: Naps must outlive who sleeps.
// Source: "Exponential Backoff And Jitter", AWS Architecture Blog.
#pragma once

#include <algorithm>
#include <coroutine>
#include <set>
#include <utility>

#include "runtime/worker.h"

namespace aside::origin {

inline constexpr Duration kBackoffBase = std::chrono::milliseconds(25);
inline constexpr Duration kBackoffMost = std::chrono::seconds(1);

// `before`: how many pauses there were. `draw` is in [0, 1).
inline Duration backoff(unsigned before, double draw) {
    constexpr unsigned kDoublings = 10;
    const Duration bound =
        std::min<Duration>(kBackoffMost, kBackoffBase * (1LL << std::min(before, kDoublings)));
    return Duration(static_cast<std::int64_t>(draw * static_cast<double>(bound.count())));
}

class Naps {
  public:
    explicit Naps(runtime::Worker& worker) : worker_(worker) {}

    // const bool slept = co_await naps.until(when);   false: closed
    auto until(SteadyTime when) { return Nap{*this, when}; }

    void close() {
        closed_ = true;
        for (Nap* const nap : std::exchange(sleeping_, {})) nap->wake();
    }

  private:
    struct Nap {
        Naps& naps;
        SteadyTime when;
        std::coroutine_handle<> frame = nullptr;
        std::unique_ptr<runtime::Timer> timer = nullptr;

        bool await_ready() const noexcept { return naps.closed_; }
        void await_suspend(std::coroutine_handle<> sleeper) {
            frame = sleeper;
            naps.sleeping_.insert(this);
            timer = naps.worker_.make_timer([this] { wake(); });
            timer->arm(when);
        }
        bool await_resume() {
            naps.sleeping_.erase(this);
            timer.reset();
            return !naps.closed_;
        }
        void wake() { std::exchange(frame, nullptr).resume(); }
    };

    runtime::Worker& worker_;
    bool closed_ = false;
    std::set<Nap*> sleeping_;
};

}  // namespace aside::origin
