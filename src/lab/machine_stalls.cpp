#include "lab/machine_stalls.h"

namespace aside::lab {

namespace {

constexpr Duration kPulse = std::chrono::milliseconds(5);
constexpr Duration kStall = std::chrono::milliseconds(20);  // as the Redis client has it

}  // namespace

MachineStalls::MachineStalls(runtime::Worker& worker)
    : worker_(worker), timer_(worker.make_timer([this] { pulse(); })) {
    arm();
}

void MachineStalls::arm() {
    due_ = worker_.now() + kPulse;
    timer_->arm(due_);
}

void MachineStalls::pulse() {
    const Duration late = worker_.now() - due_;
    if (late > kStall) {
        times_.fetch_add(1, std::memory_order_relaxed);
        in_all_.fetch_add(late.count(), std::memory_order_relaxed);
        const MutexLock lock(mutex_);
        spans_.push_back({due_, due_ + late});
        if (spans_.size() > kKeptMax) spans_.pop_front();
    }
    arm();
}

std::vector<StallSpan> MachineStalls::spans() const {
    const MutexLock lock(mutex_);
    return {spans_.begin(), spans_.end()};
}

StallCount MachineStalls::count() const {
    return {times_.load(std::memory_order_relaxed),
            Duration(in_all_.load(std::memory_order_relaxed))};
}

}  // namespace aside::lab
