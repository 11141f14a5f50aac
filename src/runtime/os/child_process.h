// Child processes, for programs that drive others (drills, tests): start, signal, wait.
//
// A child ends (SIGKILL) with the ChildProcess that owns it, and with the *thread* that started it,
// for that is how the kernel reads PR_SET_PDEATHSIG: start children on a thread that lives as long
// as they shall. What a child starts in turn is its own affair. It inherits no descriptor, no
// blocked signal and no ignored SIGPIPE.
//
// Thread rule: everything blocks, so never on a worker's thread; signal() from any thread, the rest
// from one at a time. Ownership: reaps the child.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "runtime/os/descriptor.h"

namespace aside::runtime {

struct ChildOptions {
    std::vector<std::string> arguments;  // the program first: a path, or a name looked for in PATH
    // Added to this process's environment, or in place of what it has by that name.
    std::vector<std::pair<std::string, std::string>> environment;
    bool inherit_environment = true;  // false: it has the variables above, and no others
    std::string directory;            // to run in; empty: this process's
    std::string output_file;  // standard output and error are appended to it; empty: thrown away
    bool inherit_output = false;  // in place of that: it has this process's
    int niceness = 0;             // added to this process's
};

struct ChildEnd {
    int exit_code = 0;  // when no signal ended it
    int signal = 0;     // that ended it; 0: none
    bool operator==(const ChildEnd&) const = default;
};

class ChildProcess {
  public:
    // Once it returns the program runs. Errors: bad_input (no arguments), not_found and denied (the
    // program, the directory, the output file), overloaded.
    static Result<std::unique_ptr<ChildProcess>> start(const ChildOptions& options);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;

    int pid() const { return pid_; }
    // SIGKILL, SIGSTOP, SIGCONT, SIGTERM… Error: not_found when the child has ended and was reaped.
    Result<void> signal(int number);
    // How the child ended; once known it is told again at every call. Errors: timed_out, io.
    Result<ChildEnd> wait(Duration limit);
    bool running();

  private:
    ChildProcess(int pid, Descriptor handle) : pid_(pid), handle_(std::move(handle)) {}

    const int pid_;
    const Descriptor handle_;  // a pidfd: names this child even when its pid is another's already
    std::optional<ChildEnd> end_;
};

}  // namespace aside::runtime
