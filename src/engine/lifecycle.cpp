// What a front door tells of a process that is frozen between requests.

#include <algorithm>

#include "engine/engine.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

// Two clocks that run differ by less.
constexpr Duration kClockGrain = std::chrono::milliseconds(10);
// No process lives to stand still for longer; a wall clock that says so has been set.
constexpr Duration kGapMax = std::chrono::hours(24 * 30);

}  // namespace

void Engine::first_answer_given(Worker&) {
    if (remote_) remote_->tier.first_answer_given();
}

Task<> Engine::settle(Worker& worker, SteadyTime deadline) {
    return loader_.settle(worker, deadline);
}

void Engine::thawed(Worker& worker, Gap gap) {
    metrics_.thaws.add(worker.index());
    // Ages, times and timers all go by the steady clock: with it they are right again, as they are
    // where it ran on.
    const Duration missed = std::min(gap.length, kGapMax) - (worker.now() - gap.since);
    if (missed > kClockGrain) worker.put_clock_forward(missed);
    const SteadyTime now = worker.now();
    origin_.thawed(now);
    index_.thawed(now);
    objects_.thawed(now);
    if (remote_) remote_->tier.thawed(worker, gap.since);
    loader_.thawed(worker);
}

}  // namespace aside::engine
