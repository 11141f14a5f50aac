// The event loop of one worker: descriptors, operations that end later, posts from anywhere,
// timers.
//
// epoll, edge-triggered and registered once per descriptor: a connection costs one system call to
// watch, and a request one read and one write, as in the barest loop there can be.
// One turn: timers that are due; wait; sockets that are ready; operations that ended; posts.
// After a stall the ready sockets are read before any timer runs, so that none judges a peer whose
// answer has arrived.
//
// Thread rule: post(), wake(), now() and put_clock_forward() from any thread; everything else on
// the loop's own (or before it runs).
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <vector>

#include <sys/epoll.h>

#include "base/mutex.h"
#include "base/result.h"
#include "runtime/callback.h"
#include "runtime/os/descriptor.h"
#include "runtime/os/timer_queue.h"
#include "runtime/stream.h"

namespace aside::runtime {

inline constexpr Duration kLoopStall = std::chrono::milliseconds(20);

// Told of the edges of one descriptor: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR. May be
// destroyed inside the call.
class IoHandler {
  public:
    virtual void on_ready(std::uint32_t events) = 0;

  protected:
    ~IoHandler() = default;
};

class EventLoop {
  public:
    static Result<std::unique_ptr<EventLoop>> create();
    EventLoop(const EventLoop&) = delete;

    // Timers run out to the microsecond instead of the millisecond, for a load that keeps to a
    // schedule. Before it runs. Costs a server wakes that it has no use for.
    void wait_finely() { fine_ = true; }
    // Until `finished()`, asked once a turn.
    void run(const std::function<bool()>& finished);

    Result<void> watch(int descriptor, IoHandler& handler);
    // No event reaches `handler` any more, not even one already fetched. Before the descriptor is
    // closed.
    void forget(int descriptor, IoHandler& handler);

    // Ends an operation in this turn or the next, never inside this call. `owner` may cancel it
    // until then.
    void complete(IoDone& done, Result<std::size_t> result, const void* owner);
    void cancel_completions(const void* owner);

    void post(Callback call);
    void wake();

    TimerQueue& timers() { return timers_; }
    static SteadyTime now();
    // As Worker says. Loops that wait must be woken after it.
    static void put_clock_forward(Duration by);

  private:
    static constexpr int kBatch = 256;             // events fetched at once
    static constexpr int kDrainBatchesMax = 1024;  // fetched before timers after a stall
    static constexpr Duration kWaitMax = std::chrono::minutes(1);

    struct Completion {
        IoDone* done;
        const void* owner;
        Result<std::size_t> result;
    };
    EventLoop(Descriptor poller, Descriptor waker);
    bool poll(Duration timeout);
    int fetch_events(Duration timeout);
    void run_timers();
    void run_completions();
    void run_posts();
    Duration wait_time() const;
    bool on_own_thread() const;

    const Descriptor poller_;
    const Descriptor waker_;
    SteadyTime turn_time_{};
    std::array<epoll_event, kBatch> events_;
    int event_count_ = 0;  // of the batch being worked through
    bool fine_ = false;
    bool woken_ = false;  // in this turn: there may be posts, or the end, to look at
    std::vector<Completion> completions_;
    TimerQueue timers_;
    std::vector<Callback> local_posts_;

    std::atomic<bool> has_remote_posts_ = false;
    Mutex mutex_;
    std::vector<Callback> remote_posts_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::runtime
