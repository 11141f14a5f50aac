// A FunctionHost on a worker of its own, for drills and tests: calls block, so that a drill reads
// from top to bottom.
//
// Everything it starts ends with it, also when this process is killed. Thread rule: calls from any
// threads that are no worker's, at once too; start and the end on one. Ownership: owns all of it.
#pragma once

#include <memory>

#include "lab/lambda/function_host.h"

namespace aside::lab::lambda {

class FunctionServer {
  public:
    // No process is started yet. Errors: bad_input (no command); the system's.
    static Result<std::unique_ptr<FunctionServer>> start(FunctionOptions options);
    ~FunctionServer();
    FunctionServer(const FunctionServer&) = delete;

    // As FunctionHost says of each.
    Result<InvocationReport> invoke(Event event);
    std::vector<Result<InvocationReport>> invoke_all(std::vector<Event> events);
    Result<void> provision(unsigned count);
    unsigned freeze();
    unsigned thaw();
    void set_freezing(Freezing freezing);
    unsigned retire_idle();
    bool kill(unsigned environment);
    std::vector<EnvironmentStatus> environments();
    FunctionCounts counts();

    // What asks it by HTTP (function_url.h), on 127.0.0.1. Once. Errors: of listening.
    Result<runtime::Endpoint> open_url(std::uint16_t port);

    // The same by HTTP (control_service.h), on 127.0.0.1. Once. Errors: of listening.
    Result<runtime::Endpoint> open_control(std::uint16_t port);

  private:
    struct Machine;
    explicit FunctionServer(std::unique_ptr<Machine> machine);
    std::unique_ptr<Machine> machine_;
};

}  // namespace aside::lab::lambda
