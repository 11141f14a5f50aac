// A function on the stand-in for Lambda: its execution environments, of which each serves one
// invocation at a time, started when an event finds none idle.
//
// An invocation ends here when its environment is free again, so that one that follows finds it;
// the report's `duration` tells when Lambda's caller has the answer, which may be earlier. Where
// several are idle, the one with the lowest number is taken (which one Lambda takes is not known).
//
// Thread rule: its worker, whose pool of blocking calls must have one thread: processes live as
// long as that thread, and it looks at their ends. Ownership: close() awaited, and its tasks ended,
// before it ends.
#pragma once

#include <memory>
#include <vector>

#include "lab/lambda/execution_environment.h"
#include "runtime/task.h"

namespace aside::lab::lambda {

struct FunctionCounts {
    std::uint64_t invocations = 0;  // that got an environment
    std::uint64_t cold_starts = 0;
    std::uint64_t errors = 0;
    std::uint64_t throttles = 0;
};

class FunctionHost {
  public:
    FunctionHost(runtime::Worker& worker, FunctionOptions options);
    FunctionHost(const FunctionHost&) = delete;

    // Errors: throttled (all environments there may be are busy), too_large (the event), cancelled
    // (closing), and of listening. What the function does wrong is in the report.
    runtime::Task<Result<InvocationReport>> invoke(Event event);
    // All at the same moment, in this order. Processes are forked one after the other, a
    // millisecond or so each, and none waits for another's init.
    runtime::Task<std::vector<Result<InvocationReport>>> invoke_all(std::vector<Event> events);
    // Environments started ahead, so many in all, until each is idle (provisioned concurrency).
    // Errors: of listening; io when the init of one has failed.
    runtime::Task<Result<void>> provision(unsigned count);

    // Those that are idle; says how many. A frozen one is thawed by its next invocation as well.
    unsigned freeze();
    unsigned thaw();
    // From now on; what is frozen stays so.
    void set_freezing(Freezing freezing);
    // Lambda takes environments away that are idle; says how many. All of them: when code or
    // configuration of the function change.
    unsigned retire_idle();
    // Null: there is none of that number.
    ExecutionEnvironment* environment(unsigned number);

    std::vector<EnvironmentStatus> environments() const;
    const FunctionCounts& counts() const { return counts_; }

    // Ends every process and refuses what comes. Invocations in progress have failed.
    runtime::Task<> close();

  private:
    struct Ended {
        ExecutionEnvironment* environment;
        runtime::ChildEnd end;
    };

    Result<ExecutionEnvironment*> choose();
    Result<ExecutionEnvironment*> add();
    std::size_t in_service() const;
    bool all_retired() const;
    bool any(EnvironmentState state) const;
    runtime::Task<> watch();
    runtime::Task<std::vector<Ended>> look();

    runtime::Worker& worker_;
    FunctionOptions options_;
    std::vector<std::unique_ptr<ExecutionEnvironment>> environments_;  // by number
    FunctionCounts counts_;
    bool watching_ = false;
    bool closing_ = false;
};

}  // namespace aside::lab::lambda
