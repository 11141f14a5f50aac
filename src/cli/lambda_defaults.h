// What a parameter is on Lambda when nobody has set it: one worker, as invocations come one at a
// time; memory as parts of the function's; and no connection that the first answer does not need.
//
// Thread rule: pure functions. Units: bytes.
#pragma once

#include "cli/lambda_environment.h"
#include "config/config.h"

namespace aside::cli {

// The table's defaults, but for those. They do not contradict each other, whatever the memory.
config::Config lambda_defaults(const LambdaEnvironment& environment);

}  // namespace aside::cli
