// A world in which the real engine runs on virtual time: workers, timers, a network, a pool for
// blocking calls, all on one thread and all drawn from one seed. The same seed gives the same run.
//
//   SimWorld world({.seed = 7, .workers = 2});
//   const int answer = world.run(compute(world.worker(0)));
//   world.run_for(std::chrono::seconds(3));
//   EXPECT_TRUE(world.run_until([&] { return done; }, std::chrono::seconds(1)));
//
// Its end asserts that every spawned task has ended: a task still suspended then is a leak, or
// waits for what cannot come. Thread rule: one thread. Objects that use the world (services,
// streams, listeners) are destroyed before it.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/runtime.h"
#include "runtime/sim/blocking.h"
#include "runtime/sim/network.h"
#include "runtime/sim/process.h"
#include "runtime/sim/scheduler.h"
#include "runtime/sim/worker.h"

namespace aside::runtime {

struct SimOptions {
    std::uint64_t seed = 1;
    unsigned workers = 1;
    std::vector<std::string> hosts;  // the workers' own, in order; 127.0.0.1 where there is none
    std::uint64_t max_events = 200'000'000;  // more is a loop that never ends: the process is ended
};

class SimWorld final : public Runtime {
  public:
    explicit SimWorld(SimOptions options = {});
    ~SimWorld() override;
    SimWorld(const SimWorld&) = delete;

    // Of the first process, as SimOptions say.
    unsigned worker_count() const override { return home().worker_count(); }
    SimWorker& worker(unsigned index) override { return home().worker(index); }
    SimProcess& home() const { return *processes_.front(); }
    // Another process, on a host of its own or on one that there is.
    SimProcess& add_process(unsigned workers, const std::string& host);

    SteadyTime now() const { return scheduler_.now(); }
    WallTime wall_now() const { return wall_start_ + now().time_since_epoch() + wall_jump_; }
    void jump_wall(Duration by) { wall_jump_ += by; }  // steady time is not moved
    // The loop stands still for `span`, as under a long system call or a frozen process.
    void stall(Duration span) { scheduler_.stall(span); }

    // Starts a task on a worker, when its turn comes.
    void spawn(unsigned worker, Task<> task) { home().spawn(worker, std::move(task)); }
    // Runs until nothing is left to happen, timers included; false when that takes over `limit` of
    // virtual time.
    bool run_until_idle(Duration limit = std::chrono::hours(1));
    void run_for(Duration span);
    // Runs until `done()`, asked before each event; false when `limit` has passed or nothing is
    // left to happen.
    template <std::predicate Done>
    bool run_until(Done done, Duration limit = std::chrono::hours(1)) {
        const SteadyTime end = now() + limit;
        while (!done()) {
            if (!step_until(end)) return done();
        }
        return true;
    }
    // Runs one task to its end and gives what it returned. Ends the process when it has not ended
    // after `limit`.
    template <class T>
    T run(Task<T> task, unsigned worker = 0, Duration limit = std::chrono::hours(1)) {
        return run_on(home(), std::move(task), worker, limit);
    }
    void run(Task<> task, unsigned worker = 0, Duration limit = std::chrono::hours(1)) {
        run(tell_end(std::move(task)), worker, limit);
    }
    template <class T>
    T run_on(SimProcess& process, Task<T> task, unsigned worker = 0,
             Duration limit = std::chrono::hours(1)) {
        std::optional<T> result;
        process.spawn(worker, keep_result(std::move(task), result));
        if (!run_until([&] { return result.has_value(); }, limit)) die("a task does not end");
        return std::move(*result);
    }

    SimBlockingPool& blocking() { return blocking_; }
    SimNetwork& network() { return network_; }
    Scheduler& scheduler() { return scheduler_; }

    std::size_t running_tasks() const { return running_tasks_; }
    std::uint64_t trace_hash() const { return scheduler_.trace_hash(); }
    // "seed 7, 2 workers, 1.5 s, 1234 events, trace 0123456789abcdef": enough to repeat a run and
    // to see that it was the same.
    std::string describe() const;
    [[noreturn]] void die(std::string_view why) const;  // says why and the seed, then aborts

    void task_started() { ++running_tasks_; }
    void task_ended() { --running_tasks_; }

  private:
    template <class T>
    static Task<> keep_result(Task<T> task, std::optional<T>& result) {
        auto value = co_await task;
        result.emplace(std::move(value));
    }
    static Task<bool> tell_end(Task<> task) {
        co_await task;
        co_return true;
    }
    void add_worker(SimProcess& process, const std::string& host);
    // Runs one event due by `end`. False when there is none; then it is `end`, unless nothing at
    // all is left to happen.
    bool step_until(SteadyTime end);

    const SimOptions options_;
    const WallTime wall_start_;
    Duration wall_jump_{};
    Scheduler scheduler_;
    SimBlockingPool blocking_;
    SimNetwork network_;
    std::vector<std::unique_ptr<SimProcess>> processes_;
    int threads_ = 0;
    std::size_t running_tasks_ = 0;
};

}  // namespace aside::runtime
