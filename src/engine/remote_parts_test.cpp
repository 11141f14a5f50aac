// The small parts of the read path that an L2 needs, by table.
#include <gtest/gtest.h>

#include "engine/fill_record.h"
#include "engine/l1_validity.h"
#include "engine/latency_estimate.h"
#include "engine/remote_times.h"
#include "memory/store.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{1000h};
const WallTime kWall{std::chrono::hours(24 * 365 * 50)};

TEST(RemoteTimes, AreThisProcessesWithinItsOwnLimits) {
    const struct {
        const char* what;
        Duration origin, fresh;  // from now, by the wall clock
        Duration expected_origin, expected_fresh;
    } cases[] = {
        {"as filled", -10s, 50s, -10s, 50s},
        {"stale", -100s, -40s, -100s, -40s},
        {"from the future", 10min, 11min, 0s, 60s},
        {"fresh for longer than here", -10s, 1h, -10s, 50s},
        {"fresh for ever, as only a version is", -10s, Duration::max() - kWall.time_since_epoch(),
         -10s, 50s},
    };
    for (const auto& one : cases) {
        const SteadyTimes times =
            steady_times(kWall + one.origin, kWall + one.fresh, kNow, kWall, 60s);
        EXPECT_EQ(times.origin_time - kNow, one.expected_origin) << one.what;
        EXPECT_EQ(times.fresh_until - kNow, one.expected_fresh) << one.what;
    }
    EXPECT_EQ(steady_times(kWall, kWall, kNow, kWall, Duration::max()).fresh_until, kNever);
    // Nothing overflows.
    const SteadyTimes first = steady_times(WallTime::min(), WallTime::min(), kNow, kWall, 60s);
    EXPECT_LT(first.fresh_until, kNow);
    steady_times(WallTime::max(), WallTime::max(), kNow, kWall, 60s);
}

TEST(FillRecord, TellsOnlyWhatItKnows) {
    FillRecord record;
    constexpr std::uint64_t kKey = 0xabcdef0000000007;
    constexpr std::uint64_t kOfSameBucket = 0x1234560000000007;
    EXPECT_EQ(record.reason_of(kKey, kNow), MissReason::not_filled_by_us);
    record.filled(kKey, kNow + 60s);
    EXPECT_EQ(record.reason_of(kKey, kNow + 59s), MissReason::gone_early);
    EXPECT_EQ(record.reason_of(kKey, kNow + 60s), MissReason::expired);
    EXPECT_EQ(record.reason_of(kOfSameBucket, kNow), MissReason::unknown);
    record.invalidated(kOfSameBucket);
    EXPECT_EQ(record.reason_of(kKey, kNow), MissReason::gone_early);
    record.invalidated(kKey);
    EXPECT_EQ(record.reason_of(kKey, kNow), MissReason::invalidated);
    record.filled(kOfSameBucket, kNow + 60s);
    EXPECT_EQ(record.reason_of(kKey, kNow), MissReason::unknown);
}

TEST(LatencyEstimate, IsTheNinetyFifthPercentileOfTheLast) {
    LatencyEstimate estimate;
    EXPECT_EQ(estimate.p95(), LatencyEstimate::kGuess);
    estimate.note(1s);
    EXPECT_EQ(estimate.p95(), 1s);
    for (int i = 0; i < 64; ++i) estimate.note(i < 60 ? 10ms : 2s);
    EXPECT_EQ(estimate.p95(), 2s);
    for (int i = 0; i < 64; ++i) estimate.note(i < 62 ? 10ms : 2s);
    EXPECT_EQ(estimate.p95(), 10ms);
}

TEST(L1Validity, HoldsUntilMaxAgeAndOnlyAfterTheLastGapOfItsSlot) {
    EpochDomain epochs(1);
    memory::Store store({.capacity_bytes = 1 << 20}, epochs);
    const auto value = [&](ValueKind kind, bool absent, std::uint16_t slot, SteadyTime checked) {
        return store.make({.kind = kind,
                           .absent = absent,
                           .key_hash = ~std::uint64_t{0},  // all of the jitter
                           .key = "k",
                           .body = "",
                           .checked_at = checked,
                           .slot = slot});
    };
    L1Validity validity(10s, 0.5);
    const ValueRef object = value(ValueKind::object, false, 7, kNow);
    EXPECT_TRUE(validity.holds(*object, kNow + 4999ms));
    EXPECT_FALSE(validity.holds(*object, kNow + 5100ms));
    const ValueRef version = value(ValueKind::versioned_object, false, 7, kNow);
    EXPECT_TRUE(validity.holds(*version, kNow + 1000h));
    const ValueRef no_version = value(ValueKind::versioned_object, true, 7, kNow);
    EXPECT_FALSE(validity.holds(*no_version, kNow + 10s));

    validity.note_gap({8, kSlots - 1}, kNow + 1s);
    EXPECT_TRUE(validity.holds(*object, kNow + 1s));
    validity.note_gap({0, 7}, kNow + 1s);
    EXPECT_FALSE(validity.holds(*object, kNow + 1s));
    EXPECT_FALSE(validity.holds(*version, kNow + 1s));
    version->confirm(kNow + 1s);  // at the moment of the gap is not after it
    EXPECT_FALSE(validity.holds(*version, kNow + 1s));
    version->confirm(kNow + 1s + 1ns);
    EXPECT_TRUE(validity.holds(*version, kNow + 2s));
    validity.note_gap({7, 7}, kNow);  // told late
    EXPECT_TRUE(validity.holds(*version, kNow + 2s));

    L1Validity always(0s, 0.5);
    EXPECT_FALSE(always.holds(*object, kNow + 1ns));
}

}  // namespace
}  // namespace aside::engine
