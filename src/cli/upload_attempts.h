// One write to a store over the network, made again while that may help, with full-jitter backoff.
//
// Thread rule: on the worker given. Ownership: an attempt that hangs goes on alone when it has been
// given up, so whatever it uses must be its own, or outlive the worker's tasks. Errors: the last
// attempt's, with the upload's name before it.
// Source: "Exponential Backoff and Jitter", AWS Architecture Blog.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "runtime/worker.h"

namespace aside::cli {

struct UploadLimits {
    std::uint32_t in_flight = 64;  // uploads at once (upload_queue.h)
    std::uint32_t attempts = 10;   // for each
    Duration attempt_timeout = std::chrono::seconds(30);
    Duration backoff_base = std::chrono::milliseconds(50);
    Duration backoff_max = std::chrono::seconds(5);
};

struct Upload {
    std::string name;  // for people: "object gb/ENG"
    std::uint64_t bytes = 0;
    // Called once for each attempt; what it gives starts when it is awaited.
    std::function<runtime::Task<Result<void>>(runtime::Worker&)> attempt;
};

// `given_up` is asked before each further attempt.
runtime::Task<Result<void>> upload_with_retries(runtime::Worker& worker, Upload upload,
                                                UploadLimits limits,
                                                std::function<bool()> given_up);

}  // namespace aside::cli
