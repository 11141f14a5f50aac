// Turns what S3 and DynamoDB's streams tell into invalidations, in every tier. What could not be
// invalidated comes again: record by record where the sender can do that, else all of it.
//
// It reads no store. An event that tells no changes fails the invocation. Thread rule: as Function.
// Ownership: borrows the service.
#pragma once

#include <string>
#include <vector>

#include "engine/ports/service.h"
#include "front/lambda/function.h"
#include "telemetry/log.h"
#include "wire/lambda/change_event.h"

namespace aside::front::lambda {

class ChangesFunction final : public Function {
  public:
    // `log` may be null.
    ChangesFunction(runtime::Worker& worker, Service& service, wire::ChangeOptions options,
                    telemetry::Logger* log);

    runtime::Task<std::expected<std::string_view, FunctionError>> invoke(
        const Invocation& invocation, SteadyTime deadline) override;

  private:
    // Why a record is to come again; empty: it need not.
    runtime::Task<std::string> invalidate(const wire::ChangeRecord& record, SteadyTime deadline);

    runtime::Worker& worker_;
    Service& service_;
    const wire::ChangeOptions options_;
    telemetry::Logger* const log_;
    std::string json_;
};

}  // namespace aside::front::lambda
