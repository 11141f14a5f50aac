// The blocking pool of a simulated world: a job waits for one of `threads`, costs modelled time,
// then runs inline at the end of it. Thread rule: the world's thread.
#pragma once

#include <deque>

#include "base/random.h"
#include "runtime/blocking.h"
#include "runtime/sim/scheduler.h"

namespace aside::runtime {

struct SimBlockingModel {
    Duration cost = std::chrono::microseconds(100);
    Duration jitter = std::chrono::microseconds(50);  // added, uniform
    unsigned threads = 4;
    std::size_t queue_limit = 1024;  // jobs waiting for a thread
    bool refuse_all = false;         // as if the queue were full
};

class SimBlockingPool final : public BlockingPool {
  public:
    SimBlockingPool(Scheduler& scheduler, std::uint64_t seed)
        : scheduler_(scheduler), random_(seed) {}

    bool submit(Callback job) override;

    SimBlockingModel model;
    std::size_t waiting() const { return queue_.size(); }
    unsigned running() const { return running_; }

  private:
    void start(Callback job);

    Scheduler& scheduler_;
    Random random_;
    std::deque<Callback> queue_;
    unsigned running_ = 0;
};

}  // namespace aside::runtime
