// Reports and states of the stand-in for Lambda as JSON. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "lab/lambda/function_host.h"

namespace aside::lab::lambda {

std::string report_json(const InvocationReport& report);
// {"environments":[{"number":0,"state":"idle","frozen":true,"pid":12,"starts":1,"invocations":3}],
//  "invocations":3,"cold_starts":1,"errors":0,"throttles":0}
std::string environments_json(const std::vector<EnvironmentStatus>& environments,
                              const FunctionCounts& counts);

}  // namespace aside::lab::lambda
