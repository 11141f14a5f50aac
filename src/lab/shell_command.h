// Programs that the lab runs to their end: redis-cli, openssl, rm.
//
// Thread rule: blocks; not on a worker's thread. Errors: of starting it, timed_out, and io when its
// exit code is not 0, with the end of what it printed.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aside::lab {

// What it prints goes to `output_file`, which may be empty: thrown away.
Result<void> run_program(const std::vector<std::string>& words, Duration limit,
                         const std::string& output_file = {});

}  // namespace aside::lab
