#include "sizing/lru_stack.h"

#include <cstdint>
#include <list>
#include <utility>

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::sizing {
namespace {

// The same by walking a list.
class PlainStack {
  public:
    StackDistance distance(std::uint32_t key) const {
        StackDistance sum;
        for (const auto& [held, bytes] : order_) {
            sum.entries += 1;
            sum.bytes += bytes;
            if (held == key) return sum;
        }
        return {};
    }
    void touch(std::uint32_t key, std::uint64_t bytes) {
        remove(key);
        order_.emplace_front(key, bytes);
    }
    void remove(std::uint32_t key) {
        order_.remove_if([key](const auto& held) { return held.first == key; });
    }

  private:
    std::list<std::pair<std::uint32_t, std::uint64_t>> order_;
};

TEST(LruStack, TellsWhatLiesAbove) {
    LruStack stack;
    EXPECT_FALSE(stack.holds(0));
    stack.touch(0, 10);
    stack.touch(1, 20);
    stack.touch(2, 5);
    EXPECT_EQ(stack.distance(0).entries, 3U);
    EXPECT_EQ(stack.distance(0).bytes, 35U);
    EXPECT_EQ(stack.distance(2).entries, 1U);
    stack.touch(0, 1);  // smaller than before
    EXPECT_EQ(stack.distance(1).bytes, 26U);
    stack.remove(2);
    EXPECT_FALSE(stack.holds(2));
    EXPECT_EQ(stack.distance(1).bytes, 21U);
    EXPECT_EQ(stack.entries(), 2U);
    EXPECT_EQ(stack.bytes(), 21U);
}

TEST(LruStack, SaysTheSameAsAList) {
    LruStack stack;
    PlainStack plain;
    Random random(7);
    for (int i = 0; i < 20'000; ++i) {  // its positions are packed anew many times
        const auto key = static_cast<std::uint32_t>(random.below(200));
        if (stack.holds(key)) {
            const StackDistance wanted = plain.distance(key);
            ASSERT_EQ(stack.distance(key).entries, wanted.entries);
            ASSERT_EQ(stack.distance(key).bytes, wanted.bytes);
        }
        if (random.below(20) == 0) {
            stack.remove(key);
            plain.remove(key);
            continue;
        }
        const std::uint64_t bytes = random.below(1000);
        stack.touch(key, bytes);
        plain.touch(key, bytes);
    }
}

TEST(LruStack, TakesMemoryByItsKeysNotByItsTouches) {
    LruStack stack;
    for (std::uint32_t i = 0; i < 1'000'000; ++i) stack.touch(i % 1000, 1);
    EXPECT_LT(stack.memory_bytes(), 128U * 1024);
}

}  // namespace
}  // namespace aside::sizing
