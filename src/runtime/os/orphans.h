// What children leave running when they end: for a process that starts another which starts many,
// and wants nothing of it left however it ended.
//
// Thread rule: the main thread, while no ChildProcess lives (end_children() takes their ends too).
// Source: prctl(2), PR_SET_CHILD_SUBREAPER.
#pragma once

#include "base/result.h"
#include "base/time.h"

namespace aside::runtime {

// From now on orphans among this process's descendants become its children. Errors: io.
Result<void> adopt_orphans();

// Ends (SIGKILL) every child of the main thread, and whatever these leave, until there is none.
// Errors: timed_out; io.
Result<void> end_children(Duration limit);

}  // namespace aside::runtime
