#include "cli/process_main.h"

#include <cstdio>
#include <exception>

#include "runtime/os/files.h"
#include "runtime/os/process.h"

namespace aside::cli {

int process_main(int count, char** words, char** environment,
                 const std::function<int(Session&)>& program) {
    runtime::let_writes_over_a_limit_fail();
    runtime::OsFiles files;
    Session session;
    session.files = &files;
    session.command_line.assign(words, words + count);
    for (; *environment; ++environment) session.environment.emplace_back(*environment);
    try {
        return program(session);
    } catch (const std::exception& error) {
        // Only the standard library and CLI11 throw here: out of memory, or a mistake of ours.
        std::fprintf(stderr, "aside: %s\n", error.what());
        return kFailed;
    }
}

}  // namespace aside::cli
