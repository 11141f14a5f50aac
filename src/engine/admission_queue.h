// A bounded budget (of loads at a time, of bytes in flight) with a bounded queue before it, shared
// by all workers.
//
// Who finds room enters at once. Who does not waits in the queue of its priority; room that becomes
// free goes to the highest priority, first come first served within one, and nobody overtakes a
// larger request of its own priority, so that large ones are not starved.
//
// Between the loads of different requests within a priority: the first eight loads of a request are
// of its first slice, the next eight of the second, then twice as many of each next one. The first
// slices get every second place that becomes free, the second ones every fourth, and so on. So an
// item of a hundred references neither keeps others waiting nor is starved by them.
//
// Under overload (a priority's line has not been empty for `standing`) the newest are served first,
// for they still have time, and who has waited for `patience` is turned away: that is adaptive LIFO
// with a controlled delay (Maurer: "Fail at Scale", ACM Queue 2015; the standing queue as the sign
// is CoDel's, Nichols and Jacobson 2012). A queue without a `standing` is never overloaded. Nobody
// is let in whose deadline, less what the work is expected to take, has passed.
//
// When the queue is full, or under overload longer than is of use, somebody is turned away who is
// of less use than the newcomer: of a lower priority, a later slice, or older under overload; else
// the newcomer.
//
// Thread rule: any worker. A waiter is resumed on its own worker by a post; the lock is never held
// across that. Errors: overloaded (queue full, or patience at an end), deadline, too_large (more
// than the whole budget), cancelled (given up).
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

struct QueueOptions {
    Duration standing{};  // 0: never overloaded
    Duration patience{};
};

class AdmissionQueue {
  public:
    AdmissionQueue(std::uint64_t capacity, std::uint32_t queue_limit, QueueOptions options = {})
        : options_(options), queue_limit_(queue_limit), capacity_(capacity) {}
    AdmissionQueue(const AdmissionQueue&) = delete;
    AdmissionQueue& operator=(const AdmissionQueue&) = delete;

    class Enter;  // the awaitable below

    // The priority a load waits at. It may be raised while it waits: a client has joined a refresh.
    // Used with one queue only.
    class Ticket {
      public:
        explicit Ticket(Priority priority) : priority_(priority) {}
        // It is the n-th load of its request, from 0. Before it is waited with.
        void place(std::uint32_t n);

      private:
        friend class AdmissionQueue;
        std::uint32_t slice_ = 0;
        Priority priority_;         // guarded by the queue's mutex, as is:
        Enter* waiting_ = nullptr;  // not null while in the queue
    };

    // auto entered = co_await queue.enter(worker, ticket, 1, deadline);   Result<void>
    // After success the same weight must be given back with leave(). `expected`: what the work will
    // take; who would have to wait and has no more time than that is refused at once.
    Enter enter(runtime::Worker& worker, std::shared_ptr<Ticket> ticket, std::uint64_t weight,
                SteadyTime deadline, Duration expected = {});
    // Enters only if nobody waits and there is room.
    bool try_enter(std::uint64_t weight) ASIDE_EXCLUDES(mutex_);
    // `now`: to tell overload, and whose time has passed; a queue without options needs none.
    void leave(std::uint64_t weight, SteadyTime now = SteadyTime::min()) ASIDE_EXCLUDES(mutex_);
    // Those who are in stay, if it is less. `useful`: under overload no more than so many wait.
    void set_capacity(std::uint64_t capacity, SteadyTime now, std::uint64_t useful = UINT64_MAX)
        ASIDE_EXCLUDES(mutex_);
    // Who waits with this ticket is not wanted any more: ends with cancelled.
    void give_up(Ticket& ticket) ASIDE_EXCLUDES(mutex_);
    // The process stood still until now: no line has been standing for all that time.
    void thawed(SteadyTime now) ASIDE_EXCLUDES(mutex_);
    // Never lowers.
    void raise(Ticket& ticket, Priority priority) ASIDE_EXCLUDES(mutex_);

    std::uint64_t in_use() const ASIDE_EXCLUDES(mutex_);
    std::uint32_t waiting() const ASIDE_EXCLUDES(mutex_);
    Priority priority_of(const Ticket& ticket) const ASIDE_EXCLUDES(mutex_);
    struct TurnedAway {
        std::uint64_t full = 0;   // no place, or pushed out of it
        std::uint64_t stood = 0;  // patience at an end
        std::uint64_t late = 0;   // no time left for the work
    };
    TurnedAway turned_away() const ASIDE_EXCLUDES(mutex_);

  private:
    static constexpr std::size_t kSlices = 5;
    static constexpr std::uint32_t kSliceLoads = 8;

    struct Line {
        Enter* first = nullptr;
        Enter* last = nullptr;
    };
    struct Class {  // those of one priority
        std::array<Line, kSlices> lines;
        std::uint32_t waiting = 0;
        SteadyTime since{};        // it has not been empty
        std::uint32_t served = 0;  // decides whose slice is next
    };

    bool start(Enter& waiter) ASIDE_EXCLUDES(mutex_);  // false: it was decided at once
    bool time_out(Enter& waiter) ASIDE_EXCLUDES(mutex_);
    void push(Enter& waiter, SteadyTime now) ASIDE_REQUIRES(mutex_);
    void unlink(Enter& waiter) ASIDE_REQUIRES(mutex_);
    Enter* of_less_use(const Ticket& than, SteadyTime now) ASIDE_REQUIRES(mutex_);
    bool nobody_before(Priority priority) const ASIDE_REQUIRES(mutex_);
    bool overloaded(const Class& of, SteadyTime now) const;
    Enter* next_of(Class& of, SteadyTime now);
    // Takes out of the queue who may enter now, and whose time has passed, as a chain; to be
    // resumed without the lock.
    Enter* admit(SteadyTime now) ASIDE_REQUIRES(mutex_);
    static void resume_all(Enter* chain);

    const QueueOptions options_;
    const std::uint32_t queue_limit_;
    mutable Mutex mutex_;
    std::uint64_t capacity_ ASIDE_GUARDED_BY(mutex_);
    std::uint64_t useful_ ASIDE_GUARDED_BY(mutex_) = UINT64_MAX;
    std::uint64_t in_use_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::uint32_t waiting_ ASIDE_GUARDED_BY(mutex_) = 0;
    TurnedAway turned_away_ ASIDE_GUARDED_BY(mutex_);
    std::array<Class, kPriorities> classes_ ASIDE_GUARDED_BY(mutex_);
};

// Waits to be let in. Lives in the waiting coroutine's frame, which is resumed exactly once: by who
// lets it in or turns it away, or by its own timer.
class AdmissionQueue::Enter {
  public:
    Enter(AdmissionQueue& queue, runtime::Worker& worker, std::shared_ptr<Ticket> ticket,
          std::uint64_t weight, SteadyTime deadline, Duration expected)
        : queue_(queue),
          worker_(worker),
          ticket_(std::move(ticket)),
          weight_(weight),
          deadline_(deadline),
          latest_(deadline == kNever ? kNever : deadline - expected) {}

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
    const SteadyTime latest_;  // to be let in and still be in time
    std::coroutine_handle<> frame_;
    Result<void> result_;
    std::unique_ptr<runtime::Timer> timer_;
    Enter* before_ = nullptr;  // in its line, under the queue's mutex
    Enter* after_ = nullptr;
};

}  // namespace aside::engine
