// aside check: is everything there that `aside serve` would need? Nothing is written and no port is
// opened.
#include <CLI/CLI.hpp>

#include "cli/check_run.h"
#include "cli/options_from_config.h"
#include "cli/parameter_flags.h"
#include "cli/token_file.h"
#include "runtime/os/run_task.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

struct Options {
    ParameterFlags parameters;
    std::string id;
};

// Asked for when no item was named: that it does not exist is as good an answer as any.
constexpr const char* kProbe = "aside-check";

int run(const Options& options, const Session& session) {
    const auto config = options.parameters.load(session);
    if (!config) return refused(config.error());
    const auto token = read_token(*session.files, config->get(admin_token_file));
    if (!token) return refused(token.error());
    const auto stack = Stack::open(*config, session, log_options(*config), 1);
    if (!stack) return failed(stack.error());
    print("config      ok\n");
    (*stack)->start();
    const bool well = runtime::run_task(*(*stack)->runtime, 0, [&](runtime::Worker& worker) {
        return check_read(worker, **stack, *config, options.id);
    });
    const int code = well ? kOk : kFailed;
    (*stack)->end(code);
    return code;
}

}  // namespace

void add_check(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "check", "Read one item through every step, and explain the first thing that is wrong");
    const auto options = std::make_shared<Options>();
    options->id = kProbe;
    command->add_option("id", options->id, "The item to read")->type_name("ID");
    options->parameters.add_to(*command);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
