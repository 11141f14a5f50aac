// aside: the command line. Only dispatch: each subcommand is a file of its own.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "cli/lambda_run.h"
#include "cli/process_main.h"
#include "cli/session.h"
#include "config/parameter.h"

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

// As Lambda starts a program.
bool is_bootstrap(std::string_view program) {
    return program.substr(program.find_last_of('/') + 1) == "bootstrap";
}

int run(int count, char** words, cli::Session& session) {
    if (count > 0 && is_bootstrap(words[0])) return cli::run_lambda({}, session);
    CLI::App app("Aside: a cache-aside engine for JSON behind an API", "aside");
    app.require_subcommand(1);
    app.footer(kFooter);
    app.set_version_flag("--version", cli::version());
    for (const auto add :
         {cli::add_serve, cli::add_lambda, cli::add_import, cli::add_get, cli::add_check,
          cli::add_invalidate, cli::add_replay, cli::add_bench, cli::add_drill, cli::add_plan,
          cli::add_config, cli::add_version, cli::add_article, cli::add_functions}) {
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
    return cli::process_main(count, words, environment,
                             [&](cli::Session& session) { return run(count, words, session); });
}
