#include "cli/replay_run.h"

#include <string>

#include <gtest/gtest.h>

#include "base/random.h"
#include "traces/memory_source.h"

namespace aside::cli {
namespace {

Result<ReplayResult> run(std::string trace, const memory::StoreOptions& options) {
    auto reader = traces::open_trace(std::make_unique<traces::MemorySource>(std::move(trace)));
    if (!reader) return fail(reader.error());
    return replay(**reader, options);
}

TEST(Replay, CountsRequestsHitsAndBytes) {
    const auto result = run("0,a,10\n1,b,20\n2,a,10\n3,a,10\n", {.capacity_entries = 10});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->requests, 4);
    EXPECT_EQ(result->hits, 2);
    EXPECT_EQ(result->requested_bytes, 50);
    EXPECT_EQ(result->hit_bytes, 20);
    EXPECT_DOUBLE_EQ(result->miss_ratio(), 0.5);
    EXPECT_DOUBLE_EQ(result->byte_miss_ratio(), 0.6);
    EXPECT_EQ(result->store.entries, 2);
}

TEST(Replay, AnEmptyTraceMissesNothing) {
    const auto result = run("", {.capacity_entries = 10});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->miss_ratio(), 0);
}

TEST(Replay, CapacityInBytesCountsBodies) {
    std::string trace;
    for (int round = 0; round < 3; ++round) {
        for (int key = 0; key < 100; ++key) trace += "0," + std::to_string(key) + ",4000\n";
    }
    const auto all = run(trace, {.capacity_bytes = 8 * 1024 * 1024});
    ASSERT_TRUE(all);
    EXPECT_EQ(all->hits, 200);
    const auto some = run(trace, {.capacity_bytes = 256 * 1024});
    ASSERT_TRUE(some);
    EXPECT_LT(some->hits, 190);
    EXPECT_LT(some->store.entries, 64);
}

TEST(Replay, AValueLargerThanTheStoreIsAMissEachTime) {
    const auto result = run("0,a,99999999999\n1,a,99999999999\n", {.capacity_bytes = 1 << 20});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->hits, 0);
}

TEST(Replay, TheSameSeedGivesTheSameHits) {
    std::string trace;
    Random random(3);
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t key = random.below(random.below(2000) + 1);
        trace += "0," + std::to_string(key) + ",1\n";
    }
    const auto first = run(trace, {.capacity_entries = 100, .seed = 9});
    const auto second = run(trace, {.capacity_entries = 100, .seed = 9});
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->hits, second->hits);
    EXPECT_GT(first->hits, 2'000);
}

TEST(Replay, PassesOnWhatIsWrongWithTheTrace) {
    const auto result = run("0,a,1\n0,a\n", {.capacity_entries = 10});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::bad_input);
}

}  // namespace
}  // namespace aside::cli
