#include "engine/freshness.h"

#include <gtest/gtest.h>

#include "engine/recent_keys.h"
#include "memory/store.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

constexpr FreshnessLimits kLimits{10s, 20s, 60s};
constexpr SteadyTime kStart = SteadyTime(1000s);

ValueRef value_fresh_until(memory::Store& store, SteadyTime until, bool absent = false) {
    return store.put({.absent = absent,
                      .key_hash = 1,
                      .key = "k",
                      .body = "1",
                      .origin_time = kStart,
                      .fresh_until = until});
}

TEST(Freshness, ChangesAtItsEdges) {
    EpochDomain epochs(1);
    memory::Store store({.capacity_bytes = 1 << 20}, epochs);
    const ValueRef value = value_fresh_until(store, kStart + 10s);
    const struct {
        Duration age;
        Freshness expected;
    } cases[] = {
        {0s, Freshness::fresh},
        {10s - 1ns, Freshness::fresh},
        {10s, Freshness::stale_revalidate},
        {30s - 1ns, Freshness::stale_revalidate},
        {30s, Freshness::stale_error},
        {70s - 1ns, Freshness::stale_error},
        {70s, Freshness::expired},
        {24h, Freshness::expired},
    };
    for (const auto& [age, expected] : cases)
        EXPECT_EQ(freshness_of(*value, kLimits, kStart + age), expected) << age.count();
}

TEST(Freshness, WithoutFreshTimeTheOriginIsAskedEachTime) {
    EpochDomain epochs(1);
    memory::Store store({.capacity_bytes = 1 << 20}, epochs);
    const ValueRef value = value_fresh_until(store, kStart);
    constexpr FreshnessLimits kNoneFresh{0s, 20s, 60s};
    EXPECT_EQ(freshness_of(*value, kNoneFresh, kStart), Freshness::stale_error);
    EXPECT_EQ(freshness_of(*value, kNoneFresh, kStart + 60s), Freshness::expired);
}

TEST(Freshness, AbsenceIsNeverStale) {
    EpochDomain epochs(1);
    memory::Store store({.capacity_bytes = 1 << 20}, epochs);
    const ValueRef absent = value_fresh_until(store, kStart + 2s, true);
    EXPECT_EQ(freshness_of(*absent, kLimits, kStart + 2s - 1ns), Freshness::fresh);
    EXPECT_EQ(freshness_of(*absent, kLimits, kStart + 2s), Freshness::expired);
}

TEST(Freshness, AVersionIsFreshForEver) {
    EpochDomain epochs(1);
    memory::Store store({.capacity_bytes = 1 << 20}, epochs);
    const ValueRef value = value_fresh_until(store, kFreshForEver);
    EXPECT_EQ(freshness_of(*value, kLimits, kStart + 24h * 36500), Freshness::fresh);
}

TEST(Freshness, JitterOnlyShortensAndByNoMoreThanItsPart) {
    Random random(3);
    SteadyTime least = kNever;
    SteadyTime most = SteadyTime::min();
    for (int i = 0; i < 1000; ++i) {
        const SteadyTime until = fresh_until(kStart, 100s, 0.25, random);
        least = std::min(least, until);
        most = std::max(most, until);
    }
    EXPECT_GE(least, kStart + 75s);
    EXPECT_LE(least, kStart + 76s);
    EXPECT_LE(most, kStart + 100s);
    EXPECT_GE(most, kStart + 99s);
    EXPECT_EQ(fresh_until(kStart, 100s, 0.0, random), kStart + 100s);
}

TEST(RecentKeys, ForgetsWhenTheTimeIsUpAndKnowsOneKeyFromAnother) {
    RecentKeys failures;
    const std::uint64_t key = 0x1234567800000001;
    EXPECT_FALSE(failures.holds(key, kStart));
    failures.remember(key, kStart + 1s);
    EXPECT_TRUE(failures.holds(key, kStart));
    EXPECT_TRUE(failures.holds(key, kStart + 999ms));
    EXPECT_FALSE(failures.holds(key, kStart + 1s));
    EXPECT_FALSE(failures.holds(key ^ (1ULL << 40), kStart));
}

TEST(RecentKeys, WorksOnWhen32BitsOfMillisecondsAreUsedUp) {
    RecentKeys failures;
    constexpr std::uint64_t kKey = 7ULL << 48;
    const SteadyTime full = SteadyTime(std::chrono::milliseconds((1LL << 32) - 500));
    failures.remember(kKey, full + 1s);
    EXPECT_TRUE(failures.holds(kKey, full));
    EXPECT_TRUE(failures.holds(kKey, full + 600ms));
    EXPECT_FALSE(failures.holds(kKey, full + 1100ms));
}

TEST(RecentKeys, AnOldFailureStaysOver) {
    RecentKeys failures;
    constexpr std::uint64_t kKey = 7ULL << 48;
    failures.remember(kKey, kStart + 1s);
    for (int day = 1; day < 4000; ++day)
        EXPECT_FALSE(failures.holds(kKey, kStart + 24h * day)) << day;
}

}  // namespace
}  // namespace aside::engine
