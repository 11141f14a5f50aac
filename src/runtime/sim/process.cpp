#include "runtime/sim/process.h"

#include "runtime/sim/world.h"

namespace aside::runtime {

void SimProcess::add_worker(std::string host, std::uint64_t seed) {
    workers_.push_back(std::make_unique<SimWorker>(world_, *this, worker_count(),
                                                   first_ + static_cast<int>(worker_count()),
                                                   std::move(host), seed));
}

void SimProcess::spawn(unsigned worker, Task<> task) {
    workers_[worker]->post([this, worker, task = std::move(task)]() mutable {
        workers_[worker]->spawn(std::move(task));
    });
}

void SimProcess::freeze() {
    if (frozen_) world_.die("a frozen process is frozen");
    frozen_ = true;
    frozen_at_ = world_.now();
    world_.scheduler().hold({first_, first_ + static_cast<int>(worker_count())});
}

void SimProcess::thaw(SteadyClock clock) {
    if (!frozen_) world_.die("a process that is not frozen is thawed");
    frozen_ = false;
    const Duration stood =
        clock == SteadyClock::stood_still ? world_.now() - frozen_at_ : Duration{};
    behind_ += stood;
    world_.scheduler().let_go({first_, first_ + static_cast<int>(worker_count())}, stood);
}

SteadyTime SimProcess::now() const {
    // While it is frozen nobody of it asks; the test may.
    return world_.now() - behind_;
}

SteadyTime SimProcess::world_time(SteadyTime when) const {
    return when == kNever ? kNever : when + behind_;
}

void SimProcess::put_clock_forward(Duration by) {
    behind_ -= by;
    world_.scheduler().shift_timers({first_, first_ + static_cast<int>(worker_count())}, -by);
}

}  // namespace aside::runtime
