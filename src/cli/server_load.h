// What is asked of running servers, worked out from what their admin ports tell.
//
// Thread rule: pure functions. Errors: bad_input for a curve that is none.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lab/metrics_page.h"
#include "sizing/miss_ratio_curve.h"
#include "sizing/workload.h"
#include "wire/curve_json.h"

namespace aside::cli {

// One server at one time.
struct ServerLook {
    wire::CurveJson curve;
    lab::MetricsPage metrics;
};

// What happened between two looks at all servers, a second.
struct ServerRates {
    double requests = 0, references = 0, index_reads = 0, index_loads = 0, object_loads = 0;
    double l1_hit_ratio = 0;
    // Of L1's hit ratio and of the index loads a request, each way, by how few were counted.
    double l1_error = 1, index_error = 1;

    // Of requests.
    double references_per_request() const { return requests > 0 ? references / requests : 1; }
    double index_read_ratio() const;
    double index_load_ratio() const;
};

// Never negative: a server that was started anew counts from 0 again.
ServerRates rates_between(const std::vector<ServerLook>& before,
                          const std::vector<ServerLook>& after, double seconds);

// Of all servers together, by their references. Errors: bad_input also when there are none yet.
Result<sizing::MissRatioCurve> curve_of(const std::vector<ServerLook>& looks);
double mean_body_bytes(const std::vector<ServerLook>& looks);
// Of that curve's miss ratios, each way.
double curve_error(const std::vector<ServerLook>& looks);
// Shards that L2 has, by the servers' maps of it; 0: none of them has an L2, or knows it yet.
unsigned shards_there(const std::vector<ServerLook>& looks);

// Step times as the servers measured them since they were started. What they did too seldom stays
// what it is taken for.
struct MeasuredSteps {
    sizing::Assumptions assumptions;
    std::vector<std::string> names;  // of those that were measured
};
MeasuredSteps measured_steps(const std::vector<ServerLook>& looks);

}  // namespace aside::cli
