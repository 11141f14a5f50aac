// A simulated run from a seed: a cluster, processes with a Redis tier each, a verifying load, and
// misfortunes. What broke an invariant is told, with the seed first.
//
//   const Outcome outcome = run_scenario(seed, scenario);
//   EXPECT_TRUE(outcome.problems.empty()) << outcome.text;
//
// After the misfortunes everything is put right, a quiet time passes, and then every read must be
// known again. Thread rule: one thread. Ownership: a run owns its world.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/sim/load_source.h"
#include "lab/sim/sim_bed.h"

namespace aside::lab {

struct Scenario {
    std::string_view name;
    ClusterShape shape;
    unsigned processes = 2;
    LoadOptions load;
    Duration warm_up = std::chrono::seconds(2);
    // On the nodes' worker, while the load runs; null: nothing happens.
    std::function<runtime::Task<>(SimBed&)> misfortunes;
    bool must_recover = true;
};

struct Outcome {
    std::uint64_t seed = 0;
    std::vector<std::string> problems;
    Tally tally;
    Tally after;  // of the reads after the quiet
    std::string text;
};

class ScenarioBed final : public SimBed {
  public:
    ScenarioBed(std::uint64_t seed, const Scenario& scenario);
    ~ScenarioBed();

    Outcome run();

  private:
    struct Process;
    void watch_dials();
    void check_bounds();
    bool load_ended() const;
    void read_everything();
    Outcome outcome() const;

    const std::uint64_t seed_;
    const Scenario& scenario_;
    OriginModel origin_;
    Verifier verifier_;
    std::vector<std::unique_ptr<Process>> processes_;
    // Dials of all processes against their budgets together.
    double dial_tokens_;
    SteadyTime dialled_at_{};
    std::uint64_t dials_ = 0;
    Tally after_;
};

Outcome run_scenario(std::uint64_t seed, const Scenario& scenario);

// Misfortunes drawn from the seed.
Scenario chaos_scenario(std::uint64_t seed);

}  // namespace aside::lab
