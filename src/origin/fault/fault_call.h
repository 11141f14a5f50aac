// One call of a store behind a fault: what it meets before its answer.
//
//   FaultCall call(faults);
//   const auto met = co_await call.meet(worker, deadline);
//   if (!met) co_return fail(met.error());     // *met: none, absent or damage, for the caller to
//   do
//
// It is in progress while it lives. Thread rule: one worker. Ownership: borrows the switch. Errors:
// as FaultStore's; throttled when there were too many; cancelled by FaultSwitch::end_calls.
#pragma once

#include "base/result.h"
#include "origin/fault/fault_switch.h"
#include "runtime/worker.h"

namespace aside::origin {

inline constexpr Duration kLongestHang = std::chrono::seconds(60);

class FaultCall {
  public:
    // `size`: as how many calls it counts among those in progress.
    explicit FaultCall(FaultSwitch& faults, std::uint64_t size = 1)
        : faults_(faults), size_(size), in_progress_(faults.call_begins(size)) {}
    ~FaultCall() { faults_.call_ends(size_); }
    FaultCall(const FaultCall&) = delete;
    FaultCall& operator=(const FaultCall&) = delete;

    // When it began, itself included.
    std::uint64_t in_progress() const { return in_progress_; }

    runtime::Task<Result<FaultKind>> meet(runtime::Worker& worker, SteadyTime deadline);

  private:
    runtime::Task<Result<void>> wait(runtime::Worker& worker, SteadyTime until);
    runtime::Task<Result<void>> hang(runtime::Worker& worker, SteadyTime deadline);
    bool ended() const { return faults_.life() != life_; }

    FaultSwitch& faults_;
    const std::uint64_t size_;
    const std::uint64_t in_progress_;
    const std::uint64_t life_ = faults_.life();
};

}  // namespace aside::origin
