#include "origin/fault/fault_switch.h"

namespace aside::origin {

void FaultSwitch::set(const FaultPlan& plan) {
    const MutexLock lock(mutex_);
    plan_ = plan;
}

FaultPlan FaultSwitch::plan() const {
    const MutexLock lock(mutex_);
    return plan_;
}

FaultKind FaultSwitch::draw(const FaultPlan& plan, Random& random) {
    FaultKind kind = FaultKind::none;
    if (plan.hang_rate > 0 && random.chance(plan.hang_rate, kAlways)) {
        kind = FaultKind::hang;
    } else if (plan.error_rate > 0 && random.chance(plan.error_rate, kAlways)) {
        kind = FaultKind::error;
    } else if (plan.absent_rate > 0 && random.chance(plan.absent_rate, kAlways)) {
        kind = FaultKind::absent;
    } else if (plan.damage_rate > 0 && random.chance(plan.damage_rate, kAlways)) {
        kind = FaultKind::damage;
    }
    met_[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
    return kind;
}

std::uint64_t FaultSwitch::met(FaultKind kind) const {
    return met_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
}

std::uint64_t FaultSwitch::calls() const {
    std::uint64_t sum = 0;
    for (const auto& count : met_) sum += count.load(std::memory_order_relaxed);
    return sum;
}

void FaultSwitch::call_begins() {
    const std::uint64_t now = in_progress_.fetch_add(1, std::memory_order_relaxed) + 1;
    std::uint64_t peak = peak_.load(std::memory_order_relaxed);
    while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
}

}  // namespace aside::origin
