#include "lab/stampede.h"

#include <cstdio>

#include "lab/control_thread.h"
#include "lab/known_values.h"
#include "lab/lab_client.h"

namespace aside::lab {

namespace {

using runtime::Task;
using runtime::Worker;

constexpr Duration kConnectLimit = std::chrono::seconds(10);
constexpr Duration kAnswerGrace = std::chrono::seconds(5);  // beyond the requests' deadline

// One run's requests, counted as they end.
struct Crowd {
    std::string key;
    Duration patience{};
    std::atomic<std::uint64_t> answered{0}, failed{0};
    std::atomic<std::int64_t> slowest_ns{0};

    std::uint64_t ended() const {
        return answered.load(std::memory_order_acquire) + failed.load(std::memory_order_acquire);
    }
};

Task<> read_once(Worker& worker, engine::Engine& engine, std::shared_ptr<Crowd> shared) {
    Crowd& crowd = *shared;
    const SteadyTime begun = worker.now();
    bool right = false;
    {
        Answer answer;
        const ObjectQuery query{
            .key = crowd.key, .version = {}, .deadline = begun + crowd.patience};
        bool at_once = false;
        {
            const ReadSection section(engine.epochs(), worker.index());
            at_once = engine.try_object(worker, query, answer);
            if (at_once) answer.keep();
        }
        if (!at_once) co_await engine.object(worker, query, answer);
        right = answer.outcome == Outcome::ok &&
                generation_of(crowd.key, answer.values().front()->body()) == 0;
    }
    const std::int64_t took = (worker.now() - begun).count();
    std::int64_t seen = crowd.slowest_ns.load(std::memory_order_relaxed);
    while (seen < took &&
           !crowd.slowest_ns.compare_exchange_weak(seen, took, std::memory_order_relaxed)) {
    }
    (right ? crowd.answered : crowd.failed).fetch_add(1, std::memory_order_release);
}

using Clients = std::vector<std::unique_ptr<LabClient>>;

Task<std::uint64_t> draw(Worker& worker) {
    co_return worker.random().next();
}

Result<Clients> start_clients(ControlThread& control, const StampedeOptions& options,
                              const std::shared_ptr<KnownOrigin>& origin) {
    Clients clients;
    // Names that no stampede before this one has used.
    const std::uint64_t mark = control.run([](Worker& worker) { return draw(worker); });
    for (unsigned i = 0; i < options.processes; ++i) {
        ClientOptions wanted;
        wanted.tier.key_prefix += "stampede-" + std::to_string(mark) + ":";
        wanted.seeds = options.seeds;
        wanted.user = options.user;
        wanted.password = options.password;
        const engine::EngineOptions defaults;
        wanted.engine.l1_max_age = defaults.l1_max_age;
        wanted.engine.objects = defaults.objects;
        wanted.engine.origin_deadline = defaults.origin_deadline;
        wanted.engine.seed = i + 1;
        auto client = LabClient::start(std::move(wanted), origin);
        if (!client) return fail(std::move(client.error()));
        clients.push_back(std::move(*client));
    }
    for (const auto& client : clients) {
        auto ready =
            control.await(kConnectLimit, "L2 to answer", [&] { return client->connected(); });
        if (!ready) return fail(std::move(ready.error()));
    }
    return clients;
}

// False: not all of them ended.
bool stampede(ControlThread& control, const Clients& clients, const StampedeOptions& options,
              const std::shared_ptr<Crowd>& crowd) {
    for (const auto& client : clients) {
        Worker& worker = client->runtime().worker(0);
        engine::Engine& engine = client->engine();
        worker.post([&worker, &engine, crowd, requests = options.requests] {
            for (unsigned i = 0; i < requests; ++i) worker.spawn(read_once(worker, engine, crowd));
        });
    }
    const std::uint64_t all = std::uint64_t{options.processes} * options.requests;
    return control
        .await(options.deadline + kAnswerGrace, "answers", [&] { return crowd->ended() == all; })
        .has_value();
}

}  // namespace

std::string to_json(const StampedeReport& report) {
    char text[256];
    std::snprintf(text, sizeof text,
                  R"({"runs":%llu,"runs_of_one_load":%llu,"most_loads":%llu,"answered":%llu,)"
                  R"("failed":%llu,"slowest_ms":%.1f})",
                  static_cast<unsigned long long>(report.runs),
                  static_cast<unsigned long long>(report.runs_of_one_load),
                  static_cast<unsigned long long>(report.most_loads),
                  static_cast<unsigned long long>(report.answered),
                  static_cast<unsigned long long>(report.failed),
                  std::chrono::duration<double, std::milli>(report.slowest).count());
    return text;
}

Result<StampedeReport> run_stampede(const StampedeOptions& options) {
    auto control = ControlThread::start();
    if (!control) return fail(std::move(control.error()));
    const auto origin =
        std::make_shared<KnownOrigin>(OriginOptions{.objects = options.runs,
                                                    .body_bytes = options.value_bytes,
                                                    .latency = options.origin_latency});
    auto clients = start_clients(**control, options, origin);
    if (!clients) return fail(std::move(clients.error()));
    StampedeReport report;
    for (unsigned run = 0; run < options.runs; ++run) {
        const auto crowd = std::make_shared<Crowd>();
        crowd->key = known_key(run);
        crowd->patience = options.deadline;
        if (!stampede(**control, *clients, options, crowd))
            return fail(Errc::timed_out, "requests did not end");
        report.answered += crowd->answered;
        report.failed += crowd->failed;
        report.slowest = std::max(report.slowest, Duration(crowd->slowest_ns.load()));
    }
    for (unsigned run = 0; run < options.runs; ++run) {
        const std::uint64_t loads = origin->loads_of(run);
        report.runs_of_one_load += loads == 1;
        report.most_loads = std::max(report.most_loads, loads);
    }
    report.runs = options.runs;
    return report;
}

}  // namespace aside::lab
