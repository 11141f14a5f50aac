#include "redis/link/dial_budget.h"

#include <algorithm>

namespace aside::redis {

namespace {

constexpr std::uint32_t kDoublingsMax = 20;

Duration uniform_below(Random& random, Duration bound) {
    if (bound <= Duration::zero()) return Duration::zero();
    return Duration(
        static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(bound.count()))));
}

}  // namespace

double DialBudget::least_for(Haste haste) const {
    switch (haste) {
        case Haste::none:
            break;
        case Haste::read_waits:
            return 1 - burst_;
        case Haste::seeks:
            return 1 + burst_ / 2;
    }
    return 1;
}

SteadyTime DialBudget::take(SteadyTime now, Haste haste) {
    const MutexLock lock(mutex_);
    // Another worker's clock may be ahead of this one's.
    if (now > filled_at_) {
        const double seconds = std::chrono::duration<double>(now - filled_at_).count();
        tokens_ = std::min(burst_, tokens_ + seconds * per_second_);
        filled_at_ = now;
    }
    const double least = least_for(haste);
    if (tokens_ >= least) {
        tokens_ -= 1;
        ++dials_;
        return now;
    }
    const std::chrono::duration<double> wait((least - tokens_) / per_second_);
    return now + std::max(std::chrono::ceil<Duration>(wait), Duration(1));
}

void DialBudget::charge(double tokens) {
    const MutexLock lock(mutex_);
    tokens_ = std::max(tokens_ - tokens, -burst_);
}

void DialBudget::refused() {
    const MutexLock lock(mutex_);
    tokens_ = std::min(tokens_ + (1 - kRefusedCost), burst_);
}

std::uint64_t DialBudget::dials() const {
    const MutexLock lock(mutex_);
    return dials_;
}

Duration Backoff::next(Random& random) {
    Duration bound = options_.base;
    for (std::uint32_t i = 0; i < failures_ && bound < options_.cap; ++i) bound *= 2;
    failures_ = std::min(failures_ + 1, kDoublingsMax);
    return uniform_below(random, std::min(bound, options_.cap));
}

Duration Backoff::next_long(Random& random) {
    failures_ = std::min(failures_ + 1, kDoublingsMax);
    return options_.long_floor + uniform_below(random, 2 * options_.long_floor);
}

}  // namespace aside::redis
