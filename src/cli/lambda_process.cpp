#include "cli/lambda_process.h"

#include "cli/options_from_config.h"
#include "front/lambda/changes_function.h"
#include "front/lambda/http_function.h"
#include "runtime/os/run_task.h"

namespace aside::cli {

namespace {

using namespace config::parameter;
using namespace front::lambda;

EmbeddedMetricsOptions embedded_options(const config::Config& config,
                                        const LambdaEnvironment& environment) {
    return {.period = config.get(lambda_metrics_period),
            .invocations = static_cast<unsigned>(config.get(lambda_metrics_invocations)),
            .function = environment.function};
}

wire::HttpEventOptions event_options(const config::Config& config) {
    return {.limits = server_options(config).head,
            .path_prefix = config.get(lambda_path_prefix),
            .only_what_is_looked_at = true};
}

wire::ChangeOptions change_options(const StoreUrls& urls) {
    wire::ChangeOptions options;
    if (const auto* const bucket = std::get_if<S3Url>(&urls.objects))
        options.object_prefix = bucket->prefix;
    if (const auto* const table = std::get_if<DynamodbUrl>(&urls.index))
        options.item_attribute = table->layout.id;
    return options;
}

}  // namespace

LambdaProcess::LambdaProcess(const config::Config& config, const LambdaEnvironment& environment,
                             LambdaHandler handler, runtime::Endpoint api, Stack& stack)
    : config_(config),
      handler_(handler),
      api_(std::move(api)),
      stack_(stack),
      front_metrics_(stack.registry, "lambda"),
      public_handler_(stack.engine, public_options(config)) {
    auto options = embedded_options(config, environment);
    if (options.wanted())
        embedded_.emplace(std::move(options), stack.registry,
                          [](std::string_view line) { print(line); });
}

void LambdaProcess::begins(const Invocation& invocation) {
    stack_.ground->aws.trace().set(invocation.trace);
}

void LambdaProcess::ended(Duration took) {
    runtime::Worker& worker = stack_.runtime->worker(0);
    if (embedded_) embedded_->invocation_ended(worker.now(), worker.wall_now(), took);
}

std::unique_ptr<Function> LambdaProcess::make_function(runtime::Worker& worker) {
    if (handler_ == LambdaHandler::invalidate) {
        return std::make_unique<ChangesFunction>(worker, stack_.engine, change_options(stack_.urls),
                                                 &stack_.log);
    }
    return std::make_unique<HttpFunction>(worker, stack_.engine, public_handler_, front_metrics_,
                                          event_options(config_));
}

runtime::Task<Result<void>> LambdaProcess::loop(runtime::Worker& worker) {
    RuntimeApi api(worker, api_);
    const auto function = make_function(worker);
    InvocationLoop invocations(
        worker, api, *function, stack_.engine, *this,
        {.margin = config_.get(lambda_margin), .freeze = lifecycle_options(config_)}, &stack_.log);
    co_return co_await invocations.run();
}

Result<void> LambdaProcess::run() {
    return runtime::run_task(*stack_.runtime, 0,
                             [this](runtime::Worker& worker) { return loop(worker); });
}

Result<void> LambdaProcess::tell_failed_init(const runtime::Endpoint& api, const Error& error) {
    const auto runtime = runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1});
    if (!runtime) return fail(runtime.error());
    (*runtime)->start();
    const FunctionError told{
        .type = error.code == Errc::bad_input ? "Function.BadConfiguration" : "Function.InitFailed",
        .message = to_string(error)};
    const auto tell = [&](runtime::Worker& worker) -> runtime::Task<Result<void>> {
        RuntimeApi call(worker, api);
        co_return co_await call.fail_init(told);
    };
    return runtime::run_task(**runtime, 0, tell);
}

}  // namespace aside::cli
