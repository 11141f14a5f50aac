// What a look-up costs: one hot key from one and two threads (each pinned to a core of its own),
// and many keys.
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <pthread.h>
#include <sched.h>

#include "base/random.h"
#include "memory/store.h"

namespace aside::memory {
namespace {

void pin_to_core(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

struct Filled {
    EpochDomain epochs{4};
    Store store{{.capacity_bytes = 256 * 1024 * 1024, .seed = 42}, epochs};
    std::vector<std::string> keys;
    std::vector<std::uint64_t> hashes;

    explicit Filled(std::size_t count) {
        const std::string body(1024, 'b');
        for (std::size_t i = 0; i < count; ++i) {
            keys.push_back("obj-" + std::to_string(i));
            hashes.push_back(store.hash(ValueKind::object, keys.back()));
            store.put({.key_hash = hashes.back(), .key = keys.back(), .body = body});
        }
    }
};

// Steady state: counters saturated, everything kept.
void one_hot_key(benchmark::State& state) {
    static Filled* filled = new Filled(10'000);
    pin_to_core(state.thread_index());
    const auto worker = static_cast<unsigned>(state.thread_index());
    const std::string key = filled->keys[17];
    for (auto _ : state) {
        const ReadSection section(filled->epochs, worker);
        const Value* value = filled->store.find(worker, ValueKind::object,
                                                filled->store.hash(ValueKind::object, key), key);
        benchmark::DoNotOptimize(value->body().data());
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(one_hot_key)->Threads(1)->Threads(2)->UseRealTime();

void ten_thousand_keys(benchmark::State& state) {
    static Filled* filled = new Filled(10'000);
    pin_to_core(state.thread_index());
    const auto worker = static_cast<unsigned>(state.thread_index());
    Random random(worker);
    for (auto _ : state) {
        const std::string& key = filled->keys[random.below(filled->keys.size())];
        const ReadSection section(filled->epochs, worker);
        const Value* value = filled->store.find(worker, ValueKind::object,
                                                filled->store.hash(ValueKind::object, key), key);
        benchmark::DoNotOptimize(value);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ten_thousand_keys)->Threads(1)->Threads(2)->UseRealTime();

// A put that evicts another value.
void put_when_full(benchmark::State& state) {
    EpochDomain epochs(1);
    Store store({.capacity_bytes = 64 * 1024 * 1024, .seed = 42}, epochs);
    const std::string body(static_cast<std::size_t>(state.range(0)), 'b');
    std::uint64_t next = 0;
    for (auto _ : state) {
        const std::string key = "obj-" + std::to_string(next++);
        store.put({.key_hash = store.hash(ValueKind::object, key), .key = key, .body = body});
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(put_when_full)->Arg(100)->Arg(1024)->Iterations(1'000'000);

}  // namespace
}  // namespace aside::memory
