// What a server asks of the system for its whole process: to be told when to end, and room for its
// connections.
//
// Thread rule: on the main thread, StopSignals before any other thread is started (threads inherit
// what is blocked).
#pragma once

#include <csignal>

#include "base/result.h"
#include "base/time.h"

namespace aside::runtime {

// SIGTERM and SIGINT as something one waits for. A closed standard output or error does not end the
// process either (SIGPIPE).
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;

    int wait();  // blocks; the signal's number
    // As wait(), for so long at most; 0: none came.
    int wait_for(Duration limit);
    // From here on the next signal ends the process at once: an impatient second Ctrl-C.
    void let_next_end_the_process();

  private:
    ::sigset_t signals_;
};

// A write over a limit on files' sizes (ulimit -f) fails, instead of ending the process (SIGXFSZ).
void let_writes_over_a_limit_fail();

// As many descriptors as this process may have; the number now in force. Errors: io.
Result<std::uint64_t> raise_descriptor_limit();

// Is somebody looking at standard error?
bool error_is_terminal();

// Ends the process now: no destructor runs, nothing is waited for. Standard output is flushed.
[[noreturn]] void end_process(int code);

}  // namespace aside::runtime
