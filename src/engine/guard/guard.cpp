#include "engine/guard/guard.h"

#include <algorithm>

namespace aside::engine {

namespace {

constexpr int kNoTime = 4;  // times the latency without a queue

}  // namespace

std::optional<Duration> Guard::refuse(SteadyTime now, bool background, double draw) {
    MutexLock lock(mutex_);
    breaker_ratio_ = breaker_.ratio(now);
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
    if (attempt.place.began <= thawed_at_) return limit_.note(attempt.place, now, HealthSign::none);
    const Duration took = now - attempt.place.began;
    // It had no more time than an attempt needs without a queue: that was the caller's doing.
    if (given_up && now < attempt.give_up && took < kNoTime * limit_.base()) {
        return limit_.note(attempt.place, now, HealthSign::none);
    }
    limit_.note(attempt.place, now, sign);
    if (given_up) {
        times_.given_up(took);
    } else if (sign == HealthSign::answered) {
        times_.answered(took);
    }
    if (sign != HealthSign::none) breaker_.note(now, sign == HealthSign::answered);
}

Guard::Room Guard::leave(SteadyTime now) {
    MutexLock lock(mutex_);
    limit_.leave(now);
    return {limit_.limit(), usual()};
}

void Guard::thawed(SteadyTime now) {
    MutexLock lock(mutex_);
    thawed_at_ = std::max(thawed_at_, now);
    limit_.thawed(now);
}

bool Guard::thawed_since(SteadyTime then) const {
    MutexLock lock(mutex_);
    return then <= thawed_at_;
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
    return usual();
}

Duration Guard::wait_of(std::uint64_t waiting) const {
    MutexLock lock(mutex_);
    const auto turns = static_cast<Duration::rep>(waiting / std::max(1U, limit_.limit()) + 1);
    return turns * usual();
}

// That of the last cohort, which is recent, and knows of answers only.
Duration Guard::usual() const {
    const Duration median = limit_.last_median();
    return median > Duration{} ? median : times_.typical();
}

double Guard::breaker_ratio() const {
    MutexLock lock(mutex_);
    return breaker_ratio_;
}

}  // namespace aside::engine
