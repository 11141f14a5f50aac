// Many processes, of each only its Redis tier and a reader of it, before one simulated cluster; and
// when they dialled.
//
// Thread rule: one thread. Ownership: a crowd owns its processes; DialTimes borrows it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "lab/sim/sim_bed.h"
#include "lab/sim/test_arguments_fixture.h"
#include "redis/link/dial_budget.h"
#include "redis/redis_tier.h"

namespace aside::lab {

inline constexpr unsigned kProcesses = 200;

struct Deaf final : RemoteEvents {
    void key_invalidated(runtime::Worker&, RemoteKey) override {}
    void slots_unheard(runtime::Worker&, SlotRange) override {}
    void slots_writable(runtime::Worker&, SlotRange) override {}
};

// One process: a tier, and a reader of it.
struct TierProcess {
    explicit TierProcess(SimBed& bed, redis::Dialling dialling = redis::Dialling::eager)
        : workers(bed.world),
          options(options_of(bed, dialling)),
          registry(bed.world.worker_count()),
          tier(options, workers, registry, &passwords, nullptr) {
        tier.start(events);
    }
    static redis::TierOptions options_of(SimBed& bed, redis::Dialling dialling) {
        redis::TierOptions options = bed.tier_options();
        options.dialling = dialling;
        return options;
    }
    std::uint64_t counted(const char* name) { return registry.counter(name, "").value(); }
    std::uint64_t dials() { return counted("aside_l2_dials_total"); }
    // What they cost of the budget where all that failed were refused.
    double dial_tokens() {
        const auto failed = static_cast<double>(counted("aside_l2_dials_failed_total"));
        return static_cast<double>(dials()) - (1 - redis::DialBudget::kRefusedCost) * failed;
    }
    std::uint64_t rounds() { return counted("aside_l2_refresh_rounds_total"); }

    ClientWorkers workers;
    OnePassword passwords;
    Deaf events;
    redis::TierOptions options;
    telemetry::Registry registry;
    redis::RedisTier tier;
    bool stopping = false, ended = false;
    std::uint64_t known = 0, unknown = 0;
};

struct TierCrowd : SimBed {
    TierCrowd(unsigned count, ClusterShape shape)
        : SimBed(argument("first_seed", 1), 1, std::move(shape)) {
        cluster.start();
        world.run_for(std::chrono::seconds(1));
        for (unsigned i = 0; i < count; ++i) processes.push_back(begin());
    }
    ~TierCrowd() {
        for (auto& process : processes) stop(*process);
        world.run_for(std::chrono::seconds(2));
        cluster.stop();
        world.run_until_idle();
    }

    std::unique_ptr<TierProcess> begin() {
        auto process = std::make_unique<TierProcess>(*this);
        world.spawn(0, read(*process, random.next()));
        return process;
    }
    void stop(TierProcess& process) {
        process.stopping = true;
        process.tier.stop();
    }

    runtime::Task<> read(TierProcess& process, std::uint64_t seed) {
        Random chance(seed);
        runtime::Worker& worker = world.worker(0);
        while (!process.stopping) {
            co_await sleep_for(worker, std::chrono::milliseconds(chance.below(400)));
            if (process.stopping) break;
            const std::string name = "obj-" + std::to_string(chance.below(100));
            const RemoteAnswer& answer =
                co_await read_remote(process.tier, worker, {ValueKind::object, name},
                                     worker.now() + std::chrono::milliseconds(500));
            ++(answer.state == RemoteState::unknown ? process.unknown : process.known);
        }
        process.ended = true;
    }
    std::uint64_t dials() {
        std::uint64_t sum = 0;
        for (auto& process : processes) sum += process->dials();
        for (auto& process : gone) sum += process->dials();
        return sum;
    }

    std::vector<std::unique_ptr<TierProcess>> processes, gone;
};

// The times of all dials, or of those of one host, from its making to its end.
class DialTimes {
  public:
    explicit DialTimes(SimBed& bed, const std::string& host = {}) : network_(bed.world.network()) {
        network_.on_connect = [this, &bed, host](const runtime::SimWorker&,
                                                 const runtime::Endpoint& to,
                                                 const runtime::ConnectOptions&) {
            if (host.empty() || to.host == host) times_.push_back(bed.world.now());
        };
    }
    ~DialTimes() { network_.on_connect = nullptr; }
    DialTimes(const DialTimes&) = delete;

    std::size_t count() const { return times_.size(); }
    // Of any time of this length, the one with the most.
    std::size_t most_within(Duration span) const {
        std::size_t most = 0, first = 0;
        for (std::size_t last = 0; last < times_.size(); ++last) {
            while (times_[last] - times_[first] >= span) ++first;
            most = std::max(most, last - first + 1);
        }
        return most;
    }

  private:
    runtime::SimNetwork& network_;
    std::vector<SteadyTime> times_;
};

}  // namespace aside::lab
