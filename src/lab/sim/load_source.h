// A load on a RemoteTier that verifies what it gets: reads in batches, leases and fills for what is
// missing, writes with invalidations, from every worker of one simulated process.
//
// Half of the keys are versioned. Thread rule: start() and stop() between events; its tasks run on
// the workers. Ownership: borrows everything; must outlive its tasks (ended()).
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "lab/sim/verifier.h"
#include "runtime/sim/world.h"

namespace aside::lab {

struct LoadOptions {
    std::size_t keys = 120;
    unsigned workers = 2;
    unsigned tasks_per_worker = 4;
    unsigned batch_max = 6;
    Duration pause_max = std::chrono::milliseconds(150);  // between a task's batches
    Duration deadline_min = std::chrono::milliseconds(20);
    Duration deadline_max = std::chrono::milliseconds(800);
    unsigned writes_per_thousand = 30;
    Duration keep_min = std::chrono::seconds(2);
    Duration keep_max = std::chrono::seconds(30);
};

class LoadSource {
  public:
    LoadSource(runtime::SimWorld& world, RemoteTier& tier, OriginModel& origin, Verifier& verifier,
               LoadOptions options, std::uint64_t seed);
    ~LoadSource();

    void start();
    void stop() { stopping_ = true; }
    bool ended() const { return running_ == 0; }
    // After the end: what never completed, or more than once.
    void check_completions();

    static RemoteKey key_of(std::size_t number, std::string& bytes);

  private:
    struct Batch;
    struct CheckedRead;

    runtime::Task<> run(runtime::Worker& worker, std::uint64_t seed);
    runtime::Task<> read_batch(runtime::Worker& worker, Random& random);
    runtime::Task<> load(runtime::Worker& worker, Random& random, std::size_t key);
    runtime::Task<> load_leased(runtime::Worker& worker, Random& random, std::size_t key);
    runtime::Task<> store(runtime::Worker& worker, Random& random, std::size_t key,
                          std::uint64_t generation, LeaseToken lease);
    runtime::Task<> write(runtime::Worker& worker, std::size_t key);
    Duration draw(Random& random, Duration least, Duration most) const;
    bool versioned(std::size_t key) const { return key % 2 == 1; }

    runtime::SimWorld& world_;
    RemoteTier& tier_;
    OriginModel& origin_;
    Verifier& verifier_;
    const LoadOptions options_;
    Random random_;
    std::deque<std::unique_ptr<CheckedRead>> reads_;  // all there ever were
    std::deque<std::unique_ptr<std::string>> names_;  // of their keys
    unsigned running_ = 0;
    bool stopping_ = false;
};

}  // namespace aside::lab
