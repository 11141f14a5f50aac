// The store when the heap refuses what its tables grow by: it goes on with those it has.
// Not under ThreadSanitizer, whose operator new cannot be replaced.
#if !__has_feature(thread_sanitizer)

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "memory/store.h"
#include "memory/store_fixture.h"

namespace {

constexpr std::size_t kLarge = 16 * 1024;  // tests and library ask for less than that at a time
std::atomic<bool> refuse_large = false;
std::atomic<unsigned> refused = 0;

}  // namespace

// The whole test program's.
void* operator new(std::size_t size) {
    if (refuse_large && size >= kLarge) {
        ++refused;
        throw std::bad_alloc();
    }
    if (void* block = std::malloc(size)) return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
    std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}

namespace aside::memory {
namespace {

// Four times as many entries as it was made for, and then four times as many as it can hold.
TEST(StoreOutOfMemory, KeepsValuesWhenThePolicyCannotGrow) {
    constexpr std::uint64_t kCapacity = 16 * 1024 * 1024;
    EpochDomain epochs(1);
    Store store({.capacity_bytes = kCapacity, .shards = 1}, epochs);
    refuse_large = true;
    constexpr int kPuts = 300'000;
    for (int i = 0; i < kPuts; ++i) {
        ASSERT_TRUE(put(store, std::to_string(i), 100));
        if (i < 40'000) ASSERT_TRUE(has(store, epochs, std::to_string(i))) << i;
    }
    refuse_large = false;
    EXPECT_GT(refused, 0U);
    const StoreStats stats = store.stats();
    EXPECT_GT(stats.entries, 40'000U);
    EXPECT_LE(stats.used_bytes + stats.overhead_bytes, kCapacity);
    EXPECT_EQ(stats.fills - stats.evictions, stats.entries);
    EXPECT_EQ(stats.lent_bytes, 0U);
    std::uint64_t found = 0;
    for (int i = 0; i < kPuts; ++i) found += has(store, epochs, std::to_string(i)) ? 1 : 0;
    EXPECT_EQ(found, stats.entries);
}

}  // namespace
}  // namespace aside::memory

#endif
