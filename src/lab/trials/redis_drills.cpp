// What befalls Redis itself: memory, connections, long commands.
#include <cstdlib>

#include "lab/trials/drills.h"
#include "lab/trials/trial.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr PhaseLengths kQuick{1s, 3500ms, 2s}, kFull{10s, 15s, 12s};
constexpr unsigned kReconnects = 10;
constexpr double kMemoryKept = 0.9;  // of what the values take
constexpr unsigned kEvictionSteps = 10;
constexpr unsigned kScans = 5;
constexpr Duration kScanLimit = 20s;
// Some hundred milliseconds of it.
constexpr const char* kLongLua = "local x = 0 for i = 1, 8000000 do x = x + i % 7 end return x";

double number_of(Trial& trial, unsigned node, std::string_view section, std::string_view field) {
    return std::atof(trial.cluster().info(node, section, field).c_str());
}

// What a primary's values take. Once it has served, so that overhead and data can be told apart.
struct UsedMemory {
    unsigned node;
    double empty, values;
};
std::vector<UsedMemory> used_memory(Trial& trial) {
    std::vector<UsedMemory> all;
    for (const unsigned node : trial.cluster().primaries()) {
        const double used = number_of(trial, node, "memory", "used_memory");
        const double empty = number_of(trial, node, "memory", "used_memory_startup");
        all.push_back({node, empty, used - empty});
    }
    return all;
}

void limit_memory(Trial& trial, const std::vector<UsedMemory>& used, const std::string& policy,
                  double kept) {
    for (const auto& [node, empty, values] : used) {
        const auto limit = static_cast<std::uint64_t>(empty + values * kept);
        const auto set = trial.cluster().command(node, {"CONFIG", "SET", "maxmemory-policy", policy,
                                                        "maxmemory", std::to_string(limit)});
        trial.prove(set.has_value(), "maxmemory is set");
    }
}

// Step by step: a node that is full evicts as it is written to, not a tenth of all in one stroke.
void evict(Trial& trial) {
    const auto used = used_memory(trial);
    for (unsigned step = 1; step <= kEvictionSteps; ++step) {
        limit_memory(trial, used, "allkeys-lru", 1 - (1 - kMemoryKept) * step / kEvictionSteps);
        trial.pause(trial.quick() ? 250ms : 1s);
    }
}
void look_at_evictions(Trial& trial) {
    const std::uint64_t evicted = trial.watch().evicted();
    trial.fact("objects evicted", std::to_string(evicted));
    trial.prove(evicted > 0, "objects were evicted");
}

void refuse_writes(Trial& trial) {
    limit_memory(trial, used_memory(trial), "noeviction", kMemoryKept);
}
void look_at_refusals(Trial& trial) {
    double refused = 0;
    for (const unsigned node : trial.cluster().primaries()) {
        const std::string count = trial.cluster().info(node, "errorstats", "errorstat_OOM");
        refused += std::atof(count.substr(count.find('=') + 1).c_str());
    }
    trial.fact("writes refused", std::to_string(static_cast<std::uint64_t>(refused)));
    trial.prove(refused > 0, "writes were refused");
    for (const unsigned node : trial.cluster().primaries())
        (void)trial.cluster().command(node, {"CONFIG", "SET", "maxmemory", "0"});
}

void kill_connections(Trial& trial) {
    double killed = 0;
    for (unsigned i = 0; i < kReconnects; ++i) {
        for (unsigned node = 0; node < trial.cluster().size(); ++node) {
            const auto done = trial.cluster().command(
                node, {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
            killed += done ? static_cast<double>(done->number) : 0;
        }
        trial.pause(trial.quick() ? 400ms : 1s);
    }
    trial.fact("connections killed", std::to_string(static_cast<std::uint64_t>(killed)));
    trial.prove(killed >= kReconnects, "connections were killed");
}

void scan(Trial& trial) {
    std::vector<runtime::Endpoint> primaries;
    for (const unsigned node : trial.cluster().primaries())
        primaries.push_back(trial.cluster().server(node).admin());
    for (unsigned i = 0; i < kScans; ++i) {
        const SteadyTime begun = trial.control().now();
        const bool all = ask_at_once(trial.control(), primaries,
                                     {{"KEYS", "*"}, {"EVAL", kLongLua, "0"}}, kScanLimit);
        const std::chrono::duration<double, std::milli> took = trial.control().now() - begun;
        trial.fact("every primary was busy for ms", std::to_string(took.count()));
        trial.prove(all, "the long commands ended");
        trial.pause(200ms);
    }
}

}  // namespace

std::vector<TrialDrill> redis_drills() {
    return {
        {.name = "memory-evicting",
         .fault = "L2 at maxmemory, evicting",
         .expectation = "what was evicted is loaded again, within the limit",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = evict,
         .end_fault = look_at_evictions},
        {.name = "memory-refusing",
         .fault = "L2 at maxmemory with noeviction, refusing writes",
         .expectation = "reads go on; fills pause",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = refuse_writes,
         .end_fault = look_at_refusals,
         .expect = {.shows_in_article = true}},
        {.name = "reconnects",
         .fault = "every client connection is killed at once, ten times",
         .expectation = "no error, and no storm of connections",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = kill_connections},
        {.name = "big-scan",
         .fault = "someone runs KEYS * and long Lua on every primary",
         .expectation = "replicas answer",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = scan},
    };
}

}  // namespace aside::lab::trials
