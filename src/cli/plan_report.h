// A plan as its readers get it: as text, as JSON, as a page, and as the file that deploy/aws reads.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "cli/plan_input.h"
#include "sizing/proposal.h"

namespace aside::cli {

struct PlanReport {
    PlanInput input;
    sizing::Site site;
    sizing::Assumptions assumptions;
    sizing::Wish wish;
    double l1_bytes = 0;  // of each process; 0: as the servers that were asked have it
    sizing::Proposal proposal;
    std::vector<std::string> not_priced;  // what the bill leaves out
};

std::string plan_text(const PlanReport& report);
std::string plan_json(const PlanReport& report);
// What is drawn of hit ratio against dollars: the chosen node type with 1, 2, … shards, and a
// serverless cache that keeps more and more.
struct PlanCosts {
    std::vector<sizing::Outcome> by_shards, by_kept_bytes;
};
std::string plan_page(const PlanReport& report, const PlanCosts& costs);
// Errors: bad_input: what was chosen cannot be written there: it has no replica.
Result<std::string> plan_file(const PlanReport& report);

// Each thing that was taken for granted, a sentence each: of the load, then of the model.
std::vector<std::string> assumptions_told(const PlanReport& report);

// Where a cache that costs less is left: that what is bought here is not money. Else empty.
std::string not_for_money(const PlanReport& report);
// "512 MB in each of 2 processes"
std::string l1_told(const PlanReport& report);
// "1.4 GB", "12 kB"
std::string shown_bytes(double bytes);
// "0.950 (0.930 to 0.970)"; without its error bar where that is too small to be seen.
std::string with_bar(double value, const sizing::Range& bar, int digits);
// How good a replacement policy's curve is known to be here.
inline constexpr const char* kPolicies =
    "allkeys-lru: the curve is its; allkeys-lfu and volatile-ttl: not validated";

}  // namespace aside::cli
