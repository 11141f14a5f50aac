// A bounded budget (of loads at a time, of bytes in flight) with a bounded queue before it, shared
// by all workers.
//
// Who finds room enters at once. Who does not waits in the queue of its priority; room that becomes
// free goes to the highest priority, first come first served within one, and nobody overtakes a
// larger request of its own priority, so that large ones are not starved. When the queue is full,
// the lowest priority is turned away: the newcomer, or the last comer of a lower class than its
// own.
//
// Thread rule: any worker. A waiter is resumed on its own worker by a post; the lock is never held
// across that. Errors: overloaded (queue full), deadline, too_large (more than the whole budget).
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <memory>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/worker.h"

namespace aside::engine {

enum class Priority : std::uint8_t {
    client,     // somebody waits for the answer
    refresh,    // a stale value was answered; a new one should follow
    owed_fill,  // a fill that could not be made when its value was loaded
    warm_up,
};
inline constexpr std::size_t kPriorities = 4;

class AdmissionQueue {
  public:
    AdmissionQueue(std::uint64_t capacity, std::uint32_t queue_limit)
        : capacity_(capacity), queue_limit_(queue_limit) {}
    AdmissionQueue(const AdmissionQueue&) = delete;
    AdmissionQueue& operator=(const AdmissionQueue&) = delete;

    class Enter;  // the awaitable below

    // The priority a load waits at. It may be raised while it waits: a client has joined a refresh.
    // Used with one queue only.
    class Ticket {
      public:
        explicit Ticket(Priority priority) : priority_(priority) {}

      private:
        friend class AdmissionQueue;
        Priority priority_;         // guarded by the queue's mutex, as is:
        Enter* waiting_ = nullptr;  // not null while in the queue
    };

    // auto entered = co_await queue.enter(worker, ticket, 1, deadline);   Result<void>
    // After success the same weight must be given back with leave().
    Enter enter(runtime::Worker& worker, std::shared_ptr<Ticket> ticket, std::uint64_t weight,
                SteadyTime deadline);
    // Enters only if nobody waits and there is room.
    bool try_enter(std::uint64_t weight) ASIDE_EXCLUDES(mutex_);
    void leave(std::uint64_t weight) ASIDE_EXCLUDES(mutex_);
    // Never lowers.
    void raise(Ticket& ticket, Priority priority) ASIDE_EXCLUDES(mutex_);

    std::uint64_t in_use() const ASIDE_EXCLUDES(mutex_);
    std::uint32_t waiting() const ASIDE_EXCLUDES(mutex_);

  private:
    struct Line {
        Enter* first = nullptr;
        Enter* last = nullptr;
    };

    bool start(Enter& waiter) ASIDE_EXCLUDES(mutex_);  // false: it was decided at once
    bool time_out(Enter& waiter) ASIDE_EXCLUDES(mutex_);
    void push(Enter& waiter) ASIDE_REQUIRES(mutex_);
    void unlink(Enter& waiter) ASIDE_REQUIRES(mutex_);
    Enter* last_below(Priority priority) ASIDE_REQUIRES(mutex_);
    bool nobody_before(Priority priority) const ASIDE_REQUIRES(mutex_);
    // Takes out of the queue who may enter now, as a chain; to be resumed without the lock.
    Enter* admit() ASIDE_REQUIRES(mutex_);
    static void resume_all(Enter* chain);

    const std::uint64_t capacity_;
    const std::uint32_t queue_limit_;
    mutable Mutex mutex_;
    std::uint64_t in_use_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::uint32_t waiting_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::array<Line, kPriorities> lines_ ASIDE_GUARDED_BY(mutex_);
};

// Waits to be let in. Lives in the waiting coroutine's frame, which is resumed exactly once: by who
// lets it in or turns it away, or by its own timer.
class AdmissionQueue::Enter {
  public:
    Enter(AdmissionQueue& queue, runtime::Worker& worker, std::shared_ptr<Ticket> ticket,
          std::uint64_t weight, SteadyTime deadline)
        : queue_(queue),
          worker_(worker),
          ticket_(std::move(ticket)),
          weight_(weight),
          deadline_(deadline) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> frame) {
        frame_ = frame;
        return queue_.start(*this);
    }
    Result<void> await_resume() { return std::move(result_); }

  private:
    friend class AdmissionQueue;
    void resume_by_post() {
        worker_.post([this] { frame_.resume(); });
    }

    AdmissionQueue& queue_;
    runtime::Worker& worker_;
    const std::shared_ptr<Ticket> ticket_;
    const std::uint64_t weight_;
    const SteadyTime deadline_;
    std::coroutine_handle<> frame_;
    Result<void> result_;
    std::unique_ptr<runtime::Timer> timer_;
    Enter* before_ = nullptr;  // in its line, under the queue's mutex
    Enter* after_ = nullptr;
};

}  // namespace aside::engine
