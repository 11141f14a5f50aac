// What Lambda tells a function by its variables.
//
// Thread rule: pure functions. Errors: bad_input, which names the variable. Source: AWS Lambda
// Developer Guide, "Defined runtime environment variables".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/worker.h"

namespace aside::cli {

// Which function of the package a process is.
enum class LambdaHandler : std::uint8_t {
    serve,       // answers reads
    invalidate,  // forgets what S3 and DynamoDB say has changed
};

struct LambdaEnvironment {
    std::string api;                 // AWS_LAMBDA_RUNTIME_API
    std::string handler;             // _HANDLER
    std::string function;            // AWS_LAMBDA_FUNCTION_NAME
    std::string task_root;           // LAMBDA_TASK_ROOT
    std::uint64_t memory_bytes = 0;  // AWS_LAMBDA_FUNCTION_MEMORY_SIZE; 0: not told
};

// `environment`: "NAME=value".
LambdaEnvironment read_lambda_environment(const std::vector<std::string>& environment);

Result<runtime::Endpoint> runtime_api_of(const LambdaEnvironment& environment);
// None, and "bootstrap", which others write where the handler says nothing, are `serve`.
Result<LambdaHandler> handler_of(const LambdaEnvironment& environment);

}  // namespace aside::cli
