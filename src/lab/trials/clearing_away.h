// Runs a program that starts others, and leaves nothing of it: neither when it ends, nor when it
// crashes, nor when this process is told to stop (SIGINT, SIGTERM).
//
// What it started ends with it (runtime/os/child_process.h); what is left nevertheless becomes this
// process's, and is killed. Then the directories that it made for clusters go. When this process
// itself is killed, the program ends too; the directories go when the next one begins.
//
// Thread rule: the main thread of a process without other threads and children; blocks. Errors: of
// starting it; io when a signal ended it that nobody sent here; timed_out of what does not end.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace aside::lab::trials {

// Its exit code; 128 and the signal's number when this process was told to stop, as a shell has it.
Result<int> run_and_clear_away(std::vector<std::string> words);

}  // namespace aside::lab::trials
