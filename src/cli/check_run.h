// One item read through every step with what is configured: credentials, index, L2, objects.
//
// Each step is told in a line on standard output. The first one that fails is explained
// (check_advice.h); steps that do not need it are looked at all the same. Nothing is written, in L2
// neither. Thread rule: on `worker`. Ownership: borrows; the stack has been started.
#pragma once

#include <string>

#include "cli/stack.h"
#include "config/config.h"

namespace aside::cli {

// True: all is well.
runtime::Task<bool> check_read(runtime::Worker& worker, const Stack& stack,
                               const config::Config& config, std::string id);

}  // namespace aside::cli
