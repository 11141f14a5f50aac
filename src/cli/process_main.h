// What every program of Aside begins with and ends by. Thread rule: called once, by main().
#pragma once

#include <functional>

#include "cli/session.h"

namespace aside::cli {

// Runs it with a session made of what main() was given. Gives the exit code.
int process_main(int count, char** words, char** environment,
                 const std::function<int(Session&)>& program);

}  // namespace aside::cli
