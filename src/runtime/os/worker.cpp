#include "runtime/os/worker.h"

#include <chrono>

#include <pthread.h>

#include "runtime/os/connect.h"

namespace aside::runtime {

void SharedState::work_ends() {
    // seq_cst on both flags: either this sees `stopping`, or the workers' next turn sees no work.
    if (work.fetch_sub(1) != 1 || !stopping.load()) return;
    for (OsWorker* worker : workers) worker->loop().wake();
}

OsWorker::OsWorker(SharedState& shared, unsigned index, std::uint64_t seed,
                   std::unique_ptr<EventLoop> loop)
    : shared_(shared), index_(index), random_(seed), loop_(std::move(loop)) {}

WallTime OsWorker::wall_now() const {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

void OsWorker::put_clock_forward(Duration by) {
    EventLoop::put_clock_forward(by);
    for (OsWorker* worker : shared_.workers) worker->loop().wake();
}

void OsWorker::post(Callback call) {
    shared_.work_begins();
    loop_->post([this, call = std::move(call)]() mutable {
        call();
        shared_.work_ends();
    });
}

void OsWorker::spawn(Task<void> task) {
    shared_.work_begins();
    run_detached(std::move(task), [&shared = shared_] { shared.work_ends(); });
}

std::unique_ptr<Timer> OsWorker::make_timer(Callback fired) {
    return std::make_unique<OsTimer>(loop_->timers(), std::move(fired));
}

Result<std::unique_ptr<Listener>> OsWorker::listen(const Endpoint& endpoint) {
    return listen_on(*loop_, shared_.listening, endpoint);
}

Task<Result<std::unique_ptr<Stream>>> OsWorker::connect(Endpoint endpoint, SteadyTime deadline,
                                                        ConnectOptions options) {
    return connect_to(*this, *loop_, shared_.tls, std::move(endpoint), deadline,
                      std::move(options));
}

void OsWorker::run() {
    ::pthread_setname_np(::pthread_self(), ("aside-work-" + std::to_string(index_)).c_str());
    loop_->run([this] {
        if (!shared_.stopping.load(std::memory_order_relaxed)) return false;
        return given_up_ || shared_.work.load() == 0;
    });
    last_call_.reset();
}

void OsWorker::give_up_after(Duration span) {
    last_call_ = make_timer([this] {
        given_up_ = true;
        loop_->wake();
    });
    last_call_->arm(now() + span);
}

}  // namespace aside::runtime
