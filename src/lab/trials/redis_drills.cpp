// What befalls Redis itself: memory, connections, long commands.
#include <algorithm>
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
constexpr const char* kLoop =
    "local x = 0 for i = 1, tonumber(ARGV[1]) do x = x + i % 7 end return x";
// More than a command of the hand-written design may take.
constexpr Duration kBusy = 1200ms;
constexpr double kLoopsTimed = 4'000'000, kLoopsMost = 1e9;

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

// The fault's script, so many times round on each primary at once; how long it took.
Duration run_scripts(Trial& trial, double loops) {
    std::vector<runtime::Endpoint> primaries;
    for (const unsigned node : trial.cluster().primaries())
        primaries.push_back(trial.cluster().server(node).admin());
    const SteadyTime begun = trial.control().now();
    const std::string times = std::to_string(static_cast<std::uint64_t>(loops));
    const bool all = ask_at_once(trial.control(), primaries,
                                 {{"KEYS", "*"}, {"EVAL", kLoop, "0", times}}, kScanLimit);
    trial.prove(all, "the long commands ended");
    return trial.control().now() - begun;
}

void scan(Trial& trial) {
    // As long on every machine.
    using Seconds = std::chrono::duration<double>;
    const Seconds timed = std::max<Duration>(run_scripts(trial, kLoopsTimed), 1ms);
    const double loops = std::min(kLoopsTimed * (Seconds(kBusy) / timed), kLoopsMost);
    for (unsigned i = 0; i < kScans; ++i) {
        const std::chrono::duration<double, std::milli> took = run_scripts(trial, loops);
        trial.fact("every primary was busy for ms", std::to_string(took.count()));
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
         .end_fault = look_at_evictions,
         .expect = {.shows_in_article = false}},
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
