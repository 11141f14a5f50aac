#include "lab/client_load.h"

#include <cstdio>

#include "lab/known_values.h"
#include "redis/password_source.h"
#include "redis/redis_tier.h"
#include "runtime/os/process_facts.h"
#include "runtime/os/run_task.h"
#include "runtime/when_all.h"

namespace aside::lab {

namespace {

using runtime::Task;
using runtime::Worker;

constexpr Duration kReadPatience = std::chrono::seconds(3);
constexpr Duration kReadyLimit = std::chrono::seconds(10);
constexpr unsigned kFillsInFlight = 64;
constexpr unsigned kFillTries = 5;
constexpr Duration kKeepFor = std::chrono::hours(1);
constexpr std::uint64_t kVerifyEvery = 64;  // reads: the envelope's checksum looks at each anyway

struct DeafEvents final : RemoteEvents {
    void key_invalidated(Worker&, RemoteKey) override {}
    void slots_unheard(Worker&, SlotRange) override {}
    void slots_writable(Worker&, SlotRange) override {}
};

struct Load {
    redis::RedisTier& tier;
    const ClientLoadOptions& options;
    ClientLoadReport& report;
    SteadyTime end{};
};

Task<> read_on_and_on(Worker& worker, Load& load) {
    for (SteadyTime now = worker.now(); now < load.end; now = worker.now()) {
        // Made up on the spot, as redis-benchmark does: to fetch it from a list costs more.
        const std::string key = known_key(worker.random().below(load.options.keys));
        const RemoteAnswer& answer =
            co_await read_remote(load.tier, worker, {ValueKind::object, key}, now + kReadPatience);
        const std::uint64_t number = load.report.reads++;
        load.report.hits += answer.state == RemoteState::hit;
        load.report.misses += answer.state == RemoteState::miss;
        load.report.unknown += answer.state == RemoteState::unknown;
        if (answer.state != RemoteState::hit || number % kVerifyEvery != 0) continue;
        load.report.wrong += generation_of(key, answer.body) != 0;
    }
}

Task<> fill_some(Worker& worker, Load& load, std::uint64_t& next) {
    while (next < load.options.keys) {
        const std::string key = known_key(next++);
        const std::string body = known_body(key, 0, load.options.value_bytes);
        FillState state = FillState::dropped;
        for (unsigned tries = 0; tries < kFillTries && state == FillState::dropped; ++tries) {
            RemoteFill fill{.value = make_value(key, body, worker.now()), .keep_for = kKeepFor};
            state = co_await load.tier.fill(worker, std::move(fill));
        }
        load.report.filled += state == FillState::stored;
    }
}

// Until one read has been answered by a node.
Task<bool> await_ready(Worker& worker, Load& load) {
    const SteadyTime limit = worker.now() + kReadyLimit;
    const std::string key = known_key(0);
    while (worker.now() < limit) {
        const RemoteAnswer& answer = co_await read_remote(
            load.tier, worker, {ValueKind::object, key}, worker.now() + kReadPatience);
        if (answer.state != RemoteState::unknown) co_return true;
    }
    co_return false;
}

template <class Start>
Task<> in_parallel(Worker& worker, unsigned count, Start start) {
    std::vector<Task<>> tasks;
    tasks.reserve(count);
    for (unsigned i = 0; i < count; ++i) tasks.push_back(start());
    co_await runtime::when_all(worker, std::move(tasks));
}

Task<Result<void>> drive(Worker& worker, Load& load) {
    const bool ready = co_await await_ready(worker, load);
    if (!ready) co_return fail(Errc::timed_out, "no node answers");
    if (load.options.fill) {
        std::uint64_t next = 0;
        co_await in_parallel(worker, kFillsInFlight, [&] { return fill_some(worker, load, next); });
    }
    const SteadyTime begun = worker.now();
    const Duration cpu_before = runtime::process_facts().cpu_time;
    load.end = begun + load.options.span;
    co_await in_parallel(worker, load.options.in_flight,
                         [&] { return read_on_and_on(worker, load); });
    const std::chrono::duration<double> took = worker.now() - begun;
    const std::chrono::duration<double> cpu = runtime::process_facts().cpu_time - cpu_before;
    load.report.seconds = took.count();
    load.report.cpu_seconds = cpu.count();
    co_return Result<void>();
}

}  // namespace

std::string to_json(const ClientLoadReport& report) {
    char text[512];
    std::snprintf(text, sizeof text,
                  R"({"keys":%llu,"seconds":%.3f,"cpu_seconds":%.3f,"keys_per_second":%.0f,)"
                  R"("keys_per_cpu_second":%.0f,"hits":%llu,"misses":%llu,"unknown":%llu,)"
                  R"("wrong":%llu,"filled":%llu})",
                  static_cast<unsigned long long>(report.reads), report.seconds, report.cpu_seconds,
                  static_cast<double>(report.reads) / report.seconds,
                  static_cast<double>(report.reads) / report.cpu_seconds,
                  static_cast<unsigned long long>(report.hits),
                  static_cast<unsigned long long>(report.misses),
                  static_cast<unsigned long long>(report.unknown),
                  static_cast<unsigned long long>(report.wrong),
                  static_cast<unsigned long long>(report.filled));
    return text;
}

Result<ClientLoadReport> run_client_load(const ClientLoadOptions& options) {
    auto created = runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1});
    if (!created) return fail(std::move(created.error()));
    const std::unique_ptr<runtime::OsRuntime> runtime = std::move(*created);
    telemetry::Registry registry(1);
    redis::InlinePasswordSource password(options.user, options.password);
    const bool with_password = !options.user.empty() || !options.password.empty();
    redis::TierOptions tier_options;
    tier_options.seeds = options.seeds;
    tier_options.tls = options.tls;
    redis::RedisTier tier(std::move(tier_options), *runtime, registry,
                          with_password ? &password : nullptr, nullptr);
    DeafEvents events;
    ClientLoadReport report;
    Load load{tier, options, report};
    runtime->start();
    tier.start(events);
    auto done =
        runtime::run_task(*runtime, 0, [&load](Worker& worker) { return drive(worker, load); });
    tier.stop();
    runtime->stop(std::chrono::seconds(10));
    runtime->join();
    if (!done) return fail(std::move(done.error()));
    return report;
}

}  // namespace aside::lab
