// What the drills said: lines on a terminal, JSON, and a page.
//
// Thread rule: pure.
#pragma once

#include <string>
#include <vector>

#include "lab/trials/verdict.h"

namespace aside::lab::trials {

struct ReportFacts {
    std::vector<std::pair<std::string, std::string>> environment;  // server, cores, seed, flags
    bool quick = false;
};

// A line for each trial, without an end of line; reasons follow on lines of their own.
std::string table_heading();
std::string table_lines(const DrillResult& result);

std::string to_json(const std::vector<DrillResult>& results, const ReportFacts& facts);
std::string to_html(const std::vector<DrillResult>& results, const ReportFacts& facts);

struct Plot {
    std::string name;  // "failover-hang-latency"
    std::string svg;   // as a file of its own
};
// Those of the page.
std::vector<Plot> to_plots(const std::vector<DrillResult>& results);

}  // namespace aside::lab::trials
