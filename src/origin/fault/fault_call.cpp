#include "origin/fault/fault_call.h"

#include <algorithm>

namespace aside::origin {
namespace {

// How often a hanging call looks whether the hang is over, and a slow one whether its store is.
constexpr Duration kHangLook = std::chrono::milliseconds(10);
constexpr Duration kSlowLook = std::chrono::milliseconds(100);

std::unexpected<Error> store_ended() {
    return fail(Errc::cancelled, "a fault that was asked for: the store has died");
}

}  // namespace

runtime::Task<Result<void>> FaultCall::wait(runtime::Worker& worker, SteadyTime until) {
    while (worker.now() < until) {
        co_await runtime::sleep_until(worker, std::min(until, worker.now() + kSlowLook));
        if (ended()) co_return store_ended();
    }
    co_return Result<void>();
}

runtime::Task<Result<void>> FaultCall::hang(runtime::Worker& worker, SteadyTime deadline) {
    const SteadyTime end = std::min(deadline, worker.now() + kLongestHang);
    while (worker.now() < end) {
        if (faults_.plan().hang_rate == 0) co_return Result<void>();
        co_await runtime::sleep_until(worker, std::min(end, worker.now() + kHangLook));
        if (ended()) co_return store_ended();
    }
    co_return fail(Errc::timed_out, "a fault that was asked for: no answer");
}

runtime::Task<Result<FaultKind>> FaultCall::meet(runtime::Worker& worker, SteadyTime deadline) {
    const FaultPlan plan = faults_.plan();
    if (plan.most_in_progress > 0 && in_progress_ > plan.most_in_progress) {
        faults_.count(FaultKind::throttled);
        co_return fail(Errc::throttled, "a fault that was asked for: too many at once");
    }
    const Duration latency = draw_latency(plan, worker.random());
    if (latency > Duration(0)) {
        const SteadyTime when = worker.now() + latency;
        const auto waited = co_await wait(worker, std::min(when, deadline));
        if (!waited) co_return fail(waited.error());
        if (when > deadline) co_return fail(Errc::timed_out, "a fault that was asked for: slow");
    }
    const FaultKind kind = faults_.draw(plan, worker.random());
    if (kind == FaultKind::hang) {
        const auto hung = co_await hang(worker, deadline);
        if (!hung) co_return fail(hung.error());
        co_return FaultKind::none;
    }
    if (kind == FaultKind::error) co_return fail(plan.error, "a fault that was asked for");
    co_return kind;
}

}  // namespace aside::origin
