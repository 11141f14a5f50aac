#include "cli/plan_watch.h"

#include <atomic>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/plan_servers.h"
#include "cli/token_file.h"
#include "cli/watch_page.h"
#include "runtime/os/process.h"
#include "sizing/need_now.h"
#include "sizing/shard_wish.h"

namespace aside::cli {

namespace {

constexpr Duration kEnd = std::chrono::seconds(1);
constexpr double kHalfLifeSeconds = 30 * 60;

// What is told, read by the page's worker while the main thread looks. Shards that are wanted or
// there are not told before they are known: who follows them would take a zero for a number.
struct Told {
    std::atomic<double> wanted{0}, shards{0};
    std::atomic<double> memory{0}, network{0}, commands{0}, up{0};
};

void register_wanted(telemetry::Registry& registry, const Told& told) {
    registry.gauge("aside_shards_wanted", "Shards that L2 should have", {},
                   [&told] { return told.wanted.load(); });
}

void register_shards(telemetry::Registry& registry, const Told& told) {
    registry.gauge("aside_shards", "Shards that L2 has", {},
                   [&told] { return told.shards.load(); });
}

void register_gauges(telemetry::Registry& registry, const Told& told) {
    constexpr const char* kNeeded = "Shards that L2 needs now, by each of a node's limits";
    registry.gauge("aside_shards_needed", kNeeded, {{"wall", "memory"}},
                   [&told] { return told.memory.load(); });
    registry.gauge("aside_shards_needed", kNeeded, {{"wall", "network"}},
                   [&told] { return told.network.load(); });
    registry.gauge("aside_shards_needed", kNeeded, {{"wall", "commands"}},
                   [&told] { return told.commands.load(); });
    registry.gauge("aside_watch_up", "The last look at the servers went well", {},
                   [&told] { return told.up.load(); });
}

class Watch {
  public:
    Watch(const PlanFlags& flags, const sizing::Assumptions& assumptions, sizing::Wanted wanted,
          PlanServers servers, Told& told, telemetry::Registry& registry)
        : site_(plan_site(flags)),
          assumptions_(assumptions),
          wanted_(std::move(wanted)),
          servers_(std::move(servers)),
          told_(told),
          registry_(registry),
          shards_given_(flags.shards > 0) {
        if (shards_given_) tell_shards(flags.shards);
    }

    // One look; tells what changed.
    void look() {
        auto looks = servers_.look();
        const SteadyTime now = servers_.now();
        if (!looks) return unwell(looks.error());
        auto curve = curve_of(*looks);
        if (!curve) return unwell(curve.error());
        const bool was_up = told_.up.exchange(1) != 0;
        if (!was_up) print("aside: the servers answer\n");
        if (!shards_given_) tell_shards(shards_there(*looks));
        if (before_ && now > before_at_) observe(now, *looks, std::move(*curve));
        before_ = std::move(*looks);
        before_at_ = now;
    }

  private:
    void tell_shards(unsigned shards) {
        if (shards > 0 && told_.shards.exchange(shards) == 0) register_shards(registry_, told_);
    }
    // False: it is what was told last.
    bool tell_wanted(unsigned shards) {
        const double before = told_.wanted.exchange(shards);
        if (before == 0) register_wanted(registry_, told_);
        return before != shards;
    }

    void observe(SteadyTime now, const std::vector<ServerLook>& looks,
                 sizing::MissRatioCurve curve) {
        const double seconds = std::chrono::duration<double>(now - before_at_).count();
        const ServerRates rates = rates_between(*before_, looks, seconds);
        learn_usual(rates, seconds);
        const sizing::Workload workload{.curve = std::move(curve),
                                        .requests_per_second = rates.requests,
                                        .references_per_request = rates.references_per_request(),
                                        .body_bytes = mean_body_bytes(looks),
                                        .l1_hit_ratio = rates.l1_hit_ratio,
                                        .index_read_ratio = rates.index_read_ratio(),
                                        .index_load_ratio = rates.index_load_ratio()};
        sizing::ShardNeed need = sizing::needed_now(sizing::as_l2_has_it(workload, usual_l1_),
                                                    site_, assumptions_, wanted_);
        need.connections = 0;  // more shards do not take any from a node
        told_.memory = need.memory;
        told_.network = need.network;
        told_.commands = need.commands;
        wish_.observe(now, need.most());
        const unsigned wished = wish_.wished().value_or(1);
        if (!tell_wanted(wished)) return;
        const double there = told_.shards.load();
        print(fmt::format("aside: {} shards wanted{}: {:.2f} needed now, by {}\n", wished,
                          there > 0 ? fmt::format(", {:.0f} are there", there) : "", need.most(),
                          need.wall()));
    }

    // As the servers' curves do, whose references count half after so long.
    void learn_usual(const ServerRates& rates, double seconds) {
        if (rates.requests <= 0) return;
        learned_seconds_ = learned_seconds_ * std::exp2(-seconds / kHalfLifeSeconds) + seconds;
        usual_l1_ += (rates.l1_hit_ratio - usual_l1_) * seconds / learned_seconds_;
    }

    void unwell(const Error& error) {
        if (told_.up.exchange(0) != 0 || !told_once_) failed(error);
        told_once_ = true;
        before_.reset();  // what a server that comes back counts begins anew
    }

    const sizing::Site site_;
    const sizing::Assumptions assumptions_;
    const sizing::Wanted wanted_;
    PlanServers servers_;
    Told& told_;
    telemetry::Registry& registry_;
    const bool shards_given_;
    sizing::ShardWish wish_{sizing::ShardWishOptions{}};
    double usual_l1_ = 0, learned_seconds_ = 0;  // its hit ratio, and of how long it is
    std::optional<std::vector<ServerLook>> before_;
    SteadyTime before_at_{};
    bool told_once_ = false;
};

Result<sizing::Wanted> wanted_of(const PlanFlags& flags, const sizing::PriceList& prices) {
    if (flags.node.empty())
        return fail(Errc::bad_input, "--watch: --node says of what type the cluster's nodes are");
    auto node = prices.node(flags.node);
    if (!node) return fail(std::move(node.error()));
    return sizing::Wanted{
        .node = std::move(*node), .replicas = flags.replicas, .hit_ratio = flags.hit_ratio};
}

}  // namespace

int watch_shards(const PlanFlags& flags, const PlanTimes& times,
                 const sizing::Assumptions& assumptions, const sizing::PriceList& prices,
                 const Session& session) {
    runtime::StopSignals signals;  // before any thread
    auto wanted = wanted_of(flags, prices);
    if (!wanted) return refused(wanted.error());
    const auto endpoint = runtime::parse_endpoint(flags.listen);
    if (!endpoint)
        return refused({endpoint.error().code, "--listen: " + endpoint.error().detail, 0});
    auto token = read_token(*session.files, flags.token_file);
    if (!token) return refused(token.error());
    auto servers = PlanServers::open(flags.from, std::move(*token));
    if (!servers) return refused(servers.error());

    Told told;
    telemetry::Registry registry(1);
    register_gauges(registry, told);
    const auto runtime = runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1});
    if (!runtime) return failed(runtime.error());
    runtime::Worker& worker = (*runtime)->worker(0);
    WatchPage page(worker, registry);
    const auto listening = page.listen(*endpoint);
    if (!listening) return failed(listening.error());
    (*runtime)->start();
    print("aside: the shards wanted are on http://" + to_string(*listening) + "/metrics\n");
    Watch watch(flags, assumptions, std::move(*wanted), std::move(*servers), told, registry);
    do watch.look();
    while (signals.wait_for(times.watch_every) == 0);
    worker.post([&page] { page.close(); });
    (*runtime)->stop(kEnd);
    (*runtime)->join();
    return kOk;
}

}  // namespace aside::cli
