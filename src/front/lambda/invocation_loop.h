// The life of an execution environment: the next invocation, its answer, what is left to do before
// the one after.
//
// Lambda may freeze the process once it has answered and asks for the next invocation, and thaw it
// with that: so nothing may be under way then that must go on (Lifecycle::settle), and what sat
// through a pause is told of it (thawed). How long the pause was is the larger of what the two
// clocks say: the steady one may have stood still, the other may have been set.
//
// Thread rule: one worker. Ownership: borrows all it is given. Errors: of the Runtime API, when it
// can be asked no more; the process should end then, and Lambda starts another.
#pragma once

#include "engine/ports/lifecycle.h"
#include "front/lambda/function.h"
#include "front/lambda/runtime_api.h"
#include "telemetry/log.h"

namespace aside::front::lambda {

struct LoopOptions {
    Duration margin{};  // answers are to be ready so long before Lambda's deadline
    LifecycleOptions freeze;
};

class InvocationObserver {
  public:
    virtual ~InvocationObserver() = default;

    // Before it is served: its trace is what the process's own requests belong to from then on.
    virtual void begins(const Invocation& invocation) = 0;
    // It was answered, or failed.
    virtual void ended(Duration took) = 0;
};

class InvocationLoop {
  public:
    // `log` may be null.
    InvocationLoop(runtime::Worker& worker, RuntimeApi& api, Function& function,
                   Lifecycle& lifecycle, InvocationObserver& observer, LoopOptions options,
                   telemetry::Logger* log)
        : worker_(worker),
          api_(api),
          function_(function),
          lifecycle_(lifecycle),
          observer_(observer),
          options_(options),
          log_(log) {}

    runtime::Task<Result<void>> run();

  private:
    runtime::Task<Result<Invocation>> next();
    runtime::Task<Result<void>> serve(const Invocation& invocation, SteadyTime deadline);
    // Of the answer.
    SteadyTime deadline_of(const Invocation& invocation) const;
    SteadyTime settled_by(SteadyTime deadline) const;

    runtime::Worker& worker_;
    RuntimeApi& api_;
    Function& function_;
    Lifecycle& lifecycle_;
    InvocationObserver& observer_;
    const LoopOptions options_;
    telemetry::Logger* const log_;
};

}  // namespace aside::front::lambda
