// `aside drill`: from what was asked for to the report.
//
// Thread rule: the main thread, before any other was started; blocks for as long as the drills
// take. Errors: bad_input; not_found (no server program); those of the system.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab/trials/design.h"
#include "lab/trials/drill.h"
#include "lab/trials/drill_report.h"

namespace aside::lab::trials {

struct DrillRunOptions {
    std::vector<const TrialDrill*> drills;
    std::vector<Design> designs = {Design::aside, Design::article};
    bool quick = false;
    bool rate_given = false;  // else the long form looks for half of the highest rate
    double stretch = 1;       // of the phases' lengths
    unsigned best_of = 3;     // trials of aside where latency is judged, in the long form
    bool in_turn = false;     // never two designs at once
    Workload workload;
    std::string server_program;             // empty: redis-server, or valkey-server
    std::string article_script;             // of the design in Node
    std::vector<std::string> may_not_run;   // names of drills
    bool inside = false;                    // this process is the one that shall do it
    bool private_network = false;           // and it may make itself a network
    std::vector<std::string> command_line;  // of this process, to be run again inside of one
    std::function<void(const std::string&)> print;     // a line of the table
    std::function<void(const std::string&)> progress;  // what is being done now; any thread
};

struct DrillRunOutcome {
    int exit_code = 0;
    bool elsewhere = false;  // it ran in a process of its own, which has told everything
    std::string json, html;
    std::vector<Plot> plots;
};

Result<DrillRunOutcome> run_drills(const DrillRunOptions& options);

}  // namespace aside::lab::trials
