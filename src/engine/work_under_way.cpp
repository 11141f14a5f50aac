#include "engine/work_under_way.h"

#include <numeric>

namespace aside::engine {

// Lives in the frame of who waits, which is resumed once: by whoever takes it out of the list.
struct WorkUnderWay::Waiter {
    Waiter(WorkUnderWay& in, runtime::Worker& on, SteadyTime when)
        : of(in), worker(on), until(when), timer(on.make_timer([this] {
              if (of.forget(*this)) frame.resume();
          })) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> suspended) {
        frame = suspended;
        timer->arm(until);
        const MutexLock lock(of.mutex_);
        of.waiting_.fetch_add(1);
        if (of.count() == 0) {  // it ended while nobody was there to be woken
            of.waiting_.fetch_sub(1);
            return false;
        }
        of.waiters_.push_back(this);
        return true;
    }
    void await_resume() const { timer->disarm(); }

    WorkUnderWay& of;
    runtime::Worker& worker;
    const SteadyTime until;
    const std::unique_ptr<runtime::Timer> timer;
    std::coroutine_handle<> frame;
};

std::uint64_t WorkUnderWay::count() const {
    return std::accumulate(
        counts_.begin(), counts_.end(), std::uint64_t{0},
        [](std::uint64_t sum, const Count& one) { return sum + one.count.load(); });
}

runtime::Task<bool> WorkUnderWay::idle(runtime::Worker& worker, SteadyTime until) {
    while (count() > 0 && worker.now() < until) {
        Waiter waiter(*this, worker, until);
        co_await waiter;
    }
    co_return count() == 0;
}

void WorkUnderWay::wake() {
    std::vector<Waiter*> waiters;
    {
        const MutexLock lock(mutex_);
        waiters.swap(waiters_);
        waiting_.fetch_sub(static_cast<std::uint32_t>(waiters.size()));
    }
    for (Waiter* const waiter : waiters)
        waiter->worker.post([frame = waiter->frame] { frame.resume(); });
}

bool WorkUnderWay::forget(Waiter& waiter) {
    const MutexLock lock(mutex_);
    if (std::erase(waiters_, &waiter) == 0) return false;
    waiting_.fetch_sub(1);
    return true;
}

}  // namespace aside::engine
