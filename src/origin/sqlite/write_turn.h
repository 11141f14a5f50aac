// SQLite has one writer at a time. Tasks that want to write wait here for their turn, first come
// first served, instead of each blocking a thread of the pool that reads need.
//
//   const auto turn = co_await turns.wait(worker);   // Result<void>; overloaded when the queue is
//   full …write… turns.pass_on();
//
// Thread rule: wait and pass_on on any worker; a task resumes on its own. Limits: `max_waiting`
// tasks.
#pragma once

#include <coroutine>
#include <deque>

#include "base/mutex.h"
#include "base/result.h"
#include "runtime/worker.h"

namespace aside::origin {

class WriteTurns {
  public:
    explicit WriteTurns(std::size_t max_waiting) : max_waiting_(max_waiting) {}

    class Awaiter {
      public:
        Awaiter(WriteTurns& turns, runtime::Worker& worker) : turns_(turns), worker_(worker) {}
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> frame) {
            const Entry entry = turns_.enter(worker_, frame);
            refused_ = entry == Entry::refused;
            return entry == Entry::waits;
        }
        Result<void> await_resume() const {
            if (refused_) return fail(Errc::overloaded, "too many writes wait for their turn");
            return {};
        }

      private:
        WriteTurns& turns_;
        runtime::Worker& worker_;
        bool refused_ = false;
    };
    Awaiter wait(runtime::Worker& worker) { return {*this, worker}; }

    // Called by whoever has the turn, when it is done.
    void pass_on() ASIDE_EXCLUDES(mutex_);

  private:
    enum class Entry : std::uint8_t { has_turn, waits, refused };
    struct Waiting {
        runtime::Worker* worker;
        std::coroutine_handle<> frame;
    };
    Entry enter(runtime::Worker& worker, std::coroutine_handle<> frame) ASIDE_EXCLUDES(mutex_);

    const std::size_t max_waiting_;
    Mutex mutex_;
    bool taken_ ASIDE_GUARDED_BY(mutex_) = false;
    std::deque<Waiting> waiting_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::origin
