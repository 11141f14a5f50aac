// One execution environment: an address for its Runtime API, and one process at a time.
//
// Freezing is SIGSTOP, thawing SIGCONT. What Lambda's freezing does beyond that, and this does not:
// - Lambda stops the whole machine. Here the kernel goes on: it acknowledges what peers send, takes
//   their FIN and RST, answers keepalive probes. A process that wakes here finds a connection ended
//   that in Lambda would still look alive and answer nothing. For that, put a FaultProxy between,
//   and make it swallow while the environment is frozen.
// - What forgets an idle connection there (NAT gateways, load balancers, security groups' tracking,
//   from 350 s on; Redis's `timeout`; credentials that run out) needs minutes. Here give servers
//   and credentials limits of seconds, and freeze for longer than these.
// - Both clocks go on while a process is stopped, so that the gap is seen in steady and in wall
//   time alike. A machine restored from a snapshot (SnapStart) may see it in wall time only.
// - What the process has started in turn is frozen and ended there too. Here it is not.
//
// Thread rule: its worker; the process lives with the worker's pool of blocking calls, whose one
// thread must outlive it. Ownership: borrows the options; to be closed, and its tasks ended, before
// it ends.
#pragma once

#include <functional>
#include <memory>

#include "lab/lambda/function_options.h"
#include "lab/lambda/runtime_api_server.h"
#include "runtime/os/child_process.h"

namespace aside::lab::lambda {

enum class EnvironmentState : std::uint8_t { empty, starting, idle, busy, ending, retired };
std::string_view name_of(EnvironmentState state);

struct EnvironmentStatus {
    unsigned number = 0;
    EnvironmentState state = EnvironmentState::empty;  // empty: no process, until it is invoked
    bool frozen = false;
    int pid = 0;  // 0: no process
    std::uint64_t starts = 0;
    std::uint64_t invocations = 0;
};

class ExecutionEnvironment {
  public:
    using Done = std::function<void(InvocationReport)>;

    ExecutionEnvironment(runtime::Worker& worker, const FunctionOptions& options, unsigned number);

    // Before anything else. Errors: of listening.
    Result<void> listen();

    bool idle() const { return machine_.idle(); }
    bool can_invoke() const { return machine_.can_invoke(); }
    void init();  // REQUIRES: no process
    // `done` is called on the worker, once, later. REQUIRES: can_invoke().
    void invoke(Invocation invocation, Done done);
    bool freeze();  // false: it is not idle
    bool thaw();    // false: it is not frozen
    void set_freeze_when_idle(bool freeze) { machine_.set_freeze_when_idle(freeze); }
    // Lambda takes the environment away. Without extensions the process gets SIGKILL and no word
    // before it (internal/lambda/rapid/shutdown.go).
    void retire();
    // Ends the process, as the kernel does when memory is short; the environment is not told.
    bool kill();  // false: there is none
    void close();

    // The host looks when the process ends, and tells it here.
    std::shared_ptr<runtime::ChildProcess> process() const { return process_; }
    void process_ended(const runtime::ChildEnd& end);

    EnvironmentStatus status() const;
    bool retiring() const { return machine_.retiring(); }  // or retired
    bool retired() const { return machine_.retired() && !starting_; }

  private:
    void settle();
    void carry_out(ProcessOrder order);
    void carry_out(NextAnswer& answer);
    void carry_out(InvocationReport& report);
    runtime::Task<> start_process();
    void signal(int number);
    Moment moment() const { return {worker_.now(), worker_.wall_now()}; }

    runtime::Worker& worker_;
    const FunctionOptions& options_;
    EnvironmentMachine machine_;
    RuntimeApiServer server_;
    const std::unique_ptr<runtime::Timer> timer_;
    runtime::Endpoint endpoint_;
    std::shared_ptr<runtime::ChildProcess> process_;
    bool starting_ = false;
    bool end_when_started_ = false;
    Done done_;
    std::uint64_t starts_ = 0;
    std::uint64_t invocations_ = 0;
};

}  // namespace aside::lab::lambda
