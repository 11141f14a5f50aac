// A set of workers and how they start and end. runtime/os has one thread per worker; runtime/sim
// runs all of them in turns on one.
#pragma once

#include <vector>

#include "runtime/worker.h"

namespace aside::runtime {

class Runtime {
  public:
    virtual ~Runtime() = default;
    virtual unsigned worker_count() const = 0;
    virtual Worker& worker(unsigned index) = 0;
};

}  // namespace aside::runtime
