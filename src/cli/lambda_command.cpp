// aside lambda: a function on AWS Lambda, as the package's bootstrap.
#include <CLI/CLI.hpp>

#include "cli/lambda_run.h"

namespace aside::cli {

void add_lambda(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "lambda", "Serve invocations of AWS Lambda, whose Runtime API is in the environment");
    const auto flags = std::make_shared<ParameterFlags>();
    flags->add_to(*command);
    command->callback([&session, flags] {
        session.run = [&session, flags] { return run_lambda(*flags, session); };
    });
}

}  // namespace aside::cli
