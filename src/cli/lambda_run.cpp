#include "cli/lambda_run.h"

#include <algorithm>

#include "cli/lambda_defaults.h"
#include "cli/lambda_process.h"
#include "cli/options_from_config.h"
#include "config/value_text.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

// A file in the package is read where nobody names another one.
Result<config::Config> load_config(const ParameterFlags& flags, Session session,
                                   const LambdaEnvironment& environment) {
    const std::string packaged = environment.task_root + "/aside.toml";
    const bool named = std::ranges::any_of(session.environment, [](const std::string& variable) {
        return variable.starts_with("ASIDE_CONFIG=");
    });
    if (!named && !environment.task_root.empty() &&
        session.files->read_file(packaged, config::kMaxFileBytes)) {
        session.environment.push_back("ASIDE_CONFIG=" + packaged);
    }
    return flags.load(session, lambda_defaults(environment));
}

void tell_start(const config::Config& config, LambdaHandler handler, const Stack& stack) {
    stack.log.info("lambda.started",
                   {{"version", version()},
                    {"handler", handler == LambdaHandler::serve ? "serve" : "invalidate"},
                    {"memory_bytes", config.get(memory_capacity)},
                    {"index", config::redact_url(config.get(index_url))},
                    {"objects", config::redact_url(config.get(objects_url))},
                    {"l2", config::redact_url(config.get(l2_url))}});
}

// Errors: why nothing was served; what happens afterwards is the process's exit code.
Result<int> serve(const ParameterFlags& flags, const Session& session,
                  const LambdaEnvironment& environment, const runtime::Endpoint& api) {
    const auto handler = handler_of(environment);
    if (!handler) return fail(handler.error());
    const auto config = load_config(flags, session, environment);
    if (!config) return fail(config.error());
    const auto stack = Stack::open(*config, session, log_options(*config));
    if (!stack) return fail(stack.error());
    LambdaProcess process(*config, environment, *handler, api, **stack);
    (*stack)->start();
    tell_start(*config, *handler, **stack);
    const auto ended = process.run();
    (*stack)->end(kFailed);
    return ended ? kOk : failed(ended.error());
}

}  // namespace

int run_lambda(const ParameterFlags& flags, const Session& session) {
    const LambdaEnvironment environment = read_lambda_environment(session.environment);
    const auto api = runtime_api_of(environment);
    if (!api) return refused(api.error());
    const auto code = serve(flags, session, environment, *api);
    if (code) return *code;
    const auto told = LambdaProcess::tell_failed_init(*api, code.error());
    if (!told) failed(told.error());
    return refused(code.error());
}

}  // namespace aside::cli
