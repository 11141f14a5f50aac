#include "memory/footprint_control.h"

#include <gtest/gtest.h>

namespace aside::memory {
namespace {

constexpr std::uint64_t kCapacity = 1024 * 1024 * 1024;

TEST(FootprintControl, WithholdsNothingWhileHolesAreFew) {
    FootprintControl control(kCapacity);
    for (int i = 0; i < 100; ++i) control.adjust(kCapacity + kCapacity / 50);
    EXPECT_EQ(control.withheld_bytes(), 0);
}

TEST(FootprintControl, WithholdsStepByStepWhileHolesAreMany) {
    FootprintControl control(kCapacity);
    control.adjust(kCapacity * 3 / 2);
    const std::uint64_t first = control.withheld_bytes();
    EXPECT_GT(first, 0);
    EXPECT_LT(first, kCapacity / 16);
    control.adjust(kCapacity * 3 / 2);
    EXPECT_EQ(control.withheld_bytes(), 2 * first);
    for (int i = 0; i < 1000; ++i) control.adjust(kCapacity * 3 / 2);
    EXPECT_EQ(control.withheld_bytes(), kCapacity / 4 * 3);
}

TEST(FootprintControl, GivesItBackWhenTheHolesAreGone) {
    FootprintControl control(kCapacity);
    for (int i = 0; i < 10; ++i) control.adjust(kCapacity * 2);
    for (int i = 0; i < 1000; ++i) control.adjust(kCapacity - control.withheld_bytes());
    EXPECT_EQ(control.withheld_bytes(), 0);
}

TEST(FootprintControl, AsksForALookOnceInAPeriod) {
    FootprintControl control(kCapacity);
    int looks = 0;
    for (std::uint64_t put = 0; put < kCapacity; put += 4096)
        looks += control.note_put(4096) ? 1 : 0;
    EXPECT_EQ(looks, 128);
    EXPECT_TRUE(control.note_put(kCapacity));
}

}  // namespace
}  // namespace aside::memory
