#include "lab/lab_client.h"

#include "lab/known_values.h"
#include "redis/password_source.h"
#include "runtime/when_all.h"

namespace aside::lab {

namespace {

using runtime::Task;
using runtime::Worker;

constexpr Duration kEndLimit = std::chrono::seconds(15);
constexpr Duration kConnectLimit = std::chrono::seconds(10);
constexpr Duration kWarmPatience = std::chrono::seconds(10);
constexpr unsigned kWarmInFlight = 64;
constexpr unsigned kWarmRounds = 5;
constexpr Duration kKeepFor = std::chrono::hours(1);

Task<LabClient::Read> read_as_a_front(Worker& worker, engine::Engine& engine, std::string key,
                                      Duration patience) {
    Answer answer;
    const ObjectQuery query{.key = key, .version = {}, .deadline = worker.now() + patience};
    bool at_once = false;
    {
        const ReadSection section(engine.epochs(), worker.index());
        at_once = engine.try_object(worker, query, answer);
        if (at_once) answer.keep();
    }
    if (!at_once) co_await engine.object(worker, query, answer);
    LabClient::Read read{answer.outcome, answer.error, {}, Source::l1, answer.stale};
    if (answer.from_l2 > 0) read.source = Source::l2;
    if (answer.from_origin > 0) read.source = Source::origin;
    if (!answer.values().empty() && answer.values().front() != nullptr)
        read.body = answer.values().front()->body();
    co_return read;
}

Task<LabClient::TierRead> read_of_tier(Worker& worker, redis::RedisTier& tier, std::string key,
                                       Duration patience) {
    const RemoteAnswer& answer =
        co_await read_remote(tier, worker, {ValueKind::object, key}, worker.now() + patience);
    co_return LabClient::TierRead{answer.state, answer.reason, std::string(answer.node),
                                  answer.from_replica};
}

Task<> warm_some(Worker& worker, redis::RedisTier& tier, const KnownOrigin& origin,
                 std::vector<std::uint64_t>& wanted, std::vector<std::uint64_t>& failed) {
    while (!wanted.empty()) {
        const std::uint64_t number = wanted.back();
        wanted.pop_back();
        const std::string key = known_key(number);
        const std::string body =
            known_body(key, origin.generation(number), origin.options().body_bytes);
        RemoteFill fill{.value = make_value(key, body, worker.now()), .keep_for = kKeepFor};
        const FillState state = co_await tier.fill(worker, std::move(fill));
        if (state != FillState::stored) failed.push_back(number);
    }
}

Task<bool> warm_all(Worker& worker, redis::RedisTier& tier, const KnownOrigin& origin) {
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t i = 0; i < origin.options().objects; ++i) wanted.push_back(i);
    for (unsigned round = 0; round < kWarmRounds && !wanted.empty(); ++round) {
        std::vector<std::uint64_t> failed;
        std::vector<Task<>> tasks;
        tasks.reserve(kWarmInFlight);
        for (unsigned i = 0; i < kWarmInFlight; ++i)
            tasks.push_back(warm_some(worker, tier, origin, wanted, failed));
        co_await runtime::when_all(worker, std::move(tasks));
        wanted = std::move(failed);
    }
    const bool all_stored = wanted.empty();
    co_return all_stored;
}

Task<bool> until_connected(Worker& worker, LabClient& client) {
    const SteadyTime limit = worker.now() + kConnectLimit;
    while (worker.now() < limit) {
        if (client.connected()) co_return true;
        co_await runtime::sleep_for(worker, std::chrono::milliseconds(10));
    }
    co_return false;
}

}  // namespace

ClientOptions::ClientOptions() {
    engine.memory_capacity_bytes = 1 << 20;
    engine.absent_capacity_bytes = 64 << 10;
    engine.l1_max_age = Duration(1);
    engine.objects = {std::chrono::hours(1), std::chrono::minutes(1), std::chrono::hours(1)};
    engine.origin_deadline = std::chrono::seconds(5);
    engine.seed = 1;
}

LabClient::LabClient(ClientOptions options, std::shared_ptr<KnownOrigin> origin,
                     std::unique_ptr<runtime::OsRuntime> runtime)
    : options_(std::move(options)),
      origin_(std::move(origin)),
      runtime_(std::move(runtime)),
      registry_(options_.workers) {
    passwords_ = options_.passwords;
    if (!passwords_ && !options_.user.empty()) {
        passwords_ =
            std::make_shared<redis::InlinePasswordSource>(options_.user, options_.password);
    }
    redis::TierOptions tier_options = options_.tier;
    tier_options.seeds = options_.seeds;
    tier_ = std::make_unique<redis::RedisTier>(std::move(tier_options), *runtime_, registry_,
                                               passwords_.get(), nullptr);
    engine_ = std::make_unique<engine::Engine>(options_.engine, options_.workers, *origin_,
                                               *origin_, registry_, tier_.get());
}

Result<std::unique_ptr<LabClient>> LabClient::start(ClientOptions options,
                                                    std::shared_ptr<KnownOrigin> origin) {
    auto runtime = runtime::OsRuntime::create({.workers = options.workers, .blocking_threads = 1});
    if (!runtime) return fail(std::move(runtime.error()));
    if (!origin) origin = std::make_shared<KnownOrigin>(OriginOptions{});
    std::unique_ptr<LabClient> client(
        new LabClient(std::move(options), std::move(origin), std::move(*runtime)));
    client->runtime_->start();
    client->tier_->start(*client->engine_);
    return client;
}

LabClient::~LabClient() {
    tier_->stop();
    runtime_->stop(kEndLimit);
    runtime_->join();
}

LabClient::Read LabClient::read(const std::string& key, Duration patience) {
    return run([&](Worker& worker) { return read_as_a_front(worker, *engine_, key, patience); });
}

Result<TierReport> LabClient::invalidate(const std::string& key) {
    return run([&](Worker& worker) {
        return engine_->invalidate_object(worker, {.key = key, .version = {}});
    });
}

LabClient::TierRead LabClient::read_tier(const std::string& key, Duration patience) {
    return run([&](Worker& worker) { return read_of_tier(worker, *tier_, key, patience); });
}

FillState LabClient::fill_tier(const std::string& key, std::size_t body_bytes) {
    return run([&](Worker& worker) {
        RemoteFill fill{.value = make_value(key, known_body(key, 0, body_bytes), worker.now()),
                        .keep_for = kKeepFor};
        return tier_->fill(worker, std::move(fill));
    });
}

LeaseAnswer LabClient::lease_tier(const std::string& key) {
    return run([&](Worker& worker) {
        return tier_->take_lease(worker, {ValueKind::object, key}, worker.now() + kWarmPatience);
    });
}

bool LabClient::connected() {
    const std::string status = tier_->status_json();
    const auto has = [&](std::string_view text) { return status.contains(text); };
    return has("\"covered_slots\":16384") && has("\"unheard_slots\":0") &&
           !has("\"fills\":\"idle\"") && !has("\"fills\":\"dialling\"") &&
           !has("\"fills\":\"waiting\"");
}

bool LabClient::warm() {
    const bool connected = run([this](Worker& worker) { return until_connected(worker, *this); });
    if (!connected) return false;
    return run([this](Worker& worker) { return warm_all(worker, *tier_, *origin_); });
}

}  // namespace aside::lab
