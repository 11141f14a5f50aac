#include "sizing/redis_entry.h"

#include <gtest/gtest.h>

namespace aside::sizing {
namespace {

TEST(RedisEntry, SizesAreThoseOfTheAllocator) {
    EXPECT_EQ(allocated_bytes(0), 16U);
    EXPECT_EQ(allocated_bytes(1), 16U);
    EXPECT_EQ(allocated_bytes(24), 32U);
    EXPECT_EQ(allocated_bytes(128), 128U);
    EXPECT_EQ(allocated_bytes(129), 160U);
    EXPECT_EQ(allocated_bytes(256), 256U);
    EXPECT_EQ(allocated_bytes(257), 320U);
    EXPECT_EQ(allocated_bytes(1000), 1024U);
    EXPECT_EQ(allocated_bytes(1025), 1280U);
    EXPECT_EQ(allocated_bytes(100'000), 114'688U);
}

TEST(RedisEntry, AKeyAndItsValueTakeMoreThanTheirBytes) {
    // 48 + 12 for the entry, 32 for a key of 20 bytes, 32 + 12 for its time, 16 + 112 for the
    // value.
    EXPECT_EQ(redis_entry_bytes(20, 100), 48U + 12 + 32 + 32 + 12 + 16 + 112);
    EXPECT_EQ(redis_entry_bytes(20, 100, {.expires = false, .in_cluster = false}),
              32U + 12 + 32 + 16 + 112);
    EXPECT_EQ(redis_entry_bytes(20, 44) - redis_entry_bytes(20, 12), 32U);  // in one piece
    EXPECT_GT(redis_entry_bytes(20, 45), redis_entry_bytes(20, 44));
}

}  // namespace
}  // namespace aside::sizing
