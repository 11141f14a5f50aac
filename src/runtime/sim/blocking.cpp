#include "runtime/sim/blocking.h"

namespace aside::runtime {

bool SimBlockingPool::submit(Callback job) {
    if (model.refuse_all) return false;
    if (running_ < model.threads) {
        start(std::move(job));
        return true;
    }
    if (queue_.size() >= model.queue_limit) return false;
    queue_.push_back(std::move(job));
    return true;
}

void SimBlockingPool::start(Callback job) {
    ++running_;
    const auto jitter = random_.below(static_cast<std::uint64_t>(model.jitter.count()) + 1);
    const auto ends = scheduler_.now() + model.cost + Duration(static_cast<std::int64_t>(jitter));
    scheduler_.at(ends, kPoolThread, EventKind::blocking, [this, job = std::move(job)]() mutable {
        job();
        --running_;
        if (queue_.empty() || running_ >= model.threads) return;
        Callback next = std::move(queue_.front());
        queue_.pop_front();
        start(std::move(next));
    });
}

}  // namespace aside::runtime
