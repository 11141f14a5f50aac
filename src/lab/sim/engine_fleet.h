// Several simulated processes, each a whole engine with its L1 and its Redis tier, before one
// simulated cluster and one origin, under a load whose every answer is judged.
//
//   EngineFleet fleet(seed, {.name = "freeze", .misfortunes = …});
//   const FleetOutcome outcome = fleet.run();
//   EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
//
// A test that wants to do more by hand: start(), then world.run_for, read() and the rest, then
// end(). Thread rule: one thread. Ownership: a fleet owns its world; it is ended before it is
// destroyed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "lab/sim/fleet_judge.h"
#include "lab/sim/sim_bed.h"
#include "redis/redis_tier.h"

namespace aside::lab {

class EngineFleet;

struct FleetLoadOptions {
    unsigned tasks = 6;  // readers of each process
    Duration pause_max = std::chrono::milliseconds(120);
    Duration deadline_min = std::chrono::milliseconds(600);
    Duration deadline_max = std::chrono::seconds(3);
    unsigned writes_per_thousand = 25;
};

engine::EngineOptions fleet_engine_options();

struct FleetScenario {
    std::string_view name;
    ClusterShape shape = {};
    unsigned processes = 4;
    unsigned workers = 2;  // of each
    bool apart = false;    // each has workers of its own, on a host of its own: it can be frozen
    unsigned idle = 0;     // the first so many have no load
    redis::Dialling dialling = redis::Dialling::eager;
    std::size_t objects = 60, items = 20;
    // Origin reads that nobody asked to be consistent lag so far behind.
    Duration lag = std::chrono::milliseconds(300);
    engine::EngineOptions engine = fleet_engine_options();
    FleetLoadOptions load = {};
    FleetBounds bounds = {};  // zeros: those of a fleet that has reason not to hear
    Duration warm_up = std::chrono::seconds(3);
    Duration misfortunes_max = std::chrono::minutes(2);
    // On the nodes' worker, while the load runs; null: nothing happens.
    std::function<runtime::Task<>(EngineFleet&)> misfortunes = nullptr;
    bool must_recover = true;
};

struct FleetOutcome {
    std::vector<std::string> problems;
    FleetTally tally;
    WatchedTier::Counts l2;  // of all processes
    std::uint64_t origin_loads = 0;
    std::string text;
};

// What one read ended in.
struct FleetRead {
    Outcome outcome = Outcome::failed;
    bool origin = false, l2 = false;
};

class EngineFleet : public SimBed {
  public:
    EngineFleet(std::uint64_t seed, FleetScenario scenario);
    ~EngineFleet();

    FleetOrigin origin;
    FleetJudge judge;

    unsigned processes() const { return static_cast<unsigned>(processes_.size()); }
    engine::Engine& engine(unsigned process);
    runtime::SimProcess& process(unsigned process);  // the world's own, unless they are apart
    static std::string host_of(unsigned process) { return "process-" + std::to_string(process); }
    WatchedTier& tier(unsigned process);
    const telemetry::Registry& registry(unsigned process) const;
    // A sample of a process's metrics page, by its whole name with labels.
    double metric(unsigned process, std::string_view name) const;
    WatchedTier::Counts l2_counts() const;

    void start();  // cluster and processes; no load yet
    void start_load();
    void stop_load();
    // Judged; on a worker of the process's.
    runtime::Task<> read(unsigned process, unsigned worker, ThingNumber thing, Duration timeout,
                         FleetRead* result = nullptr);
    // Writes the next generation through this process until every tier is done, or not any more.
    runtime::Task<> write(unsigned process, unsigned worker, ThingNumber thing);
    // Each process reads everything once; what did not end within a minute is a problem.
    void read_everything();
    FleetOutcome end();
    FleetOutcome run();  // all of it

  private:
    struct Process;
    runtime::Task<> run_load(unsigned process, unsigned worker, std::uint64_t seed);
    runtime::Task<> read_constant(unsigned process, unsigned worker, Random& random);
    runtime::Task<> read_and_count(unsigned process, unsigned worker, ThingNumber thing,
                                   unsigned& left);
    void check_bounds();
    void check_recovered();
    void check_left_over();
    FleetOutcome outcome() const;

    const std::uint64_t seed_;
    const FleetScenario scenario_;
    std::vector<std::unique_ptr<Process>> processes_;
    std::vector<bool> writing_;  // by thing
    unsigned load_running_ = 0;
    bool load_stopping_ = false;
};

// Misfortunes drawn from the seed.
FleetScenario fleet_chaos(std::uint64_t seed);

}  // namespace aside::lab
