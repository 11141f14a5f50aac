// aside: the command line. Only dispatch: each subcommand is a file of its own.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "cli/session.h"
#include "config/parameter.h"
#include "runtime/os/files.h"
#include "runtime/os/process.h"

namespace {

using namespace aside;

constexpr const char* kFooter =
    "Exit codes: 0 it worked, 1 it was tried and failed, 2 the command line or the configuration "
    "is wrong.\n"
    "`aside config` lists every parameter; each is a key of the configuration file, a variable and "
    "a flag.";

// CLI11 names the words it did not expect; say which flag they look like.
void suggest_flag(const CLI::App& app, const std::string& message) {
    const auto dashes = message.find("--");
    if (dashes == std::string::npos) return;
    const std::string word = message.substr(dashes, message.find_first_of(" =,", dashes) - dashes);
    std::vector<std::string> flags;
    for (const CLI::App* command : app.get_subcommands()) {
        for (const CLI::Option* option : command->get_options()) {
            for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
        }
    }
    const std::string_view meant = config::nearest(word, flags);
    if (!meant.empty()) std::fprintf(stderr, "Did you mean %s?\n", std::string(meant).c_str());
}

int run(int count, char** words, cli::Session& session) {
    CLI::App app("Aside: a cache-aside engine for JSON behind an API", "aside");
    app.require_subcommand(1);
    app.footer(kFooter);
    app.set_version_flag("--version", cli::version());
    for (const auto add : {cli::add_serve, cli::add_import, cli::add_get, cli::add_check,
                           cli::add_invalidate, cli::add_replay, cli::add_bench, cli::add_drill,
                           cli::add_config, cli::add_version, cli::add_article}) {
        add(app, session);
    }
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        if (app.exit(error) == 0) return cli::kOk;  // --help, --version
        suggest_flag(app, error.what());
        return cli::kUsage;
    }
    return session.run();
}

}  // namespace

int main(int count, char** words, char** environment) {
    runtime::let_writes_over_a_limit_fail();
    runtime::OsFiles files;
    cli::Session session;
    session.files = &files;
    session.command_line.assign(words, words + count);
    for (; *environment; ++environment) session.environment.emplace_back(*environment);
    try {
        return run(count, words, session);
    } catch (const std::exception& error) {
        // Only the standard library and CLI11 throw here: out of memory, or a mistake of ours.
        std::fprintf(stderr, "aside: %s\n", error.what());
        return cli::kFailed;
    }
}
