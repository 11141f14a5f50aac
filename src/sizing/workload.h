// What is asked of a cache, and where it stands: what a plan is made from.
//
// Thread rule: plain values. Units: in the names; ratios are parts of all references.
#pragma once

#include <cstdint>
#include <string>

#include "sizing/latency_mix.h"
#include "sizing/miss_ratio_curve.h"
#include "sizing/shard_need.h"

namespace aside::sizing {

struct Workload {
    MissRatioCurve curve;  // of references to objects, by what their entries take in L2
    double requests_per_second = 0;
    double references_per_request = 1;
    double body_bytes = 0;    // of an object, mean over references
    double l1_hit_ratio = 0;  // in each process's own memory
    // The same without an L2 that it asks again, and what it then refreshes; less than 0: not
    // known.
    double l1_alone_hit_ratio = -1, l1_alone_refresh_ratio = -1;
    double index_read_ratio = 1;  // of requests: those for an item, not for an object
    double index_load_ratio = 1;  // of requests: those for which the index is asked
    double curve_error = 0.02;    // of its miss ratios, each way
    double l1_error = 0.02;       // of l1_hit_ratio, each way
    double index_error = 0.02;    // of index_load_ratio, each way

    double references_per_second() const { return requests_per_second * references_per_request; }
};

enum class Route : std::uint8_t { gateway_endpoints, interface_endpoints, nat };

struct Site {
    std::string region;
    unsigned zones = 3;
    Route route = Route::gateway_endpoints;
    unsigned processes = 2;
    double function_mib = 0;  // of a Lambda function's memory; 0: it is none
};

// What is taken for granted; each is told with the plan.
struct Assumptions {
    ShardLimits limits;
    StepTime l1{0.05, 0.2}, l2{0.7, 2.5}, origin{25, 150}, index{4, 20};
    double index_entry_bytes = 1024;
    double connections_per_process = 3;  // to each node: reads, fills, control
    double function_overhead_ms = 2;
};

}  // namespace aside::sizing
