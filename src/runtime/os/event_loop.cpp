#include "runtime/os/event_loop.h"

#include <algorithm>
#include <cerrno>

#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

namespace aside::runtime {

namespace {

thread_local const EventLoop* loop_of_this_thread = nullptr;
// What the process's clock has been put forward by.
constinit std::atomic<std::int64_t> ahead_ns = 0;

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
    Descriptor poller(::epoll_create1(EPOLL_CLOEXEC));
    if (!poller) return fail(system_error(errno, "epoll_create1"));
    Descriptor waker(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!waker) return fail(system_error(errno, "eventfd"));
    // Edge-triggered, so it is never read: each write is an edge.
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
    if (::epoll_ctl(poller.get(), EPOLL_CTL_ADD, waker.get(), &event) != 0) {
        return fail(system_error(errno, "epoll_ctl"));
    }
    return std::unique_ptr<EventLoop>(new EventLoop(std::move(poller), std::move(waker)));
}

EventLoop::EventLoop(Descriptor poller, Descriptor waker)
    : poller_(std::move(poller)), waker_(std::move(waker)) {}

SteadyTime EventLoop::now() {
    timespec time;
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return SteadyTime(Duration(time.tv_sec * 1'000'000'000LL + time.tv_nsec +
                               ahead_ns.load(std::memory_order_relaxed)));
}

void EventLoop::put_clock_forward(Duration by) {
    ahead_ns.fetch_add(by.count(), std::memory_order_relaxed);
}

bool EventLoop::on_own_thread() const {
    return loop_of_this_thread == this;
}

void EventLoop::run(const std::function<bool()>& finished) {
    loop_of_this_thread = this;
    // The kernel lets a thread's timers be late by 50 µs, to join wakes.
    if (fine_) ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    while (!finished()) {
        woken_ = false;
        turn_time_ = now();
        run_timers();
        poll(wait_time());
        run_completions();
        run_posts();
    }
    loop_of_this_thread = nullptr;
}

Duration EventLoop::wait_time() const {
    // A wake is an edge, told once: one that was heard before timers must not be waited for again.
    if (woken_ || !completions_.empty() || !local_posts_.empty()) return Duration::zero();
    const SteadyTime next = timers_.next();
    if (next == kNever) return kWaitMax;
    return std::clamp(next - turn_time_, Duration::zero(), kWaitMax);
}

int EventLoop::fetch_events(Duration timeout) {
    if (fine_) {
        const timespec limit{.tv_sec = timeout.count() / 1'000'000'000,
                             .tv_nsec = timeout.count() % 1'000'000'000};
        const int count = ::epoll_pwait2(poller_.get(), events_.data(), kBatch, &limit, nullptr);
        if (count >= 0 || errno != ENOSYS) return count;
        fine_ = false;  // Linux before 5.11
    }
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
    return ::epoll_wait(poller_.get(), events_.data(), kBatch, static_cast<int>(ms));
}

bool EventLoop::poll(Duration timeout) {
    event_count_ = fetch_events(timeout);
    const bool full = event_count_ == kBatch;
    for (int i = 0; i < event_count_; ++i) {
        auto* const handler = static_cast<IoHandler*>(events_[i].data.ptr);
        if (handler != nullptr) {
            handler->on_ready(events_[i].events);
        } else {
            woken_ = true;  // or a handler that was forgotten: then a turn that does not wait
        }
    }
    event_count_ = 0;
    return full;
}

void EventLoop::run_timers() {
    const SteadyTime next = timers_.next();
    if (next > turn_time_) return;
    if (turn_time_ - next > kLoopStall) {
        // Late: first hear everybody who has spoken by now.
        for (int batches = 0; batches < kDrainBatchesMax && poll(Duration::zero()); ++batches) {
        }
        run_completions();
    }
    timers_.run_due(turn_time_);
}

Result<void> EventLoop::watch(int descriptor, IoHandler& handler) {
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                      .data = {.ptr = &handler}};
    if (::epoll_ctl(poller_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        return fail(system_error(errno, "epoll_ctl"));
    }
    return {};
}

void EventLoop::forget(int descriptor, IoHandler& handler) {
    // Closing alone would not do: a child forked meanwhile may still hold the descriptor open.
    ::epoll_ctl(poller_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    for (int i = 0; i < event_count_; ++i) {
        if (events_[i].data.ptr == &handler) events_[i].data.ptr = nullptr;
    }
}

void EventLoop::complete(IoDone& done, Result<std::size_t> result, const void* owner) {
    completions_.push_back({&done, owner, std::move(result)});
}

void EventLoop::cancel_completions(const void* owner) {
    for (auto& completion : completions_) {
        if (completion.owner != owner) continue;
        completion.owner = nullptr;
        completion.result = fail(Errc::cancelled, "the stream is closed");
    }
}

void EventLoop::run_completions() {
    // Those that are added meanwhile wait for the next turn. By index: the vector may grow inside
    // the call.
    const std::size_t count = completions_.size();
    for (std::size_t i = 0; i < count; ++i) {
        completions_[i].owner = nullptr;
        IoDone& done = *completions_[i].done;
        auto result = std::move(completions_[i].result);
        done.io_done(std::move(result));
    }
    completions_.erase(completions_.begin(),
                       completions_.begin() + static_cast<std::ptrdiff_t>(count));
}

void EventLoop::post(Callback call) {
    if (on_own_thread()) {
        local_posts_.push_back(std::move(call));
        return;
    }
    bool first;
    {
        const MutexLock lock(mutex_);
        first = remote_posts_.empty();
        remote_posts_.push_back(std::move(call));
        has_remote_posts_.store(true, std::memory_order_release);
    }
    if (first) wake();
}

void EventLoop::wake() {
    const std::uint64_t one = 1;
    // It fails only when its counter is full, and then the loop is awake.
    [[maybe_unused]] const auto written = ::write(waker_.get(), &one, sizeof one);
}

void EventLoop::run_posts() {
    auto calls = std::move(local_posts_);
    local_posts_.clear();
    for (auto& call : calls) call();
    if (!has_remote_posts_.load(std::memory_order_acquire)) return;
    {
        const MutexLock lock(mutex_);
        calls = std::move(remote_posts_);
        remote_posts_.clear();
        has_remote_posts_.store(false, std::memory_order_relaxed);
    }
    for (auto& call : calls) call();
}

}  // namespace aside::runtime
