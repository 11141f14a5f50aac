#include "cli/lambda_environment.h"

#include <charconv>

namespace aside::cli {

namespace {

std::string value_of(const std::vector<std::string>& environment, std::string_view name) {
    for (const std::string_view line : environment) {
        if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
            return std::string(line.substr(name.size() + 1));
    }
    return {};
}

std::uint64_t mebibytes(std::string_view text) {
    std::uint32_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return whole ? std::uint64_t{number} << 20 : 0;
}

}  // namespace

LambdaEnvironment read_lambda_environment(const std::vector<std::string>& environment) {
    return {.api = value_of(environment, "AWS_LAMBDA_RUNTIME_API"),
            .handler = value_of(environment, "_HANDLER"),
            .function = value_of(environment, "AWS_LAMBDA_FUNCTION_NAME"),
            .task_root = value_of(environment, "LAMBDA_TASK_ROOT"),
            .memory_bytes = mebibytes(value_of(environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))};
}

Result<runtime::Endpoint> runtime_api_of(const LambdaEnvironment& environment) {
    constexpr std::string_view kName = "AWS_LAMBDA_RUNTIME_API";
    if (environment.api.empty()) {
        return fail(Errc::bad_input, std::string(kName) +
                                         " is not set: this is the program of a Lambda function, "
                                         "which Lambda starts; `aside serve` is the server");
    }
    auto endpoint = runtime::parse_endpoint(environment.api);
    if (endpoint) return endpoint;
    return fail(Errc::bad_input, std::string(kName) + ": " + endpoint.error().detail);
}

Result<LambdaHandler> handler_of(const LambdaEnvironment& environment) {
    const std::string& name = environment.handler;
    if (name.empty() || name == "serve" || name == "bootstrap") return LambdaHandler::serve;
    if (name == "invalidate") return LambdaHandler::invalidate;
    return fail(Errc::bad_input, "the function's handler is '" + name +
                                     "'; this package has the handlers serve and invalidate");
}

}  // namespace aside::cli
