#include <gtest/gtest.h>

#include "redis/tier_fixture.h"

namespace aside::redis {
namespace {

// Neither connection came or went: only the map says that something may have gone unheard.
TEST(ControlPlaneTest, SlotsThatMoveBetweenKnownNodesAreUnheardOnce) {
    TierBed bed(2);
    bed.start_up();
    bed.events.unheard.clear();
    bed.cluster.ranges = {{0, 9999, 0, {}}, {10000, kSlots - 1, 1, {}}};
    bed.cluster.epoch = 6;
    bed.world.run_for(40s);
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, 9000), 1U);
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, 100), 0U);
    EXPECT_EQ(TestEvents::covering(bed.events.unheard, 12000), 0U);
}

}  // namespace
}  // namespace aside::redis
