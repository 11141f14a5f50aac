// A simulated worker and its timers. Calls from another worker's event are a broken thread rule and
// end the process. Thread rule: the world's thread. Ownership: belongs to its SimWorld.
#pragma once

#include <string_view>

#include "runtime/sim/scheduler.h"
#include "runtime/worker.h"

namespace aside::runtime {

class SimProcess;
class SimWorld;

class SimWorker final : public Worker {
  public:
    SimWorker(SimWorld& world, SimProcess& process, unsigned index, int thread, std::string host,
              std::uint64_t seed)
        : world_(world),
          process_(process),
          index_(index),
          thread_(thread),
          host_(std::move(host)),
          random_(seed) {}

    unsigned index() const override { return index_; }
    SteadyTime now() const override;
    WallTime wall_now() const override;
    void put_clock_forward(Duration by) override;
    Random& random() override;
    void post(Callback call) override;
    void spawn(Task<void> task) override;
    std::unique_ptr<Timer> make_timer(Callback fired) override;
    Result<std::unique_ptr<Listener>> listen(const Endpoint& endpoint) override;
    Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, SteadyTime deadline,
                                                  ConnectOptions options = {}) override;
    BlockingPool& blocking() override;

    int thread() const { return thread_; }             // in the whole world
    const std::string& host() const { return host_; }  // where its connections come from
    // Ends the process when `what` is being called from an event of another worker, of the network
    // or of a pool thread.
    void check_thread(std::string_view what) const;
    // Ends the process: a caller broke the rules of the seam.
    [[noreturn]] void check_failed(std::string_view what) const;
    SimWorld& world() { return world_; }
    const SimProcess& process() const { return process_; }

  private:
    SimWorld& world_;
    SimProcess& process_;
    const unsigned index_;
    const int thread_;
    const std::string host_;
    Random random_;
};

}  // namespace aside::runtime
