#include "lab/sim/engine_fleet.h"

#include <algorithm>
#include <charconv>

#include "telemetry/metrics.h"

namespace aside::lab {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Duration kEndMax = seconds(60);
constexpr std::uint64_t kL1Bytes = 8ULL << 20;
// A replica may lag for so long (misfortunes), or be cut off until another is elected.
constexpr Duration kReplicaLagMax = seconds(4);

FleetBounds bounds_of(const FleetScenario& scenario) {
    if (scenario.bounds.unheard_within.count() > 0) return scenario.bounds;
    const auto& engine = scenario.engine;
    const Duration learning = engine.l1_max_age + scenario.lag + milliseconds(500);
    const auto& limits = engine.objects;
    return {.unheard_within = learning,
            .fresh_max = limits.fresh + limits.stale_while_revalidate + learning,
            .echo = learning + kReplicaLagMax};
}

}  // namespace

engine::EngineOptions fleet_engine_options() {
    engine::EngineOptions options;
    options.memory_capacity_bytes = kL1Bytes;
    options.absent_capacity_bytes = kL1Bytes / 8;
    options.objects = {seconds(6), seconds(6), std::chrono::hours(1)};
    options.index = {seconds(2), seconds(6), std::chrono::hours(1)};
    options.l1_max_age = seconds(1);
    options.absent_fresh = milliseconds(500);
    options.absent_versioned_fresh = milliseconds(200);
    options.origin_concurrency = 16;
    options.owed_fills_max = 64;
    return options;
}

// One process.
struct EngineFleet::Process {
    Process(EngineFleet& fleet, unsigned number, engine::EngineOptions options)
        : all(fleet.world),
          own(fleet.scenario_.apart
                  ? fleet.world.add_process(fleet.scenario_.workers, host_of(number))
                  : fleet.world.home()),
          workers(fleet.scenario_.apart ? static_cast<runtime::Runtime&>(own) : all),
          registry(fleet.world.worker_count()),
          origin(fleet.origin),
          redis(options_of(fleet), workers, registry, &passwords, nullptr),
          tier(redis),
          engine(options, workers.worker_count(), origin, origin, registry, &tier) {}
    static redis::TierOptions options_of(EngineFleet& fleet) {
        redis::TierOptions options = fleet.tier_options();
        options.dialling = fleet.scenario_.dialling;
        return options;
    }

    ClientWorkers all;
    runtime::SimProcess& own;
    runtime::Runtime& workers;
    OnePassword passwords;
    telemetry::Registry registry;
    ProcessOrigin origin;
    redis::RedisTier redis;
    WatchedTier tier;
    engine::Engine engine;
};

EngineFleet::EngineFleet(std::uint64_t seed, FleetScenario scenario)
    : SimBed(seed, scenario.workers, scenario.shape),
      origin(world, scenario.objects, scenario.items, scenario.lag),
      judge(cluster.truth(), origin, bounds_of(scenario)),
      seed_(seed),
      scenario_(std::move(scenario)),
      writing_(origin.things()) {
    for (unsigned i = 0; i < scenario_.processes; ++i) {
        engine::EngineOptions options = scenario_.engine;
        options.seed = seed_ * 100 + i;  // hashes differ from process to process
        processes_.push_back(std::make_unique<Process>(*this, i, options));
    }
}

EngineFleet::~EngineFleet() = default;

engine::Engine& EngineFleet::engine(unsigned process) {
    return processes_[process]->engine;
}
runtime::SimProcess& EngineFleet::process(unsigned process) {
    return processes_[process]->own;
}
WatchedTier& EngineFleet::tier(unsigned process) {
    return processes_[process]->tier;
}
const telemetry::Registry& EngineFleet::registry(unsigned process) const {
    return processes_[process]->registry;
}

double EngineFleet::metric(unsigned process, std::string_view name) const {
    const std::string page = processes_[process]->registry.render();
    const std::string line = "\n" + std::string(name) + " ";
    const auto at = page.find(line);
    if (at == std::string::npos) world.die("no metric " + std::string(name));
    double value = 0;
    std::from_chars(page.data() + at + line.size(), page.data() + page.size(), value);
    return value;
}

WatchedTier::Counts EngineFleet::l2_counts() const {
    WatchedTier::Counts sum;
    for (const auto& process : processes_) sum.add(process->tier.counts);
    return sum;
}

void EngineFleet::start() {
    cluster.start();
    world.run_for(seconds(10));  // times before now are times
    for (const auto& process : processes_) process->redis.start(process->engine);
    world.run_for(seconds(1));
}

void EngineFleet::read_everything() {
    unsigned left = 0;
    for (unsigned process = 0; process < processes(); ++process) {
        for (ThingNumber thing = 0; thing < origin.things(); ++thing) {
            ++left;
            const auto worker = static_cast<unsigned>(thing % scenario_.workers);
            this->process(process).spawn(worker, read_and_count(process, worker, thing, left));
        }
        world.run_for(milliseconds(50));
    }
    if (!world.run_until([&] { return left == 0; }, kEndMax)) {
        judge.problem(std::to_string(left) + " reads never ended");
        world.die("reads never end");
    }
}

// Bounds that hold at any moment.
void EngineFleet::check_bounds() {
    for (unsigned i = 0; i < processes(); ++i) {
        const Process& process = *processes_[i];
        const auto most = std::max(process.origin.index.most, process.origin.objects.most);
        if (most > scenario_.engine.origin_concurrency)
            judge.problem(std::to_string(most) + " loads of one store at a time");
        const double owed = metric(i, "aside_owed_fills");
        if (owed > scenario_.engine.owed_fills_max)
            judge.problem(std::to_string(owed) + " fills are owed");
    }
}

// L2 says again what it knows, to everybody.
void EngineFleet::check_recovered() {
    if (!cluster.converged()) judge.problem("the simulated cluster did not converge");
    const auto before = l2_counts();
    read_everything();
    const auto after = l2_counts();
    if (!scenario_.must_recover || after.unknowns == before.unknowns) return;
    judge.problem("not recovered: " + std::to_string(after.unknowns - before.unknowns) +
                  " unknowns");
    for (const auto& process : processes_) say(process->redis.status_json());
}

void EngineFleet::check_left_over() {
    for (const auto& process : processes_) {
        const std::string status = process->engine.status_json();
        if (!status.ends_with("\"flights\":0")) judge.problem("left over: " + status);
        if (process->engine.lent_bytes() != 0) judge.problem("bytes are lent for ever");
        if (process->tier.under_way != 0) judge.problem("reads of L2 never completed");
        if (process->origin.index.now + process->origin.objects.now != 0)
            judge.problem("loads never ended");
    }
}

FleetOutcome EngineFleet::end() {
    for (const auto& process : processes_) process->redis.stop();
    world.run_for(seconds(1));
    cluster.stop();
    if (!world.run_until_idle(kEndMax)) judge.problem("something never ends");
    check_left_over();
    for (const auto& violation : cluster.truth().violations())
        judge.problem("violation: " + violation);
    return outcome();
}

FleetOutcome EngineFleet::run() {
    start();
    start_load();
    world.run_for(scenario_.warm_up);
    bool done = !scenario_.misfortunes;
    if (!done) {
        world.spawn(cluster.worker().index(), finish_after(scenario_.misfortunes(*this), done));
    }
    const SteadyTime last = world.now() + scenario_.misfortunes_max;
    while (!done && world.now() < last) {
        world.run_for(milliseconds(500));
        check_bounds();
    }
    if (!done) world.die("the misfortunes never end");
    put_right();
    world.run_for(quiet);
    check_bounds();
    stop_load();
    check_recovered();
    return end();
}

namespace {

std::string seconds_text(SteadyTime at) {
    if (at == SteadyTime::min()) return "no time";
    return std::to_string(std::chrono::duration<double>(at.time_since_epoch()).count()) + " s";
}

std::string to_string(const WatchedTier::Counts& counts) {
    std::string text =
        "L2: hits " + std::to_string(counts.hits) + " (" + std::to_string(counts.by_replica) +
        " by replicas), misses " + std::to_string(counts.misses) + ", fills " +
        std::to_string(counts.fills_stored) + " of " + std::to_string(counts.fills) + ", leases " +
        std::to_string(counts.leases_won) + " of " + std::to_string(counts.leases) + " (" +
        std::to_string(counts.leases_unavailable) + " unavailable, the last at " +
        seconds_text(counts.unleased_at) + "), unknown " + std::to_string(counts.unknowns);
    for (std::size_t i = 0; i < kUnknownReasons; ++i) {
        if (counts.reasons[i] == 0) continue;
        text += ", " + std::string(name_of(static_cast<UnknownReason>(i))) + " " +
                std::to_string(counts.reasons[i]);
    }
    if (counts.unknowns > 0) text += ", the last at " + seconds_text(counts.unknown_at);
    return text;
}

}  // namespace

FleetOutcome EngineFleet::outcome() const {
    FleetOutcome outcome{.problems = judge.problems(),
                         .tally = judge.tally,
                         .l2 = l2_counts(),
                         .origin_loads = origin.total,
                         .text = {}};
    unsigned most = 0;
    for (const auto& [name, count] : origin.loads) {
        if (!name.starts_with("never")) most = std::max(most, count);
    }
    outcome.text = "seed " + std::to_string(seed_) + ", fleet " + std::string(scenario_.name) +
                   " (" + world.describe() + ")\n  " + lab::to_string(judge.tally) + "\n  " +
                   to_string(outcome.l2) + "\n  origin loads " + std::to_string(origin.total) +
                   " of " + std::to_string(origin.loads.size()) + " generations, " +
                   std::to_string(origin.confirmed) + " confirmed, at most " +
                   std::to_string(most) + " of one\n";
    for (const auto& problem : outcome.problems) outcome.text += "  PROBLEM " + problem + "\n";
    if (!outcome.problems.empty()) outcome.text += told;
    return outcome;
}

}  // namespace aside::lab
