// A function as it is configured, and the variables Lambda gives its process.
//
// Thread rule: plain values, pure functions. Units: in the types and names. Source: AWS Lambda
// Developer Guide, "Defined runtime environment variables", as they are for OS-only runtimes
// (provided.al2023): no AWS_EXECUTION_ENV, and no _X_AMZN_TRACE_ID, which is the runtime's to set
// from each invocation's header.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "runtime/stream.h"

namespace aside::lab::lambda {

using Variables = std::vector<std::pair<std::string, std::string>>;

// When an environment is frozen. In each case only while it is idle.
enum class Freezing : std::uint8_t {
    never,
    always,    // as Lambda does, or may do
    on_order,  // FunctionHost::freeze
};

struct FunctionOptions {
    // What `bootstrap` is in a package; the program first, from `task_root` where it is a relative
    // path.
    std::vector<std::string> command;
    Variables variables;  // of the function's configuration; they replace Lambda's own
    std::string name = "aside";
    std::string handler = "bootstrap";
    std::string region = "us-east-1";
    unsigned memory_mb =
        1024;  // told, not enforced; nor is the share of the CPU that comes with it
    Duration timeout = std::chrono::seconds(3);
    Duration init_limit = std::chrono::seconds(10);
    unsigned concurrency = 10;  // most environments
    Freezing freezing = Freezing::always;
    std::string task_root;    // the process runs there; empty: where this one does, and is told
                              // /var/task
    int niceness = 0;         // of its processes, beside this one's
    std::string output_file;  // what all its processes print is appended to it; empty: thrown away
};

std::string function_arn(const FunctionOptions& options);

// All there are: the process inherits none. `api` is where its Runtime API listens.
Variables function_variables(const FunctionOptions& options, const runtime::Endpoint& api);

}  // namespace aside::lab::lambda
