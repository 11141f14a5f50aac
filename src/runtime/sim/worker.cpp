#include "runtime/sim/worker.h"

#include "runtime/sim/network.h"
#include "runtime/sim/process.h"
#include "runtime/sim/world.h"

namespace aside::runtime {

namespace {

class SimTimer final : public Timer {
  public:
    SimTimer(SimWorker& worker, Callback fired)
        : worker_(worker), fired_(std::make_shared<Callback>(std::move(fired))) {}
    ~SimTimer() override { ticket_.revoke(); }

    void arm(SteadyTime when) override {
        worker_.check_thread("Timer::arm");
        ticket_.revoke();
        if (when == kNever) return;
        // The event holds the callback too: a timer may be destroyed from inside it.
        worker_.world().scheduler().at(
            worker_.process().world_time(when), worker_.thread(), EventKind::timer,
            [fired = fired_] { (*fired)(); }, ticket_);
    }
    void disarm() override {
        worker_.check_thread("Timer::disarm");
        ticket_.revoke();
    }

  private:
    SimWorker& worker_;
    std::shared_ptr<Callback> fired_;
    Ticket ticket_;
};

}  // namespace

void SimWorker::check_thread(std::string_view what) const {
    const int context = world_.scheduler().context();
    if (context == kOutside || context == thread_) return;
    check_failed(std::string(what) + " of worker " + std::to_string(thread_) +
                 " called on another thread (" + std::to_string(context) + ")");
}

void SimWorker::check_failed(std::string_view what) const {
    world_.die(what);
}

SteadyTime SimWorker::now() const {
    return process_.now();
}
WallTime SimWorker::wall_now() const {
    return world_.wall_now();
}
void SimWorker::put_clock_forward(Duration by) {
    process_.put_clock_forward(by);
}

Random& SimWorker::random() {
    check_thread("random");
    return random_;
}

void SimWorker::post(Callback call) {
    world_.scheduler().at(world_.now(), thread_, EventKind::post, std::move(call));
}

void SimWorker::spawn(Task<void> task) {
    check_thread("spawn");
    world_.task_started();
    run_detached(std::move(task), [&world = world_] { world.task_ended(); });
}

std::unique_ptr<Timer> SimWorker::make_timer(Callback fired) {
    check_thread("make_timer");
    return std::make_unique<SimTimer>(*this, std::move(fired));
}

Result<std::unique_ptr<Listener>> SimWorker::listen(const Endpoint& endpoint) {
    check_thread("listen");
    return world_.network().listen(*this, endpoint);
}

Task<Result<std::unique_ptr<Stream>>> SimWorker::connect(Endpoint endpoint, SteadyTime deadline,
                                                         ConnectOptions options) {
    check_thread("connect");
    return world_.network().connect(*this, std::move(endpoint), process_.world_time(deadline),
                                    std::move(options));
}

BlockingPool& SimWorker::blocking() {
    return world_.blocking();
}

}  // namespace aside::runtime
