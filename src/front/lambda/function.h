// What a Lambda function does with an invocation. Which one a process is, its handler's name says.
//
// Thread rule: one worker, one invocation at a time.
#pragma once

#include <expected>
#include <string>

#include "front/lambda/runtime_api.h"

namespace aside::front::lambda {

class Function {
  public:
    virtual ~Function() = default;

    // The answer as JSON, in memory that stays the function's until the next call; or what the
    // invocation failed by. `deadline`: of the answer, Lambda's less a margin.
    virtual runtime::Task<std::expected<std::string_view, FunctionError>> invoke(
        const Invocation& invocation, SteadyTime deadline) = 0;
};

}  // namespace aside::front::lambda
