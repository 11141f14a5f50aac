#include "origin/fault/fault_switch.h"

#include <cmath>
#include <numbers>

namespace aside::origin {

namespace {

// Box and Muller: "A note on the generation of random normal deviates", 1958.
double draw_normal(Random& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    return radius * std::cos(2 * std::numbers::pi * random.unit());
}

// exp(mu + sigma z), of which the median is exp(mu).
Duration draw_log_normal(Duration median, Duration p99, Random& random) {
    constexpr double kNormalP99 = 2.3263478740408408;  // of z
    const auto middle = static_cast<double>(median.count());
    const auto high = static_cast<double>(std::max(median, p99).count());
    const double sigma = std::log(high / middle) / kNormalP99;
    return Duration(static_cast<Duration::rep>(middle * std::exp(sigma * draw_normal(random))));
}

}  // namespace

Duration draw_latency(const FaultPlan& plan, Random& random) {
    Duration wait = plan.latency;
    if (plan.latency_jitter > Duration(0)) {
        const auto jitter = static_cast<std::uint64_t>(plan.latency_jitter.count()) + 1;
        wait += Duration(static_cast<Duration::rep>(random.below(jitter)));
    }
    if (plan.latency_median > Duration(0)) {
        wait += draw_log_normal(plan.latency_median, plan.latency_p99, random);
    }
    const double scaled = static_cast<double>(wait.count()) * plan.latency_factor;
    return plan.latency_factor == 1 ? wait : Duration(static_cast<Duration::rep>(scaled));
}

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
    count(kind);
    return kind;
}

void FaultSwitch::count(FaultKind kind) {
    met_[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t FaultSwitch::met(FaultKind kind) const {
    return met_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
}

std::uint64_t FaultSwitch::calls() const {
    std::uint64_t sum = 0;
    for (const auto& count : met_) sum += count.load(std::memory_order_relaxed);
    return sum;
}

std::uint64_t FaultSwitch::call_begins(std::uint64_t calls) {
    const std::uint64_t now = in_progress_.fetch_add(calls, std::memory_order_relaxed) + calls;
    std::uint64_t peak = peak_.load(std::memory_order_relaxed);
    while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
    return now;
}

}  // namespace aside::origin
