#include "lab/sim/scenario.h"

#include <algorithm>

#include "redis/link/dial_budget.h"
#include "redis/redis_tier.h"
#include "telemetry/metrics.h"

namespace aside::lab {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Duration kEndMax = seconds(30);
constexpr Duration kMisfortunesMax = seconds(120);

struct HeardEvents final : RemoteEvents {
    std::uint64_t invalidated = 0, unheard = 0, writable = 0;
    void key_invalidated(runtime::Worker&, RemoteKey) override { ++invalidated; }
    void slots_unheard(runtime::Worker&, SlotRange) override { ++unheard; }
    void slots_writable(runtime::Worker&, SlotRange) override { ++writable; }
};

}  // namespace

// One process: its tier and its load.
struct ScenarioBed::Process {
    Process(ScenarioBed& bed, unsigned number)
        : workers(bed.world),
          options(bed.tier_options()),
          registry(bed.world.worker_count()),
          tier(options, workers, registry, &passwords, nullptr),
          load(bed.world, tier, bed.origin_, bed.verifier_, bed.scenario_.load,
               bed.seed_ * 1000 + number) {}

    ClientWorkers workers;
    OnePassword passwords;
    HeardEvents events;
    redis::TierOptions options;
    telemetry::Registry registry;
    redis::RedisTier tier;
    LoadSource load;
};

ScenarioBed::ScenarioBed(std::uint64_t seed, const Scenario& scenario)
    : SimBed(seed, scenario.load.workers, scenario.shape),
      seed_(seed),
      scenario_(scenario),
      origin_(scenario.load.keys),
      verifier_(cluster.truth(), origin_, std::string(kSimKeyPrefix)),
      dial_tokens_(0) {
    for (unsigned i = 0; i < scenario.processes; ++i) {
        processes_.push_back(std::make_unique<Process>(*this, i));
        dial_tokens_ += processes_.back()->options.dial_burst;
    }
    watch_dials();
}

ScenarioBed::~ScenarioBed() = default;

void ScenarioBed::watch_dials() {
    world.network().on_connect = [this](const runtime::SimWorker&, const runtime::Endpoint& to,
                                        const runtime::ConnectOptions&) {
        if (to.host.empty() || to.host == "?" || to.port == 0) {
            verifier_.problem("a dial of " + to_string(to));
        }
        const auto& options = processes_.front()->options;
        const auto count = static_cast<double>(processes_.size());
        const std::chrono::duration<double> passed = world.now() - dialled_at_;
        dialled_at_ = world.now();
        ++dials_;
        dial_tokens_ = std::min(options.dial_burst * count,
                                dial_tokens_ + passed.count() * options.dials_per_second * count) -
                       1;
        if (dial_tokens_ < -count) verifier_.problem("more dials than the budget allows");
    };
    world.network().on_refused = [this](const runtime::Endpoint&) {
        dial_tokens_ += 1 - redis::DialBudget::kRefusedCost;
    };
}

void ScenarioBed::check_bounds() {
    const auto& options = processes_.front()->options;
    const std::uint32_t per_process = options.connections_per_node != 0
                                          ? options.connections_per_node
                                          : scenario_.load.workers + 3;
    const std::size_t limit = per_process * processes_.size();
    for (NodeIndex index = 0; index < cluster.size(); ++index) {
        SimRedisNode& node = cluster.node(index);
        const bool notices = node.responsive() && node.core().states.delay.count() == 0 &&
                             !node.core().writes_paused;
        if (notices && node.connections() > limit) {
            verifier_.problem(std::to_string(node.connections()) + " connections to " +
                              node.at().host + ", limit " + std::to_string(limit));
        }
    }
}

bool ScenarioBed::load_ended() const {
    return std::ranges::all_of(processes_,
                               [](const auto& process) { return process->load.ended(); });
}

namespace {

runtime::Task<> read_one(runtime::Worker& worker, RemoteTier& tier, Verifier& verifier,
                         std::size_t key, unsigned& left) {
    std::string bytes;
    const RemoteKey name = LoadSource::key_of(key, bytes);
    const SteadyTime deadline = worker.now() + seconds(1);
    const auto asked = verifier.asked(key, name, deadline, worker.now());
    const RemoteAnswer& answer = co_await read_remote(tier, worker, name, deadline);
    verifier.answered(asked, answer, worker.now());
    --left;
}

}  // namespace

// Every key once from every process: nothing may be unknown any more.
void ScenarioBed::read_everything() {
    const Tally before = verifier_.tally;
    verifier_.tally = {};
    unsigned left = 0;
    for (const auto& process : processes_) {
        for (std::size_t key = 0; key < scenario_.load.keys; ++key) {
            ++left;
            const auto worker = static_cast<unsigned>(key % scenario_.load.workers);
            world.spawn(worker,
                        read_one(world.worker(worker), process->tier, verifier_, key, left));
        }
        world.run_for(milliseconds(20));
    }
    if (!world.run_until([&] { return left == 0; }, kEndMax)) {
        verifier_.problem(std::to_string(left) + " reads never completed after the quiet");
    }
    after_ = verifier_.tally;
    verifier_.tally = before;
    if (scenario_.must_recover && after_.unknowns > 0) {
        verifier_.problem("not recovered: " + to_string(after_));
        for (const auto& process : processes_) say(process->tier.status_json());
    }
}

Outcome ScenarioBed::run() {
    cluster.start();
    for (const auto& process : processes_) {
        process->tier.start(process->events);
        process->load.start();
    }
    world.run_for(scenario_.warm_up);
    bool done = !scenario_.misfortunes;
    if (!done) {
        world.spawn(cluster.worker().index(), finish_after(scenario_.misfortunes(*this), done));
    }
    const SteadyTime end = world.now() + kMisfortunesMax;
    while (!done && world.now() < end) {
        world.run_for(milliseconds(100));
        check_bounds();
    }
    if (!done) world.die("the misfortunes never end");
    put_right();
    world.run_for(quiet);
    check_bounds();
    if (!cluster.converged()) verifier_.problem("the simulated cluster did not converge");
    for (const auto& process : processes_) process->load.stop();
    if (!world.run_until([&] { return load_ended(); }, kEndMax)) {
        verifier_.problem("the load never ends");
    }
    for (const auto& process : processes_) process->load.check_completions();
    read_everything();
    for (const auto& process : processes_) process->tier.stop();
    world.run_for(seconds(1));
    cluster.stop();
    world.run_until_idle(kEndMax);
    for (const auto& violation : cluster.truth().violations()) {
        verifier_.problem("violation: " + violation);
    }
    return outcome();
}

Outcome ScenarioBed::outcome() const {
    Outcome outcome{.seed = seed_,
                    .problems = verifier_.problems(),
                    .tally = verifier_.tally,
                    .after = after_,
                    .text = {}};
    outcome.text = "seed " + std::to_string(seed_) + ", scenario " + std::string(scenario_.name) +
                   " (" + world.describe() + ")\n  " + to_string(verifier_.tally) + ", dials " +
                   std::to_string(dials_) + "\n";
    for (const auto& problem : outcome.problems) outcome.text += "  PROBLEM " + problem + "\n";
    if (!outcome.problems.empty()) outcome.text += told;
    return outcome;
}

Outcome run_scenario(std::uint64_t seed, const Scenario& scenario) {
    ScenarioBed bed(seed, scenario);
    return bed.run();
}

}  // namespace aside::lab
