// What a trial writes down while it runs, for the judge to read afterwards.
//
// Thread rule: plain values.
#pragma once

#include <string>
#include <vector>

#include "lab/load/exchange.h"
#include "lab/machine_stalls.h"
#include "lab/origin/origin_server.h"

namespace aside::lab::trials {

enum class Phase : std::uint8_t { before, during, after };
inline constexpr std::size_t kPhases = 3;

// A request of the load, its answer verified.
struct RequestRecord {
    SteadyTime due, ended;
    std::uint32_t number = 0;  // of the item, or object
    bool of_object = false;
    std::uint16_t status = 0;  // 0: no answer
    load::Fate fate = load::Fate::answered;
    std::uint8_t target = 0;
    bool moved = false;    // made again on another process, after a refused connection
    bool wrong = false;    // a byte, or an item that exists was said not to
    bool too_old = false;  // beyond what the workload allows
    load::AnswerSources sources;

    bool failed() const { return fate != load::Fate::answered || status >= 500; }
    Duration latency() const { return ended - due; }
};

// Spans in which the origin could have answered nobody; or in which no process served.
struct Outage {
    SteadyTime from, to;
};

// When the phases were.
struct Timeline {
    SteadyTime begin, fault, mended, end;

    Phase phase_of(SteadyTime at) const {
        if (at < fault) return Phase::before;
        return at < mended ? Phase::during : Phase::after;
    }
};

struct TrialRecord {
    Timeline timeline;
    std::vector<RequestRecord> requests;
    std::vector<OriginLoad> loads;  // that ended since `begin`
    std::vector<Outage> outages;    // of the origin
    std::vector<Outage> nobody_served;
    std::vector<StallSpan> stalls;         // of the machine
    std::uint64_t unknowns = 0;            // as the processes count them
    std::uint64_t connections_opened = 0;  // to nodes of L2, by the processes, in the load's time
    bool counts_connections = false;       // false: this design does not tell
    std::uint64_t most_loads = 0;          // at once, of either store, as the origin saw it
    // Resident bytes of all processes together, each few seconds.
    std::vector<std::pair<SteadyTime, std::uint64_t>> memory;
    // What must have happened: each is empty when it did.
    std::vector<std::string> proofs_missing;
    std::vector<std::string> demands_missed;  // what had to be true, and was not
    std::vector<std::string> facts;
    std::string not_run;  // why the fault could not be injected
};

}  // namespace aside::lab::trials
