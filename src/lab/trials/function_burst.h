// Events given to a trial's function all at the same moment, each a read of an item by HTTP, and
// what became of them.
//
// Thread rule: as Trial; blocks.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "lab/trials/function_reports.h"
#include "lab/trials/trial.h"

namespace aside::lab::trials {

// Errors: of asking; timed_out when not all have ended after `limit`.
Result<FunctionBurst> burst(Trial& trial, unsigned events, Duration limit);

// Environments of the function, their processes ready and idle.
Result<void> provision(Trial& trial, unsigned environments, Duration limit);
// Those that are idle are taken away, so that whatever comes starts a process.
Result<void> retire_all(Trial& trial);
// Processes started so far, those that are under way included.
std::uint64_t processes_started(Trial& trial);
// Environments that have taken more than one event, so that they may have opened what a first
// answer does not need.
unsigned asked_again(Trial& trial);

// Connections that clients have opened to nodes of L2 so far, less those that asking for it takes.
std::uint64_t connections_received(Trial& trial);

}  // namespace aside::lab::trials
