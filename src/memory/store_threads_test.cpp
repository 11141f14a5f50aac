// The store under several threads at once; meant for ThreadSanitizer and AddressSanitizer above
// all.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "memory/store.h"
#include "memory/store_fixture.h"

namespace aside::memory {
namespace {

constexpr unsigned kWorkers = 4;

void run_on_workers(const auto& work) {
    std::vector<std::thread> threads;
    for (unsigned worker = 0; worker < kWorkers; ++worker) {
        threads.emplace_back([&work, worker] { work(worker); });
    }
    for (auto& thread : threads) thread.join();
}

TEST(StoreThreads, MixedTrafficNeverShowsATornOrWrongValue) {
    EpochDomain epochs(kWorkers);
    Store store({.capacity_bytes = 512 * 1024, .shards = 2, .seed = 1}, epochs);
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<std::uint64_t> hits{0};
    run_on_workers([&](unsigned worker) {
        Random random(worker);
        std::vector<ValueRef> held(8);
        for (int step = 0; step < 20'000; ++step) {
            const std::string key = "key-" + std::to_string(random.below(1000));
            const std::uint64_t hash = store.hash(ValueKind::object, key);
            const std::uint64_t chance = random.below(100);
            if (chance < 20) {
                held[random.below(held.size())] = put(store, key, random.below(2000));
            } else if (chance < 23) {
                store.erase(ValueKind::object, hash, key);
            } else {
                const ReadSection section(epochs, worker);
                const Value* value = store.find(worker, ValueKind::object, hash, key);
                if (value == nullptr) continue;
                ++hits;
                if (value->key() != key || !body_is_intact(*value)) ++wrong;
                if (chance < 30) held[random.below(held.size())] = ValueRef::share(value);
            }
            const ValueRef& one = held[random.below(held.size())];
            if (one && !body_is_intact(*one)) ++wrong;
        }
    });
    EXPECT_EQ(wrong, 0);
    EXPECT_GT(hits, 1000);
    EXPECT_EQ(store.lent_bytes(), 0);
}

TEST(StoreThreads, ReadersFindEveryKeyWhileTheTableGrows) {
    EpochDomain epochs(kWorkers);
    Store store({.capacity_bytes = 64 * 1024 * 1024, .shards = 1}, epochs);
    constexpr std::uint64_t kKeys = 20'000;
    std::atomic<std::uint64_t> written{0};
    std::atomic<std::uint64_t> lost{0};
    run_on_workers([&](unsigned worker) {
        if (worker == 0) {
            for (std::uint64_t i = 0; i < kKeys; ++i) {
                put(store, std::to_string(i), 20);
                written.store(i + 1, std::memory_order_release);
            }
            return;
        }
        Random random(worker);
        for (std::uint64_t upto = 0; upto < kKeys;) {
            upto = written.load(std::memory_order_acquire);
            if (upto == 0) continue;
            const std::string key = std::to_string(random.below(upto));
            const ReadSection section(epochs, worker);
            const Value* value =
                store.find(worker, ValueKind::object, store.hash(ValueKind::object, key), key);
            if (value == nullptr || value->key() != key) ++lost;
        }
    });
    EXPECT_EQ(lost, 0);
    EXPECT_EQ(store.stats().entries, kKeys);
}

TEST(StoreThreads, AReplacedKeyIsNeverMissing) {
    EpochDomain epochs(kWorkers);
    Store store({.capacity_bytes = 1024 * 1024}, epochs);
    const std::uint64_t hash = store.hash(ValueKind::object, "k");
    put(store, "k", 100);
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> missing{0};
    run_on_workers([&](unsigned worker) {
        if (worker == 0) {
            for (std::size_t i = 0; i < 5'000; ++i) put(store, "k", i % 500);
            done = true;
            return;
        }
        while (!done) {
            const ReadSection section(epochs, worker);
            const Value* value = store.find(worker, ValueKind::object, hash, "k");
            if (value == nullptr || !body_is_intact(*value)) ++missing;
        }
    });
    EXPECT_EQ(missing, 0);
}

}  // namespace
}  // namespace aside::memory
