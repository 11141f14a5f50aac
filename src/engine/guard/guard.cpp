#include "engine/guard/guard.h"

#include <algorithm>

namespace aside::engine {

std::optional<Duration> Guard::refuse(SteadyTime now, bool background, double draw) {
    MutexLock lock(mutex_);
    if (breaker_.passes(now, background, draw)) return std::nullopt;
    // The more of the window failed, the longer until enough of it has passed.
    const double part = breaker_.ratio(now, background);
    return Duration(
        static_cast<Duration::rep>(part * static_cast<double>(Breaker::kWindow.count())));
}

Guard::Attempt Guard::begin(SteadyTime now, AttemptKind kind) {
    MutexLock lock(mutex_);
    if (kind == AttemptKind::first) budget_.load_begins(now);
    return {limit_.begin(now), now + times_.timeout()};
}

void Guard::note(const Attempt& attempt, SteadyTime now, HealthSign sign, bool given_up) {
    MutexLock lock(mutex_);
    limit_.note(attempt.place, now, sign);
    if (given_up) {
        times_.given_up(now - attempt.place.began);
    } else if (sign == HealthSign::answered) {
        times_.answered(now - attempt.place.began);
    }
    if (sign != HealthSign::none) breaker_.note(now, sign == HealthSign::answered);
}

std::uint32_t Guard::leave(SteadyTime now) {
    MutexLock lock(mutex_);
    limit_.leave(now);
    return limit_.limit();
}

bool Guard::take_retry(SteadyTime now) {
    MutexLock lock(mutex_);
    return budget_.take_retry(now);
}

bool Guard::take_hedge(SteadyTime now) {
    MutexLock lock(mutex_);
    return budget_.take_hedge(now);
}

std::uint32_t Guard::limit() const {
    MutexLock lock(mutex_);
    return limit_.limit();
}

Duration Guard::timeout() const {
    MutexLock lock(mutex_);
    return times_.timeout();
}

std::optional<Duration> Guard::hedge_after() const {
    MutexLock lock(mutex_);
    return times_.hedge_after();
}

Duration Guard::typical() const {
    MutexLock lock(mutex_);
    return times_.typical();
}

Duration Guard::wait_of(std::uint64_t waiting) const {
    MutexLock lock(mutex_);
    const auto turns = static_cast<Duration::rep>(waiting / std::max(1U, limit_.limit()) + 1);
    return turns * times_.typical();
}

double Guard::breaker_ratio(SteadyTime now) {
    MutexLock lock(mutex_);
    return breaker_.ratio(now);
}

}  // namespace aside::engine
