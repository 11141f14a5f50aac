// A listening TCP socket on an event loop, and the register of those this process has.
//
// Every worker listens with a socket of its own on the same endpoint (SO_REUSEPORT) and the kernel
// spreads the connections. Since that would let a second process of the same user join in unseen,
// the first listener of an endpoint takes it without SO_REUSEPORT first. Thread rule: the loop's
// thread; the register from any.
#pragma once

#include <map>

#include "base/mutex.h"
#include "runtime/os/event_loop.h"
#include "runtime/stream.h"

namespace aside::runtime {

// The endpoints on which this process listens, each counted.
class ListenRegister {
  public:
    // Makes a socket listening on `endpoint`. Errors: bad_input, denied, conflict.
    Result<Descriptor> open(const Endpoint& endpoint) ASIDE_EXCLUDES(mutex_);
    void closed(const Endpoint& local) ASIDE_EXCLUDES(mutex_);

  private:
    Mutex mutex_;
    std::map<std::string, unsigned> counts_ ASIDE_GUARDED_BY(mutex_);
};

Result<std::unique_ptr<Listener>> listen_on(EventLoop& loop, ListenRegister& listening,
                                            const Endpoint& endpoint);

}  // namespace aside::runtime
