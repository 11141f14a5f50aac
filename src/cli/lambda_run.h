// A function on AWS Lambda, from its configuration to its end: what `aside lambda` does, and
// `bootstrap`, which is what Lambda starts.
//
// Beside file, environment and flags there is /var/task/aside.toml, for who names no other file.
// Whatever keeps it from serving is told to Lambda (init/error), and printed. Thread rule: the main
// thread; returns when Lambda gives no more invocations.
#pragma once

#include "cli/parameter_flags.h"
#include "cli/session.h"

namespace aside::cli {

// The process's exit code.
int run_lambda(const ParameterFlags& flags, const Session& session);

}  // namespace aside::cli
