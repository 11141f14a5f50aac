// How long this machine kept the lab from running: a timer of the lab's own thread, which has
// hardly anything to do, and what it is late by. The servers of a drill are processes of the same
// machine, and stand still as it does; nobody's 50 ms are enough then.
//
// Thread rule: made and destroyed on the worker; what was counted may be read on any thread.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "runtime/worker.h"

namespace aside::lab {

struct StallCount {
    std::uint64_t times = 0;
    Duration in_all{};
    StallCount operator-(const StallCount& before) const {
        return {times - before.times, in_all - before.in_all};
    }
};

struct StallSpan {
    SteadyTime from, to;
};

class MachineStalls {
  public:
    explicit MachineStalls(runtime::Worker& worker);

    StallCount count() const;
    // The latest kKeptMax of them, in their order.
    std::vector<StallSpan> spans() const ASIDE_EXCLUDES(mutex_);
    static constexpr std::size_t kKeptMax = 10'000;

  private:
    void pulse();
    void arm();

    runtime::Worker& worker_;
    std::unique_ptr<runtime::Timer> timer_;
    SteadyTime due_{};
    std::atomic<std::uint64_t> times_{0};
    std::atomic<Duration::rep> in_all_{0};
    mutable Mutex mutex_;
    std::deque<StallSpan> spans_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::lab
