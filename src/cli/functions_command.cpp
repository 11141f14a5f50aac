// aside functions: a function on the lab's stand-in for Lambda, behind a URL. Not listed by --help:
// drills start it in place of a server.
#include <CLI/CLI.hpp>

#include "cli/session.h"
#include "lab/lambda/function_server.h"
#include "runtime/os/process.h"

namespace aside::cli {

namespace {

struct Options {
    unsigned environments = 10, memory_mb = 512, timeout_ms = 10'000;
    int niceness = 0;
    std::vector<std::string> variables, command;
    std::string output_file;
};

Result<lab::lambda::FunctionOptions> function_options(const Options& options) {
    lab::lambda::FunctionOptions function;
    function.command = options.command;
    function.handler = "serve";
    function.memory_mb = options.memory_mb;
    function.timeout = std::chrono::milliseconds(options.timeout_ms);
    function.concurrency = options.environments;
    function.output_file = options.output_file;
    function.niceness = options.niceness;
    for (const std::string& variable : options.variables) {
        const std::size_t equals = variable.find('=');
        if (equals == std::string::npos)
            return fail(Errc::bad_input, "expected NAME=VALUE: " + variable);
        function.variables.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
    }
    return function;
}

int run(const Options& options) {
    runtime::StopSignals signals;
    (void)runtime::raise_descriptor_limit();
    auto function = function_options(options);
    if (!function) return refused(function.error());
    auto server = lab::lambda::FunctionServer::start(std::move(*function));
    if (!server) return failed(server.error());
    const auto url = (*server)->open_url(0);
    if (!url) return failed(url.error());
    const auto control = (*server)->open_control(0);
    if (!control) return failed(control.error());
    print("aside: functions serving on http://" + to_string(*url) + ", admin on http://" +
          to_string(*control) + "\n");
    signals.wait();
    return kOk;
}

}  // namespace

void add_functions(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand("functions", "A Lambda function for drills")->group("");
    const auto options = std::make_shared<Options>();
    command->add_option("--environments", options->environments);
    command->add_option("--memory", options->memory_mb);
    command->add_option("--timeout-ms", options->timeout_ms);
    command->add_option("--variable", options->variables)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--output", options->output_file);
    command->add_option("--niceness", options->niceness);
    command->add_option("command", options->command)->required();
    command->callback([&session, options] { session.run = [options] { return run(*options); }; });
}

}  // namespace aside::cli
