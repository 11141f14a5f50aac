// aside version
#include <CLI/CLI.hpp>

#include "cli/session.h"

namespace aside::cli {

std::string version() {
    constexpr std::string_view revision = ASIDE_REVISION;
    std::string text = ASIDE_VERSION;
    if (!revision.empty()) text.append(" (").append(revision).append(")");
    return text;
}

void add_version(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand("version", "Print the version");
    command->callback([&session] {
        session.run = [] { return print("aside " + version() + "\n") ? kOk : kFailed; };
    });
}

}  // namespace aside::cli
