// A process of a simulated world: workers with a clock of their own, which can stand still apart
// from everything else.
//
// While it is frozen nothing of it runs, and its kernel goes on: bytes arrive at its sockets,
// connections are closed on it. After the thaw what came meanwhile is heard first, then what its
// timers were due for runs, all at once. Its steady clock has run on, as under SIGSTOP, or has
// stood still too, as in a paused machine; then it stays behind until it is put forward. Thread
// rule: the world's thread, between events or not; put_clock_forward from any event. Ownership:
// belongs to its SimWorld.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "runtime/sim/worker.h"

namespace aside::runtime {

class SimProcess final : public Runtime {
  public:
    enum class SteadyClock : std::uint8_t { ran_on, stood_still };

    // `first`: on whose thread its first worker's events run; those of the others follow.
    SimProcess(SimWorld& world, int first) : world_(world), first_(first) {}
    void add_worker(std::string host, std::uint64_t seed);

    unsigned worker_count() const override { return static_cast<unsigned>(workers_.size()); }
    SimWorker& worker(unsigned index) override { return *workers_[index]; }

    void freeze();
    void thaw(SteadyClock clock);
    bool frozen() const { return frozen_; }

    // Starts a task on a worker, when its turn comes.
    void spawn(unsigned worker, Task<> task);

    SteadyTime now() const;
    // When, by the world's clock, it will be this time here.
    SteadyTime world_time(SteadyTime when) const;
    void put_clock_forward(Duration by);

  private:
    SimWorld& world_;
    const int first_;
    std::vector<std::unique_ptr<SimWorker>> workers_;
    Duration behind_{};  // the world's clock
    SteadyTime frozen_at_{};
    bool frozen_ = false;
};

}  // namespace aside::runtime
