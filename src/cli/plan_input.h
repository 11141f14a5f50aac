// The load that a plan is for: from a trace, from running servers, or from a law.
//
// Thread rule: blocks. Errors: bad_input with the line of a trace or the flag that is missing;
// those of the file or the server.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/plan_options.h"
#include "cli/session.h"
#include "sizing/workload.h"

namespace aside::cli {

struct PlanInput {
    sizing::Workload workload;
    // Of the values' own sizes, as a simulation of the trace has it; a law's is the workload's.
    sizing::MissRatioCurve plain;
    std::string source;              // "trace web.log: 75,000 reads …"
    std::vector<std::string> notes;  // what was taken for granted of the load
    // With the step times that were measured, where they were; flags go over them.
    sizing::Assumptions measured;
};

Result<PlanInput> input_from_trace(const PlanFlags& flags, const PlanTimes& times,
                                   runtime::Files& files);
Result<PlanInput> input_from_law(const PlanFlags& flags, const PlanTimes& times);
Result<PlanInput> input_from_servers(const PlanFlags& flags, const PlanTimes& times,
                                     const Session& session);

}  // namespace aside::cli
