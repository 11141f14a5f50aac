// A stampede: several processes' worth of Aside ask for one cold key at once, a thousand times
// each. How often is the origin asked?
//
// Each run takes a key that neither an L1 nor L2 has. Thread rule: blocks; not on a worker's
// thread. Errors: of the start of a client; timed_out when L2 does not answer in the beginning.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/worker.h"

namespace aside::lab {

struct StampedeOptions {
    std::vector<runtime::Endpoint> seeds;
    std::string user, password;  // both empty: none
    unsigned processes = 4;
    unsigned requests = 1000;  // of each, at once
    unsigned runs = 50;
    Duration origin_latency = std::chrono::milliseconds(200);
    Duration deadline = std::chrono::seconds(3);  // of each request
    std::size_t value_bytes = 1024;
};

struct StampedeReport {
    std::uint64_t runs = 0;
    std::uint64_t runs_of_one_load = 0;
    std::uint64_t most_loads = 0;  // of one run
    std::uint64_t answered = 0, failed = 0;
    Duration slowest{};  // of all requests
};
std::string to_json(const StampedeReport& report);

Result<StampedeReport> run_stampede(const StampedeOptions& options);

}  // namespace aside::lab
