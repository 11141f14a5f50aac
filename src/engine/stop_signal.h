// Tells one load that nobody wants it any more, so that it ends now and not when its store does.
//
// Thread rule: on the load's worker, but for stopped(). Ownership: a load that listens keeps it
// alive.
#pragma once

#include <atomic>
#include <coroutine>
#include <functional>
#include <memory>
#include <utility>

#include "base/time.h"
#include "runtime/worker.h"

namespace aside::engine {

class StopSignal {
  public:
    bool stopped() const { return stopped_.load(std::memory_order_acquire); }
    void stop() {
        stopped_.store(true, std::memory_order_release);
        if (const auto wake = std::exchange(wake_, nullptr)) wake();
    }

    // While it lives `wake` is called, once, when the load is stopped. One at a time.
    class Listening {
      public:
        Listening(StopSignal& to, std::function<void()> wake) : to_(to) {
            to_.wake_ = std::move(wake);
        }
        Listening(const Listening&) = delete;
        ~Listening() { to_.wake_ = nullptr; }

      private:
        StopSignal& to_;
    };

    // co_await stop.sleep_until(worker, when): ends then, or when the load is stopped.
    auto sleep_until(runtime::Worker& worker, SteadyTime when) {
        struct Awaiter {
            StopSignal& signal;
            runtime::Worker& worker;
            SteadyTime when;
            std::unique_ptr<runtime::Timer> timer{};
            bool await_ready() const noexcept { return signal.stopped(); }
            void await_suspend(std::coroutine_handle<> frame) {
                timer = worker.make_timer([frame] { frame.resume(); });
                timer->arm(when);
                signal.wake_ = [frame] { frame.resume(); };
            }
            void await_resume() {
                signal.wake_ = nullptr;
                if (timer) timer->disarm();
            }
        };
        return Awaiter{*this, worker, when};
    }

  private:
    std::atomic<bool> stopped_ = false;
    std::function<void()> wake_;
};

}  // namespace aside::engine
