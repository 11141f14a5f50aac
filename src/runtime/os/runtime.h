// The real world: one thread per worker, each with its own event loop, and a pool of threads for
// blocking calls.
//
//   auto runtime = OsRuntime::create({.workers = 2});
//   (*runtime)->start();
//   (*runtime)->worker(0).post([&] { worker.spawn(serve(worker)); });
//   …
//   (*runtime)->stop(std::chrono::seconds(10));   // from any thread, a signal's callback for one
//   (*runtime)->join();
//
// stop() does not end tasks: whoever owns them tells them (closes listeners and streams). The
// workers' threads end together when no task and no post is left, or when the limit has passed;
// tasks left then are never resumed nor destroyed. Thread rule: create, start, join and the
// destructor on one thread; stop from any. Before start(), worker methods may be called on that
// same thread (to listen, and hear of an error early).
#pragma once

#include <thread>
#include <vector>

#include "runtime/os/worker.h"
#include "runtime/runtime.h"

namespace aside::runtime {

struct OsRuntimeOptions {
    unsigned workers = 1;
    unsigned blocking_threads = 4;
    std::size_t blocking_queue_limit = 1024;  // jobs waiting for a thread
    std::uint64_t seed = 0;                   // of the workers' randomness; 0: from the system
    bool fine_timers = false;                 // EventLoop::wait_finely
};

class OsRuntime final : public Runtime {
  public:
    // Errors: those of the system when it is out of descriptors.
    static Result<std::unique_ptr<OsRuntime>> create(OsRuntimeOptions options = {});
    ~OsRuntime() override;
    OsRuntime(const OsRuntime&) = delete;

    unsigned worker_count() const override { return static_cast<unsigned>(workers_.size()); }
    OsWorker& worker(unsigned index) override { return *workers_[index]; }

    void start();
    void stop(Duration limit);
    // Waits for the threads; says how many tasks and posts were left behind.
    std::size_t join();

  private:
    explicit OsRuntime(const OsRuntimeOptions& options);

    SharedState shared_;
    std::vector<std::unique_ptr<OsWorker>> workers_;
    std::vector<std::thread> threads_;
};

}  // namespace aside::runtime
