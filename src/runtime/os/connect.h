// Outgoing connections: names through the blocking pool's resolver, then each address in turn, and
// the TLS handshake where one is asked for, all within the deadline. Thread rule: the worker's.
// Errors: Worker::connect's, and overloaded, connection_lost.
#pragma once

#include "runtime/os/event_loop.h"
#include "runtime/os/tls_context.h"
#include "runtime/worker.h"

namespace aside::runtime {

// `contexts` outlives the worker's tasks.
Task<Result<std::unique_ptr<Stream>>> connect_to(Worker& worker, EventLoop& loop,
                                                 TlsContexts& contexts, Endpoint endpoint,
                                                 SteadyTime deadline, ConnectOptions options);

}  // namespace aside::runtime
