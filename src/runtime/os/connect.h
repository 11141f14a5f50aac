// Outgoing connections: names through the blocking pool's resolver, then each address in turn
// within the deadline. Thread rule: the worker's. Errors: refused, timed_out, not_found (the name),
// overloaded, connection_lost.
#pragma once

#include "runtime/os/event_loop.h"
#include "runtime/worker.h"

namespace aside::runtime {

Task<Result<std::unique_ptr<Stream>>> connect_to(Worker& worker, EventLoop& loop, Endpoint endpoint,
                                                 SteadyTime deadline);

}  // namespace aside::runtime
