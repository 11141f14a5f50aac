// What every simulated run stands on: a world from a seed, a cluster in it, and an account of what
// happened. Misfortunes act upon this, whatever the load is.
//
// The first workers are those of all processes together, the last plays the servers. Thread rule:
// one thread. Ownership: owns world and cluster; whoever derives from it ends its tasks first.
#pragma once

#include <string>
#include <string_view>

#include "engine/ports/password_source.h"
#include "lab/sim/sim_cluster.h"
#include "redis/options.h"

namespace aside::lab {

inline constexpr std::string_view kSimUser = "aside";
inline constexpr std::string_view kSimPassword = "secret";
inline constexpr std::string_view kSimKeyPrefix = "aside:";

// The workers of the processes: all but the last.
struct ClientWorkers final : runtime::Runtime {
    explicit ClientWorkers(runtime::SimWorld& of) : world(of) {}
    unsigned worker_count() const override { return world.worker_count() - 1; }
    runtime::Worker& worker(unsigned index) override { return world.worker(index); }
    runtime::SimWorld& world;
};

struct OnePassword final : PasswordSource {
    runtime::Task<Result<Credentials>> credentials(runtime::Worker&) override {
        co_return Credentials{.user = std::string(kSimUser), .password = std::string(kSimPassword)};
    }
};

class SimBed {
  public:
    // Every node has the one user of Aside's, with its rights and no more.
    SimBed(std::uint64_t seed, unsigned client_workers, ClusterShape shape);
    SimBed(const SimBed&) = delete;

    runtime::SimWorld world;
    SimCluster cluster;
    Random random;
    std::string told;  // by say()
    // After the misfortunes, before everything must be well again: dials that were refused may have
    // to wait for their backoff (10 s at most).
    Duration quiet = std::chrono::seconds(12);

    void say(const std::string& what);  // for the report of a run that failed
    runtime::SleepAwaiter wait(Duration span) { return sleep_for(cluster.worker(), span); }

    // Nodes run, answer and tell the truth again.
    void put_right();
    redis::TierOptions tier_options() const;

  protected:
    ~SimBed() = default;
};

// Sets `done` after the task.
runtime::Task<> finish_after(runtime::Task<> task, bool& done);

}  // namespace aside::lab
