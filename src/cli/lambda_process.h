// One execution environment of a Lambda function: its stack, and the loop that takes invocations.
//
//   LambdaProcess process(config, environment, handler, api, stack);
//   stack.start();
//   process.run();       // as long as Lambda gives invocations
//
// Thread rule: the main thread. Ownership: borrows what it is given. Errors: as InvocationLoop.
#pragma once

#include <memory>
#include <optional>

#include "cli/lambda_environment.h"
#include "cli/stack.h"
#include "front/http/front_metrics.h"
#include "front/http/public_handler.h"
#include "front/lambda/embedded_metrics.h"
#include "front/lambda/invocation_loop.h"

namespace aside::cli {

class LambdaProcess final : front::lambda::InvocationObserver {
  public:
    LambdaProcess(const config::Config& config, const LambdaEnvironment& environment,
                  LambdaHandler handler, runtime::Endpoint api, Stack& stack);

    Result<void> run();

    // Tells Lambda that the process cannot serve, and why. Lambda shows it to who invokes. Errors:
    // of the Runtime API.
    static Result<void> tell_failed_init(const runtime::Endpoint& api, const Error& error);

  private:
    void begins(const front::lambda::Invocation& invocation) override;
    void ended(Duration took) override;
    std::unique_ptr<front::lambda::Function> make_function(runtime::Worker& worker);
    runtime::Task<Result<void>> loop(runtime::Worker& worker);

    const config::Config& config_;
    const LambdaHandler handler_;
    const runtime::Endpoint api_;
    Stack& stack_;
    front::FrontMetrics front_metrics_;
    front::PublicHandler public_handler_;
    std::optional<front::lambda::EmbeddedMetrics> embedded_;
};

}  // namespace aside::cli
