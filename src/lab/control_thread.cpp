#include "lab/control_thread.h"

namespace aside::lab {

namespace {

runtime::Task<> nap(runtime::Worker& worker, Duration span) {
    co_await runtime::sleep_for(worker, span);
}

}  // namespace

Result<std::unique_ptr<ControlThread>> ControlThread::start() {
    auto created = runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1});
    if (!created) return fail(std::move(created.error()));
    (*created)->start();
    return std::unique_ptr<ControlThread>(new ControlThread(std::move(*created)));
}

ControlThread::ControlThread(std::unique_ptr<runtime::OsRuntime> runtime)
    : runtime_(std::move(runtime)) {
    on_worker([this] { stalls_ = std::make_unique<MachineStalls>(worker()); });
}

ControlThread::~ControlThread() {
    on_worker([this] { stalls_.reset(); });
    runtime_->stop(std::chrono::seconds(5));
    runtime_->join();
}

void ControlThread::pause(Duration span) {
    run([span](runtime::Worker& worker) { return nap(worker, span); });
}

SteadyTime ControlThread::now() {
    SteadyTime now{};
    on_worker([&] { now = worker().now(); });
    return now;
}

}  // namespace aside::lab
