// A load on as many threads as are wanted, from the outside: begun, looked at, ended.
//
//   auto run = BenchRun::create(plan);
//   (*run)->start();
//   while (!(*run)->ended()) …          // recent(), stop(), abandon()
//   LoadRecord record = (*run)->finish();
//
// Thread rule: one thread, which is no worker. Ownership: borrows the plan. Errors: those of the
// system when it is out of descriptors.
#pragma once

#include <atomic>

#include "cli/bench_plan.h"
#include "lab/load/load_recorder.h"
#include "runtime/os/runtime.h"

namespace aside::cli {

class BenchRun {
  public:
    static Result<std::unique_ptr<BenchRun>> create(const BenchPlan& plan);

    void start();
    bool ended() const { return running_.load() == 0; }
    // What ended since this was called last.
    lab::load::LoadFigures recent();
    void stop();     // nothing more becomes due
    void abandon();  // nothing more is waited for
    lab::load::LoadRecord finish();

  private:
    struct Part {
        std::optional<lab::load::CdnModel> cdn;
        lab::load::LoadRecorder recorder;
        lab::load::LoadRun run;
        Part(runtime::Worker& worker, const BenchPlan& plan, unsigned index);
    };
    BenchRun(const BenchPlan& plan, std::unique_ptr<runtime::OsRuntime> runtime);
    runtime::Task<> run_part(unsigned index);
    void on_each(void (lab::load::LoadRun::*what)());

    const BenchPlan& plan_;
    const std::unique_ptr<runtime::OsRuntime> runtime_;
    std::vector<std::unique_ptr<Part>> parts_;  // one a worker
    std::atomic<unsigned> running_;
    Duration cpu_before_{};
};

}  // namespace aside::cli
