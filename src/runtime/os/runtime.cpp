#include "runtime/os/runtime.h"

#include "runtime/os/entropy.h"

namespace aside::runtime {

OsRuntime::OsRuntime(const OsRuntimeOptions& options)
    : shared_(options.blocking_threads, options.blocking_queue_limit) {}

Result<std::unique_ptr<OsRuntime>> OsRuntime::create(OsRuntimeOptions options) {
    Random seeds(options.seed != 0 ? options.seed : draw_seed());
    std::unique_ptr<OsRuntime> runtime(new OsRuntime(options));
    for (unsigned i = 0; i < options.workers; ++i) {
        auto loop = EventLoop::create();
        if (!loop) return fail(std::move(loop.error()));
        if (options.fine_timers) (*loop)->wait_finely();
        runtime->workers_.push_back(
            std::make_unique<OsWorker>(runtime->shared_, i, seeds.next(), std::move(*loop)));
        runtime->shared_.workers.push_back(runtime->workers_.back().get());
    }
    return runtime;
}

OsRuntime::~OsRuntime() {
    if (!threads_.empty()) {
        stop(Duration::zero());
        join();
    }
    // Its last jobs may still post to workers.
    shared_.blocking.stop();
}

void OsRuntime::start() {
    for (auto& worker : workers_) threads_.emplace_back([&worker] { worker->run(); });
}

void OsRuntime::stop(Duration limit) {
    shared_.work_begins();  // no worker may end before all have been told
    shared_.stopping.store(true);
    for (auto& worker : workers_) {
        worker->post([&worker, limit] { worker->give_up_after(limit); });
    }
    shared_.work_ends();
}

std::size_t OsRuntime::join() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    return static_cast<std::size_t>(shared_.work.load());
}

}  // namespace aside::runtime
