// Reads of items as events for a function, and what the stand-in for Lambda reports of them
// (lab/lambda/report_json.h).
//
// Thread rule: pure functions. Errors: protocol.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "lab/origin/dataset.h"

namespace aside::lab::trials {

struct FunctionBurst {
    unsigned answered = 0;              // 200, with the bytes that are the item's
    unsigned failed = 0;                // any other status, or the invocation's failure
    unsigned wrong = 0;                 // 200, and a byte of it is not right
    unsigned cold = 0;                  // of all: a process was started for it
    std::vector<Duration> took;         // from the event to the answer
    std::vector<std::string> examples;  // of failures
    Duration percentile(double share) const;
};

// An array of events of a function URL, one for each item, in their order.
std::string item_events(std::span<const std::uint32_t> items);
// `reports`: an array, one for each of those events, in their order.
Result<FunctionBurst> judge_reports(const Dataset& data, std::span<const std::uint32_t> items,
                                    const std::string& reports);

struct ToldEnvironment {
    std::uint64_t starts = 0;  // of processes
    std::uint64_t invocations = 0;
    bool retired = false;
};
// Empty where `json` is no list of environments.
std::vector<ToldEnvironment> environments_in(const std::string& json);

}  // namespace aside::lab::trials
