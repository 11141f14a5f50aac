#include "lab/lambda/function_options.h"

#include <algorithm>

namespace aside::lab::lambda {

namespace {

constexpr std::string_view kAccount = "123456789012";

}  // namespace

std::string function_arn(const FunctionOptions& options) {
    std::string arn = "arn:aws:lambda:" + options.region + ":";
    return arn.append(kAccount).append(":function:").append(options.name);
}

Variables function_variables(const FunctionOptions& options, const runtime::Endpoint& api) {
    const std::string task_root = options.task_root.empty() ? "/var/task" : options.task_root;
    Variables variables{
        {"AWS_LAMBDA_RUNTIME_API", to_string(api)},
        {"_HANDLER", options.handler},
        {"LAMBDA_TASK_ROOT", task_root},
        {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
        {"AWS_REGION", options.region},
        {"AWS_DEFAULT_REGION", options.region},
        {"AWS_LAMBDA_FUNCTION_NAME", options.name},
        {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(options.memory_mb)},
        {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
        {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + options.name},
        {"AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef"},
        {"AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"},
        {"AWS_SECRET_ACCESS_KEY", "example"},
        {"AWS_SESSION_TOKEN", "example"},
        {"AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"},
        {"AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1:2000"},
        {"LANG", "en_US.UTF-8"},
        {"PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"},
        {"LD_LIBRARY_PATH", "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:" + task_root + ":" +
                                task_root + "/lib:/opt/lib"},
        {"TZ", ":UTC"},
    };
    for (const auto& [name, value] : options.variables) {
        const auto same = [&](const auto& variable) { return variable.first == name; };
        const auto at = std::ranges::find_if(variables, same);
        if (at == variables.end()) {
            variables.emplace_back(name, value);
        } else {
            at->second = value;
        }
    }
    return variables;
}

}  // namespace aside::lab::lambda
