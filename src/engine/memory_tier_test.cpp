#include "engine/memory_tier.h"

#include <gtest/gtest.h>

namespace aside::engine {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

class MemoryTierTest : public ::testing::Test {
  protected:
    ValueRef keep(MemoryTier& memory, std::string_view key, bool absent) {
        const KeyView view = memory.key(ValueKind::object, key);
        ValueRef value =
            memory.make({.absent = absent, .key_hash = view.hash, .key = key, .body = "{}"});
        memory.keep(value);
        return value;
    }
    bool has(const MemoryTier& memory, std::string_view key) {
        const ReadSection section(epochs_, 0);
        return memory.peek(memory.key(ValueKind::object, key)) != nullptr;
    }
    bool has_absent(const MemoryTier& memory, std::string_view key) {
        const ReadSection section(epochs_, 0);
        return memory.peek_absent(memory.key(ValueKind::object, key)) != nullptr;
    }
    EpochDomain epochs_{1};
};

TEST_F(MemoryTierTest, AKeyIsInOneOfTheTwoStores) {
    MemoryTier memory({.memory_capacity_bytes = 4 * kMiB, .absent_capacity_bytes = kMiB}, epochs_);
    keep(memory, "k", false);
    EXPECT_TRUE(has(memory, "k"));
    keep(memory, "k", true);
    EXPECT_FALSE(has(memory, "k"));
    EXPECT_TRUE(has_absent(memory, "k"));
    keep(memory, "k", false);
    EXPECT_TRUE(has(memory, "k"));
    EXPECT_FALSE(has_absent(memory, "k"));
    memory.erase(memory.key(ValueKind::object, "k"));
    EXPECT_FALSE(has(memory, "k"));
}

TEST_F(MemoryTierTest, AbsentKeysCannotEvictValues) {
    MemoryTier memory({.memory_capacity_bytes = 4 * kMiB, .absent_capacity_bytes = kMiB}, epochs_);
    for (int i = 0; i < 100; ++i) keep(memory, "value " + std::to_string(i), false);
    for (int i = 0; i < 50'000; ++i) keep(memory, "absent " + std::to_string(i), true);
    EXPECT_EQ(memory.values().stats().entries, 100U);
    EXPECT_GT(memory.absents().stats().evictions + memory.absents().stats().not_admitted, 0U);
}

TEST_F(MemoryTierTest, AbsentKeysNeverTakeMoreThanHalf) {
    for (const std::uint64_t capacity : {1 * kMiB, 8 * kMiB, 9 * kMiB}) {
        MemoryTier memory({.memory_capacity_bytes = capacity, .absent_capacity_bytes = 8 * kMiB},
                          epochs_);
        EXPECT_EQ(memory.values().stats().capacity_bytes, capacity - capacity / 2);
        EXPECT_EQ(memory.absents().stats().capacity_bytes, capacity / 2);
        keep(memory, "k", false);
        EXPECT_TRUE(has(memory, "k")) << capacity;
    }
}

TEST_F(MemoryTierTest, OneThatHoldsNothingIsStillOne) {
    for (const std::uint64_t capacity : {0, 1, 2, 4096}) {
        MemoryTier memory({.memory_capacity_bytes = capacity, .absent_capacity_bytes = 1}, epochs_);
        for (int i = 0; i < 100; ++i) {
            const ValueRef value = keep(memory, std::to_string(i), i % 2 == 0);
            ASSERT_TRUE(value);
            EXPECT_EQ(value->key(), std::to_string(i));
        }
        EXPECT_EQ(memory.values().stats().entries, 0U);
        EXPECT_EQ(memory.lent_bytes(), 0U);
    }
}

}  // namespace
}  // namespace aside::engine
