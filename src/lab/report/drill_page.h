// The page of `aside drill --html`: all verdicts first, then for each drill what happens, what must
// hold, each design's figures, and the designs over each other with the fault marked.
//
// Thread rule: pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lab/report/page.h"

namespace aside::lab::report {

struct DrillSection {
    std::string name;         // "failover-kill"; each of a report is another
    std::string fault;        // "a primary dies (SIGKILL)"
    std::string expectation;  // what must hold
    // One a design, in the order of DrillReport::designs: "pass", "fail", "no power", "not run".
    std::vector<Cell> verdicts;
    std::vector<std::string> reasons;  // of those that are no pass, and proofs of the fault
    // Rows under a row of headings; a row is a design's.
    std::vector<std::vector<Cell>> figures;
    // Lines named after a design look the same in every chart of the page.
    std::vector<Chart> charts;
};

struct DrillReport {
    std::string title = "Failure drills";
    std::string subtitle;
    std::vector<std::string> designs;  // "aside", "article", "ioredis"
    // Server version, cores, seed, flags of the workload: a name and what it was.
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<DrillSection> drills;
};

std::string drill_page(const DrillReport& report);

}  // namespace aside::lab::report
