// aside config: what can be set, and what is set.
#include <CLI/CLI.hpp>

#include "cli/parameter_flags.h"
#include "config/print.h"
#include "redis/protocol/command.h"

namespace aside::cli {

namespace {

struct Options {
    ParameterFlags parameters;
    bool markdown = false;
    bool effective = false;
    bool acl = false;
};

// What a server of L2 is to be told about the user Aside logs in as.
std::string acl_command(const config::Config& config) {
    return "ACL SETUSER aside on >PASSWORD " +
           redis::acl_rules(config.get(config::parameter::redis_prefix)) + "\n";
}

int run(const Options& options, const Session& session) {
    std::string text = options.markdown ? config::print_markdown() : config::print_text();
    // Read in any case: `aside config --config FILE` tells what is wrong with a file.
    const auto loaded = options.parameters.load(session);
    if (!loaded) return refused(loaded.error());
    if (options.effective) text = config::print_effective(*loaded);
    if (options.acl) text = acl_command(*loaded);
    return print(text) ? kOk : kFailed;
}

}  // namespace

void add_config(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "config", "Print every parameter with its default, unit, range and meaning");
    const auto options = std::make_shared<Options>();
    options->parameters.add_to(*command);
    auto* markdown = command->add_flag("--markdown", options->markdown, "As docs/configuration.md");
    command
        ->add_flag("--effective", options->effective,
                   "The values in force, and where each came from")
        ->excludes(markdown);
    command
        ->add_flag("--acl", options->acl,
                   "The ACL user that L2's servers need for Aside, as a Redis command")
        ->excludes(markdown);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
