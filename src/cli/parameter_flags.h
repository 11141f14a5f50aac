// Every parameter as a flag of a subcommand, and the configuration that comes of file, environment
// and flags together.
//
// Thread rule: one thread. Ownership: lives as long as the command line it was added to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/session.h"
#include "config/config.h"

namespace aside::cli {

class ParameterFlags {
  public:
    // --config, the short flags (--memory), and, not listed by --help, one flag for each parameter
    // (--memory-capacity).
    void add_to(CLI::App& command);

    // Reads the file and checks everything. `defaults`: if not the table's. Errors: bad_input with
    // one problem a line.
    Result<config::Config> load(const Session& session, config::Config defaults = {}) const;

  private:
    std::string file_;
    std::vector<std::pair<std::string, std::string>> flags_;
};

}  // namespace aside::cli
