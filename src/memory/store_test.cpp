#include "memory/store.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "memory/store_fixture.h"

namespace aside::memory {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

struct StoreTest : testing::Test {
    EpochDomain epochs{2};
    const Value* find(Store& store, std::string_view key, ValueKind kind = ValueKind::object) {
        return store.find(0, kind, store.hash(kind, key), key);
    }
};

TEST_F(StoreTest, FindsWhatWasPut) {
    Store store({.capacity_bytes = kMiB}, epochs);
    store.put({.kind = ValueKind::versioned_object,
               .key_hash = store.hash(ValueKind::versioned_object, "k"),
               .key = "k",
               .validator = "\"v1\"",
               .body = "{}",
               .origin_time = SteadyTime(Duration(5)),
               .fresh_until = SteadyTime(Duration(9))});
    const ReadSection section(epochs, 0);
    const Value* value = find(store, "k", ValueKind::versioned_object);
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->key(), "k");
    EXPECT_EQ(value->validator(), "\"v1\"");
    EXPECT_EQ(value->body(), "{}");
    EXPECT_FALSE(value->absent());
    EXPECT_EQ(value->origin_time(), SteadyTime(Duration(5)));
    EXPECT_EQ(value->fresh_until(), SteadyTime(Duration(9)));
}

TEST_F(StoreTest, KindsDoNotShareKeys) {
    Store store({.capacity_bytes = kMiB}, epochs);
    put(store, "a", 10, ValueKind::object);
    EXPECT_FALSE(has(store, epochs, "a", ValueKind::index_entry));
    put(store, "a", 20, ValueKind::index_entry);
    EXPECT_TRUE(store.erase(ValueKind::object, store.hash(ValueKind::object, "a"), "a"));
    EXPECT_FALSE(has(store, epochs, "a", ValueKind::object));
    EXPECT_TRUE(has(store, epochs, "a", ValueKind::index_entry));
}

TEST_F(StoreTest, KeysWithOneHashAreToldApart) {
    Store store({.capacity_bytes = kMiB}, epochs);
    constexpr std::uint64_t kHash = 0x1234567890abcdef;
    std::vector<std::string> keys;
    for (int i = 0; i < 40; ++i) keys.push_back("key" + std::to_string(i));
    for (const auto& key : keys) store.put({.key_hash = kHash, .key = key, .body = key});
    EXPECT_TRUE(store.erase(ValueKind::object, kHash, keys[3]));
    const ReadSection section(epochs, 0);
    for (const auto& key : keys) {
        const Value* value = store.find(0, ValueKind::object, kHash, key);
        ASSERT_EQ(value == nullptr, key == keys[3]) << key;
        if (value != nullptr) EXPECT_EQ(value->body(), key);
    }
}

TEST_F(StoreTest, KindsWithOneKeyAndOneHashAreToldApart) {
    Store store({.capacity_bytes = kMiB}, epochs);
    constexpr std::uint64_t kHash = 0x1234567890abcdef;
    store.put({.kind = ValueKind::object, .key_hash = kHash, .key = "k", .body = "object"});
    store.put({.kind = ValueKind::index_entry, .key_hash = kHash, .key = "k", .body = "entry"});
    const ReadSection section(epochs, 0);
    EXPECT_EQ(store.peek(ValueKind::object, kHash, "k")->body(), "object");
    EXPECT_EQ(store.peek(ValueKind::index_entry, kHash, "k")->body(), "entry");
    EXPECT_EQ(store.peek(ValueKind::versioned_object, kHash, "k"), nullptr);
}

TEST_F(StoreTest, AgreesWithAMapWhileThereIsRoom) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE(seed);
        Store store({.capacity_bytes = 256 * kMiB, .seed = seed}, epochs);
        std::map<std::string, std::string> oracle;
        Random random(seed);
        for (int step = 0; step < 60'000; ++step) {
            const std::string key = "key-" + std::to_string(random.below(6000));
            const std::uint64_t hash = store.hash(ValueKind::object, key);
            if (random.chance(4, 10)) {
                const std::string body = body_for(key, random.below(300)) + std::to_string(step);
                store.put({.key_hash = hash, .key = key, .body = body});
                oracle[key] = body;
            } else if (random.chance(1, 6)) {
                EXPECT_EQ(store.erase(ValueKind::object, hash, key), oracle.erase(key) == 1);
            } else {
                const ReadSection section(epochs, 0);
                const Value* value = find(store, key);
                const auto expected = oracle.find(key);
                ASSERT_EQ(value != nullptr, expected != oracle.end()) << key;
                if (value != nullptr) ASSERT_EQ(value->body(), expected->second);
            }
        }
        EXPECT_EQ(store.stats().entries, oracle.size());
        EXPECT_EQ(store.stats().evictions, 0);
    }
}

TEST_F(StoreTest, KeepsWithinItsBound) {
    constexpr std::uint64_t kTableStep = 48 * 1024;
    for (const std::uint64_t capacity : {256 * 1024UL, 8 * kMiB, 96 * kMiB}) {
        SCOPED_TRACE(capacity);
        Store store({.capacity_bytes = capacity, .seed = 7}, epochs);
        Random random(capacity);
        std::uint64_t put_bytes = 0;
        for (int i = 0; put_bytes < 3 * capacity; ++i) {
            const std::size_t size = random.below(random.chance(1, 20) ? capacity / 50 : 600);
            put(store, "key-" + std::to_string(i), size);
            put_bytes += size + 150;
            if (i % 64 == 0) {
                const StoreStats stats = store.stats();
                // The policy's tables grow in steps, and the next insert makes room for them.
                ASSERT_LE(stats.used_bytes + stats.overhead_bytes,
                          capacity + capacity / 50 + kTableStep);
            }
        }
        const StoreStats stats = store.stats();
        EXPECT_GT(stats.evictions + stats.not_admitted, 0);
        EXPECT_GT(stats.used_bytes + stats.overhead_bytes, capacity * 9 / 10);
        EXPECT_EQ(stats.lent_bytes, 0);
    }
}

TEST_F(StoreTest, CountsValuesWhenAskedTo) {
    Store store({.capacity_entries = 100}, epochs);
    for (int i = 0; i < 1000; ++i) put(store, std::to_string(i), static_cast<std::size_t>(i));
    const StoreStats stats = store.stats();
    EXPECT_EQ(stats.entries, 100);
    EXPECT_EQ(stats.used_bytes, 100);
    EXPECT_EQ(stats.shards, 1);
}

TEST_F(StoreTest, ReturnsWhatIsTooLargeAndForgetsWhatItReplaced) {
    Store store({.capacity_bytes = kMiB}, epochs);
    put(store, "k", 10);
    const ValueRef value = put(store, "k", 2 * kMiB);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->body().size(), 2 * kMiB);
    EXPECT_FALSE(has(store, epochs, "k"));
    EXPECT_GE(store.lent_bytes(), 2 * kMiB);
    EXPECT_EQ(store.stats().not_admitted, 1);
}

TEST_F(StoreTest, KeepsTheLargestValueInASmallStore) {
    for (int i = 0; i < 8; ++i) {
        Store store({.capacity_bytes = 64 * kMiB}, epochs);
        for (int other = 0; other < 100; ++other) put(store, "k" + std::to_string(other), 1000);
        const std::string key = std::to_string(i);
        put(store, key, 8 * kMiB - 1);
        EXPECT_TRUE(has(store, epochs, key));
    }
}

TEST_F(StoreTest, EvictionLeavesHeldBytesAlone) {
    Store store({.capacity_bytes = kMiB}, epochs);
    std::vector<ValueRef> held;
    for (int i = 0; i < 3000; ++i) held.push_back(put(store, "key-" + std::to_string(i), 1000));
    for (const ValueRef& value : held) EXPECT_TRUE(body_is_intact(*value));
    const StoreStats stats = store.stats();
    EXPECT_GT(stats.evictions + stats.not_admitted, 2000);
    EXPECT_GT(stats.lent_bytes, 2000 * 1000);
    held.clear();
    EXPECT_EQ(store.lent_bytes(), 0);
}

TEST_F(StoreTest, AReplacedValueIsLentUntilItsHoldersAreDone) {
    Store store({.capacity_bytes = kMiB}, epochs);
    ValueRef old = put(store, "k", 1000);
    EXPECT_EQ(store.lent_bytes(), 0);
    put(store, "k", 500);
    EXPECT_TRUE(body_is_intact(*old));
    EXPECT_GE(store.lent_bytes(), 1000);
    ValueRef second = old;
    old = {};
    EXPECT_GE(store.lent_bytes(), 1000);
    second = {};
    EXPECT_EQ(store.lent_bytes(), 0);
    const ReadSection section(epochs, 0);
    EXPECT_EQ(find(store, "k")->body().size(), 500);
}

TEST_F(StoreTest, NothingIsFreedDuringAReadSection) {
    Store store({.capacity_bytes = kMiB}, epochs);
    put(store, "k", 1000);
    {
        const ReadSection section(epochs, 1);
        const Value* value = find(store, "k");
        ASSERT_NE(value, nullptr);
        store.erase(ValueKind::object, store.hash(ValueKind::object, "k"), "k");
        for (int i = 0; i < 5000; ++i) put(store, "key-" + std::to_string(i), 1000);
        EXPECT_TRUE(body_is_intact(*value));
        EXPECT_EQ(value->reference_count(), 1);
        EXPECT_GE(store.lent_bytes(), 1000);
    }
    EXPECT_EQ(store.lent_bytes(), 0);
}

TEST_F(StoreTest, AReferenceTakenInASectionOutlivesIt) {
    Store store({.capacity_bytes = kMiB}, epochs);
    put(store, "k", 1000);
    ValueRef kept;
    {
        const ReadSection section(epochs, 0);
        const Value* value = find(store, "k");
        store.erase(ValueKind::object, store.hash(ValueKind::object, "k"), "k");
        kept = ValueRef::share(value);
    }
    EXPECT_GE(store.lent_bytes(), 1000);
    EXPECT_TRUE(body_is_intact(*kept));
    kept = {};
    EXPECT_EQ(store.lent_bytes(), 0);
}

TEST_F(StoreTest, ARefreshedValueKeepsItsPlace) {
    Store store({.capacity_entries = 100}, epochs);
    for (int i = 0; i < 50; ++i) put(store, "hot-" + std::to_string(i), 10);
    for (int times = 0; times < 10; ++times) {
        const ReadSection section(epochs, 0);
        for (int i = 0; i < 50; ++i) find(store, "hot-" + std::to_string(i));
    }
    for (int i = 0; i < 100; ++i) put(store, "cold-" + std::to_string(i), 10);
    for (int i = 0; i < 50; ++i) put(store, "hot-" + std::to_string(i), 20);
    for (int i = 0; i < 100; ++i) put(store, "new-" + std::to_string(i), 10);
    int hot = 0;
    for (int i = 0; i < 50; ++i) hot += has(store, epochs, "hot-" + std::to_string(i)) ? 1 : 0;
    EXPECT_GE(hot, 45);
}

TEST_F(StoreTest, HotKeysStay) {
    Store store({.capacity_entries = 100}, epochs);
    for (int i = 0; i < 50; ++i) put(store, "hot-" + std::to_string(i), 10);
    for (int round = 0; round < 200; ++round) {
        for (int i = 0; i < 50; ++i) {
            const ReadSection section(epochs, 0);
            find(store, "hot-" + std::to_string(i));
        }
        for (int i = 0; i < 20; ++i) put(store, std::to_string(round * 20 + i), 10);
    }
    int hot = 0;
    for (int i = 0; i < 50; ++i) hot += has(store, epochs, "hot-" + std::to_string(i)) ? 1 : 0;
    EXPECT_GE(hot, 45);
}

TEST_F(StoreTest, TellsItsHottestKeys) {
    Store store({.capacity_bytes = 4 * kMiB}, epochs);
    for (int i = 0; i < 1000; ++i) put(store, "key-" + std::to_string(i), 100);
    for (int i = 0; i < 10; ++i) {
        const ReadSection section(epochs, 0);
        for (int hit = 0; hit <= i; ++hit) find(store, "key-" + std::to_string(100 + i));
    }
    const auto hottest = store.hottest(5);
    ASSERT_EQ(hottest.size(), 5U);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(hottest[i].key, "key-" + std::to_string(109 - i));
    EXPECT_GE(hottest[0].heat, hottest[4].heat);
    EXPECT_EQ(store.hottest(2000).size(), 1000U);
}

void* no_memory(std::size_t) {
    return nullptr;
}

TEST_F(StoreTest, WithoutMemoryNothingIsKeptAndNothingChanges) {
    Store store({.capacity_bytes = kMiB, .allocate = &no_memory}, epochs);
    EXPECT_FALSE(put(store, "k", 10));
    EXPECT_FALSE(has(store, epochs, "k"));
    EXPECT_EQ(store.stats().fills, 0);
    EXPECT_EQ(store.lent_bytes(), 0);
}

TEST_F(StoreTest, RefusesKeysItCannotDescribe) {
    Store store({.capacity_bytes = kMiB}, epochs);
    EXPECT_FALSE(put(store, std::string(65'536, 'k'), 10));
    EXPECT_TRUE(put(store, std::string(65'535, 'k'), 10));
}

}  // namespace
}  // namespace aside::memory
