// The flags of `aside bench`, and its help.
//
// Thread rule: the main thread. `options` must outlive the parsing.
#pragma once

#include "cli/bench_plan.h"

namespace CLI {
class App;
}

namespace aside::cli {

void add_bench_flags(CLI::App& command, BenchOptions& options);

}  // namespace aside::cli
