#include "front/lambda/invocation_loop.h"

#include <algorithm>

namespace aside::front::lambda {

runtime::Task<Result<void>> InvocationLoop::run() {
    for (bool first = true;; first = false) {
        const auto invocation = co_await next();
        if (!invocation) co_return fail(invocation.error());
        const SteadyTime begun = worker_.now();
        const SteadyTime deadline = deadline_of(*invocation);
        auto served = co_await serve(*invocation, deadline);
        if (!served) co_return served;
        observer_.ended(worker_.now() - begun);
        if (first) lifecycle_.first_answer_given(worker_);
        co_await lifecycle_.settle(worker_, settled_by(deadline));
    }
}

// Lambda ends a process that has answered and works on past its deadline: a half of the margin is
// for this, the other for the way to the next `next`.
SteadyTime InvocationLoop::settled_by(SteadyTime deadline) const {
    const SteadyTime wanted = worker_.now() + options_.freeze.settle;
    return deadline == kNever ? wanted : std::min(wanted, deadline + options_.margin / 2);
}

runtime::Task<Result<Invocation>> InvocationLoop::next() {
    const SteadyTime asked = worker_.now();
    const WallTime asked_by_wall = worker_.wall_now();
    auto invocation = co_await api_.next();
    const Duration pause =
        std::max<Duration>(worker_.now() - asked, worker_.wall_now() - asked_by_wall);
    if (pause >= options_.freeze.gap_min)
        lifecycle_.thawed(worker_, {.since = asked, .length = pause});
    co_return invocation;
}

SteadyTime InvocationLoop::deadline_of(const Invocation& invocation) const {
    if (invocation.deadline == WallTime::max()) return kNever;
    return worker_.now() + (invocation.deadline - worker_.wall_now()) - options_.margin;
}

runtime::Task<Result<void>> InvocationLoop::serve(const Invocation& invocation,
                                                  SteadyTime deadline) {
    observer_.begins(invocation);
    auto answer = co_await function_.invoke(invocation, deadline);
    Result<void> told;
    if (answer) {
        told = co_await api_.answer(invocation.id, *answer);
        // Nothing was taken: the invocation still waits for its end.
        if (!told && told.error().code == Errc::too_large)
            answer = std::unexpected(FunctionError{"Function.TooLarge", told.error().detail});
    }
    if (!answer) {
        if (log_) log_->error("lambda.failed", {{"why", answer.error().message}});
        told = co_await api_.fail_invocation(invocation.id, answer.error());
    }
    if (told || told.error().code != Errc::protocol) co_return told;
    // It was told too late, say; the environment lives on as long as the API gives invocations.
    if (log_) log_->error("lambda.not_taken", {{"why", told.error().detail}});
    co_return Result<void>{};
}

}  // namespace aside::front::lambda
