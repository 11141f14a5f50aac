// What every subcommand shares: how it is registered, what it is run with, and what its exit code
// says.
//
// A subcommand is a file x_command.cpp with one function add_x(), which adds its options to the
// command line and, when it is the one that was named, sets Session::run. Nothing runs before the
// whole command line has been understood.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "runtime/files.h"

namespace CLI {
class App;
}

namespace aside::cli {

enum ExitCode : int {
    kOk = 0,
    kFailed = 1,  // it was tried and did not work
    kUsage = 2,   // the command line or the configuration is wrong; nothing was tried
};

struct Session {
    std::vector<std::string> environment;   // "NAME=value"
    std::vector<std::string> command_line;  // as it was called, the program first
    runtime::Files* files = nullptr;
    std::function<int()> run;
};

void add_serve(CLI::App& app, Session& session);
void add_lambda(CLI::App& app, Session& session);
void add_import(CLI::App& app, Session& session);
void add_get(CLI::App& app, Session& session);
void add_check(CLI::App& app, Session& session);
void add_invalidate(CLI::App& app, Session& session);
void add_replay(CLI::App& app, Session& session);
void add_bench(CLI::App& app, Session& session);
void add_drill(CLI::App& app, Session& session);
void add_plan(CLI::App& app, Session& session);
void add_config(CLI::App& app, Session& session);
// Not listed by --help: what drills start, the design they compare with, and functions.
void add_article(CLI::App& app, Session& session);
void add_functions(CLI::App& app, Session& session);
void add_version(CLI::App& app, Session& session);

// "0.1.0 (v0.1.0-12-gabcdef0)"
std::string version();

// Text from outside as a terminal may see it: control characters become '?'.
std::string shown(std::string_view text);

// Writes all of it to standard output; false when that is closed or full.
bool print(std::string_view text);
// "aside: busy: database is locked" on standard error; returns kFailed, or kUsage when what was
// asked for makes no sense.
int failed(const Error& error);
// One "aside: …" line for each line of the detail, on standard error; returns kUsage.
int refused(const Error& error);

}  // namespace aside::cli
