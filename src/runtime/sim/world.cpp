#include "runtime/sim/world.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace aside::runtime {

namespace {

// Each part of the world draws from its own stream, so that one more draw here changes nothing
// there.
enum SeedUse : std::uint64_t { kSchedule = 1, kBlocking, kWires, kFirstWorker };

std::uint64_t derived(std::uint64_t seed, std::uint64_t use) {
    return Random(seed ^ (use * 0x9e3779b97f4a7c15ULL)).next();
}

// 2024-01-01T00:00:00Z: a wall clock nobody can take for the steady one.
constexpr WallTime kWallStart{std::chrono::seconds(1'704'067'200)};

}  // namespace

SimWorld::SimWorld(SimOptions options)
    : options_(options),
      wall_start_(kWallStart),
      scheduler_(derived(options.seed, kSchedule)),
      blocking_(scheduler_, derived(options.seed, kBlocking)),
      network_(scheduler_, derived(options.seed, kWires)) {
    processes_.push_back(std::make_unique<SimProcess>(*this, 0));
    for (unsigned i = 0; i < options.workers; ++i) {
        const std::string host = i < options_.hosts.size() ? options_.hosts[i] : "127.0.0.1";
        add_worker(home(), host);
    }
}

void SimWorld::add_worker(SimProcess& process, const std::string& host) {
    process.add_worker(host, derived(options_.seed, kFirstWorker + std::uint64_t(threads_++)));
}

SimProcess& SimWorld::add_process(unsigned workers, const std::string& host) {
    processes_.push_back(std::make_unique<SimProcess>(*this, threads_));
    for (unsigned i = 0; i < workers; ++i) add_worker(*processes_.back(), host);
    return *processes_.back();
}

SimWorld::~SimWorld() {
    if (running_tasks_ != 0) {
        die(std::to_string(running_tasks_) + " spawned tasks never ended");
    }
    scheduler_.drop_all();
}

bool SimWorld::step_until(SteadyTime end) {
    const SteadyTime due = scheduler_.next_due();
    if (due > end) {
        if (due != kNever) scheduler_.advance_to(end);
        return false;
    }
    if (scheduler_.events_run() >= options_.max_events) die("over max_events: a loop never ends");
    scheduler_.step();
    return true;
}

bool SimWorld::run_until_idle(Duration limit) {
    const SteadyTime end = now() + limit;
    while (step_until(end)) {
    }
    return scheduler_.next_due() == kNever;
}

void SimWorld::run_for(Duration span) {
    const SteadyTime end = now() + span;
    while (step_until(end)) {
    }
    scheduler_.advance_to(end);
}

std::string SimWorld::describe() const {
    char text[160];
    const double seconds = std::chrono::duration<double>(now().time_since_epoch()).count();
    std::snprintf(text, sizeof text,
                  "seed %" PRIu64 ", %u workers, %.6f s, %" PRIu64 " events, trace %016" PRIx64,
                  options_.seed, worker_count(), seconds, scheduler_.events_run(), trace_hash());
    return text;
}

void SimWorld::die(std::string_view why) const {
    std::fprintf(stderr, "simulated world: %.*s (%s)\n", static_cast<int>(why.size()), why.data(),
                 describe().c_str());
    std::abort();
}

}  // namespace aside::runtime
