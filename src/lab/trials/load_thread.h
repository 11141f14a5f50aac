// The thread from which a trial's load leaves: nothing else runs there, so that it is late for no
// reason of its own.
//
// Thread rule: made, used and destroyed on one thread that is no worker's. Ownership: owns the runs
// it was given settings for; each has ended before it is destroyed.
#pragma once

#include <memory>
#include <vector>

#include "lab/load/load_run.h"
#include "runtime/os/run_task.h"

namespace aside::lab::trials {

class LoadThread {
  public:
    static Result<std::unique_ptr<LoadThread>> start();
    ~LoadThread();
    LoadThread(const LoadThread&) = delete;

    // Begins at once; gives the number of the run.
    std::size_t begin(load::LoadSettings settings, load::ExchangeObserver& observer);
    void stop(std::size_t run);
    void await_end(std::size_t run);
    // Of one that has ended: the requests that were due.
    std::uint64_t requests(std::size_t run) const { return runs_[run]->counts().due; }

  private:
    explicit LoadThread(std::unique_ptr<runtime::OsRuntime> runtime)
        : runtime_(std::move(runtime)) {}
    template <class Call>
    void on_worker(Call call);

    std::unique_ptr<runtime::OsRuntime> runtime_;
    std::vector<std::unique_ptr<load::LoadRun>> runs_;
};

}  // namespace aside::lab::trials
