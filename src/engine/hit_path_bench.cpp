// What an answer from L1 costs the engine: without an L2, with one that need not be asked, and
// without the miss-ratio curve that is made of the reads.
#include <benchmark/benchmark.h>

#include "engine/engine.h"
#include "runtime/sim/world.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kItems = 10'000;
constexpr unsigned kReferences = 5;

class StoredOrigin final : public Index, public ObjectStore {
  public:
    runtime::Task<Result<LoadedObject>> load(runtime::Worker&, Reference, LoadRequest) override {
        co_return LoadedObject{LoadState::found, std::string(1024, '1'), {}};
    }
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker&, std::string id,
                                            LoadRequest) override {
        LoadedIndex loaded{LoadState::found, {}, {}};
        for (unsigned i = 0; i < kReferences; ++i)
            loaded.references.push_back({"obj-" + id + "-" + std::to_string(i), {}});
        co_return loaded;
    }
    runtime::Task<Result<void>> put(runtime::Worker&, Reference, std::string) override {
        co_return Result<void>();
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, Reference) override {
        co_return Result<void>();
    }
    runtime::Task<Result<void>> put(runtime::Worker&, std::string,
                                    std::vector<Reference>) override {
        co_return Result<void>();
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, std::string) override {
        co_return Result<void>();
    }
};

class EmptyRemote final : public RemoteTier {
  public:
    void start_read(runtime::Worker& worker, RemoteRead& read) override {
        worker.post([&read] { read.read_done({.state = RemoteState::miss}); });
    }
    runtime::Task<LeaseAnswer> take_lease(runtime::Worker&, RemoteKey, SteadyTime) override {
        co_return LeaseAnswer{};
    }
    runtime::Task<bool> renew_lease(runtime::Worker&, RemoteKey, LeaseToken) override {
        co_return false;
    }
    void release_lease(runtime::Worker&, RemoteKey, LeaseToken) override {}
    runtime::Task<FillState> fill(runtime::Worker&, RemoteFill) override {
        co_return FillState::stored;
    }
    runtime::Task<Result<void>> invalidate(runtime::Worker&, RemoteKey, SteadyTime) override {
        co_return Result<void>();
    }
    std::uint16_t slot_of(RemoteKey key) const override {
        return static_cast<std::uint16_t>(key.bytes.size() * 31 + key.bytes.back());
    }
    std::string status_json() const override { return {}; }
};

runtime::Task<> warm(runtime::Worker& worker, Engine& engine, const std::string& id) {
    Answer answer;
    co_await engine.item(worker, {.id = id}, answer);
}

void hit_items(benchmark::State& state, RemoteTier* remote,
               std::size_t curve_keys = EngineOptions{}.curve_keys) {
    StoredOrigin origin;
    runtime::SimWorld world;
    telemetry::Registry registry(1);
    Engine engine({.objects = {1h, 1h, 1h},
                   .index = {1h, 1h, 1h},
                   .curve_keys = curve_keys,
                   .l1_max_age = 1h},
                  1, origin, origin, registry, remote);
    std::vector<std::string> ids;
    for (unsigned i = 0; i < kItems; ++i) ids.push_back(std::to_string(i));
    for (const std::string& id : ids) world.run(warm(world.worker(0), engine, id));
    Answer answer;
    std::uint64_t next = 0, answered = 0;
    const auto serve = [&](runtime::Worker& worker) -> runtime::Task<> {
        for (auto _ : state) {
            const ReadSection section(engine.epochs(), 0);
            const ItemQuery query{.id = ids[next++ * 7919 % kItems]};
            answered += engine.try_item(worker, query, answer);
            answer.clear();
        }
        co_return;
    };
    world.run(serve(world.worker(0)));
    if (answered != next) state.SkipWithError("not all were hits");
    state.SetItemsProcessed(static_cast<std::int64_t>(next));
}

void without_l2(benchmark::State& state) {
    hit_items(state, nullptr);
}
void with_l2(benchmark::State& state) {
    EmptyRemote remote;
    hit_items(state, &remote);
}
void without_curve(benchmark::State& state) {
    hit_items(state, nullptr, 0);
}
BENCHMARK(without_curve);
BENCHMARK(without_l2);
BENCHMARK(with_l2);

}  // namespace
}  // namespace aside::engine
