// L2 as the read path sees it, in virtual time: what each of its answers means, and what is asked
// of whom.
#include "engine/scripted_remote_fixture.h"

namespace aside::engine {
namespace {

using RemoteReadTest = FleetFixture;

TEST_F(RemoteReadTest, AHitIsAnsweredAndFillsL1) {
    start();
    remote_.put(*world_, "a", "1", 10s, 60s);
    const Read hit = object("a");
    EXPECT_EQ(hit.result.body, "1");
    EXPECT_EQ(hit.from_l2, 1U);
    EXPECT_EQ(hit.result.from_origin, 0U);
    EXPECT_FALSE(hit.result.stale);
    EXPECT_GE(hit.result.age, 10s);  // no copy restarts it
    EXPECT_LE(hit.result.age, 11s);
    EXPECT_TRUE(object("a").result.synchronous);
    EXPECT_EQ(origin_.object_loads, 0U);
    EXPECT_EQ(remote_.fills, 0U);
    EXPECT_EQ(l2_reads("hit"), 1U);
}

TEST_F(RemoteReadTest, AMissLoadsUnderTheLeaseAndFills) {
    origin_.objects["a"] = "1";
    start({.objects = {60s, 60s, 1h}, .jitter = 0});
    const Read miss = object("a");
    EXPECT_EQ(miss.result.body, "1");
    EXPECT_EQ(miss.result.from_origin, 1U);
    world_->run_for(1s);
    ASSERT_TRUE(remote_.has("a"));
    EXPECT_EQ(remote_.kept_for.at(0), 60s + 1h);
    EXPECT_TRUE(remote_.leases.empty());
    EXPECT_EQ(l2_reads("miss"), 1U);
    EXPECT_EQ(counted("aside_miss_total", {{"reason", "not_filled_by_us"}}), 1U);
    EXPECT_EQ(counted("aside_leases_total", {{"result", "won"}}), 1U);
    EXPECT_EQ(counted("aside_fills_total", {{"tier", "l2"}, {"result", "stored"}}), 1U);
    EXPECT_EQ(counted("aside_reads_total", {{"tier", "origin"}, {"answer", "hit"}}), 1U);
}

TEST_F(RemoteReadTest, TheResponseDoesNotWaitForTheFill) {
    origin_.objects["a"] = "1";
    start();
    remote_.fill_latency = 5s;
    EXPECT_LT(object("a").result.took, 50ms);
    EXPECT_FALSE(remote_.has("a"));
}

TEST_F(RemoteReadTest, ItemsAreReadFromL2WithoutTheOriginBothTheirIndexAndTheirObjects) {
    origin_.objects = {{"a", "1"}, {"c@7", "3"}};
    origin_.items["i"] = {{"c", "7"}, {"a", ""}};
    start({}, 2);
    EXPECT_EQ(item("i", 0).result.body, "3|1");
    world_->run_for(100ms);
    const Read other = item("i", 1);
    EXPECT_EQ(other.result.body, "3|1");
    EXPECT_EQ(other.from_l2, 2U);
    EXPECT_EQ(origin_.index_loads, 1U);
    EXPECT_EQ(origin_.object_loads, 2U);
    EXPECT_TRUE(item("i", 1).result.synchronous);
}

TEST_F(RemoteReadTest, AnUnknownIsNoMiss) {
    origin_.objects["a"] = "1";
    start();
    remote_.unknown = UnknownReason::cluster_down;
    const Read read = object("a");
    EXPECT_EQ(read.result.body, "1");
    EXPECT_EQ(read.result.from_origin, 1U);
    EXPECT_EQ(l2_reads("unknown"), 1U);
    EXPECT_EQ(l2_reads("miss"), 0U);
    EXPECT_EQ(counted("aside_unknown_total", {{"reason", "cluster_down"}}), 1U);
    EXPECT_EQ(remote_.leases_asked, 0U);  // and takes no lease
    world_->run_for(1s);
    EXPECT_EQ(remote_.fills, 0U);  // nor fills: that is owed
    EXPECT_TRUE(object("a").result.synchronous);
}

TEST_F(RemoteReadTest, AnUnknownOfWhatTheOriginDoesNotHaveIsStillOnlyTheOriginsWord) {
    start();
    remote_.unknown = UnknownReason::timed_out;
    EXPECT_EQ(object("none").result.outcome, Outcome::absent);
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(RemoteReadTest, AnUnknownIsAnsweredByTheStaleValueOfL1AndRefreshedByOneLoad) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 1s, 1h}, .jitter = 0});
    object("a");
    world_->run_for(100s);
    origin_.objects["a"] = "new";
    origin_.latency = 500ms;
    remote_.unknown = UnknownReason::suspect;
    for (int i = 0; i < 20; ++i) {
        const Read read = object("a");
        EXPECT_EQ(read.result.body, "old");
        EXPECT_TRUE(read.result.stale);
        EXPECT_EQ(read.result.from_l1, 1U);
        EXPECT_LT(read.result.took, 5ms);
    }
    EXPECT_EQ(origin_.object_loads, 2U);
    EXPECT_EQ(counted("aside_stale_served_total", {{"reason", "unknown"}}), 20U);
    world_->run_for(1s);
    EXPECT_EQ(object("a").result.body, "new");
}

TEST_F(RemoteReadTest, AnUnansweredReadEndsWithTheRequestsTimeNotWithTheLoads) {
    origin_.objects["a"] = "1";
    start();
    remote_.never.insert("a");
    const SteadyTime began = world_->now();
    EXPECT_EQ(object("a", 0, {}, 400ms).result.error.code, Errc::deadline);
    EXPECT_EQ(remote_.deadlines.at(0), began + 400ms);
}

TEST_F(RemoteReadTest, AStaleHitIsAnsweredAndRefreshedOnceForTheFleet) {
    origin_.objects["a"] = "new";
    start({.objects = {60s, 60s, 1h}, .jitter = 0}, 4);
    origin_.latency = 200ms;
    remote_.put(*world_, "a", "old", 70s, 60s);
    std::vector<Read> results;
    for (unsigned i = 0; i < 400; ++i) begin(i % 4, "a", results);
    world_->run_for(100ms);
    ASSERT_EQ(results.size(), 400U);
    for (const Read& read : results) {
        EXPECT_EQ(read.result.body, "old");
        EXPECT_TRUE(read.result.stale);
        EXPECT_GE(read.result.age, 70s);
    }
    world_->run_for(1s);
    EXPECT_EQ(origin_.object_loads, 1U);
    for (unsigned i = 0; i < 4; ++i) object("a", i);  // refreshes from L2 where it is stale
    world_->run_for(1s);
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(object("a", i).result.body, "new") << i;
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(RemoteReadTest, AStaleHitIsAnsweredAtOnceAlsoWhereL1KeepsNothing) {
    origin_.objects["a"] = "new";
    start({.memory_capacity_bytes = 1, .objects = {60s, 60s, 1h}, .jitter = 0});
    origin_.latency = 2s;
    remote_.put(*world_, "a", "old", 70s, 60s);
    for (int i = 0; i < 10; ++i) {
        const Read read = object("a");
        EXPECT_EQ(read.result.body, "old");
        EXPECT_LT(read.result.took, 10ms);
        world_->run_for(5ms);
    }
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(RemoteReadTest, AStaleHitThatL1DoesNotKeepIsRefreshedByItsValidator) {
    origin_.validators = true;
    origin_.objects["a"] = "1";
    start({.memory_capacity_bytes = 1, .objects = {60s, 60s, 1h}, .jitter = 0});
    remote_.put(*world_, "a", "1", 70s, 60s, ValueKind::object,
                std::to_string(std::hash<std::string>()("1")));
    EXPECT_EQ(object("a").result.body, "1");
    world_->run_for(1s);
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_EQ(origin_.not_modified, 1U);
    EXPECT_FALSE(object("a").result.stale);  // L2 was told that it still stands
}

TEST_F(RemoteReadTest, AHitPastRevalidationIsTheFallbackOfALoad) {
    start({.objects = {60s, 60s, 1h}, .jitter = 0});
    remote_.put(*world_, "a", "old", 10min, 60s);
    origin_.objects["a"] = "new";
    EXPECT_EQ(object("a").result.body, "new");
    remote_.put(*world_, "b", "old", 10min, 60s);
    origin_.failing.insert("b");
    const Read failing = object("b");
    EXPECT_EQ(failing.result.body, "old");
    EXPECT_TRUE(failing.result.stale);
    EXPECT_EQ(failing.from_l2, 1U);
    EXPECT_EQ(counted("aside_stale_served_total", {{"reason", "error"}}), 1U);
    EXPECT_GE(remote_.releases, 1U);
    EXPECT_TRUE(remote_.leases.empty());
}

TEST_F(RemoteReadTest, WhoRunsOutOfTimeIsAnsweredTheFallback) {
    start({.objects = {60s, 60s, 1h}, .jitter = 0});
    remote_.put(*world_, "a", "old", 10min, 60s);
    origin_.hang_for = 5s;
    const Read late = object("a");
    EXPECT_EQ(late.result.body, "old");
    EXPECT_TRUE(late.result.stale);
}

TEST_F(RemoteReadTest, AHitPastItsExpiryIsAMissWithThatReason) {
    start({.objects = {60s, 60s, 1h}, .jitter = 0});
    remote_.put(*world_, "a", "old", 2h, 60s);
    origin_.failure = Error{Errc::io, "down", 0};
    EXPECT_EQ(object("a").result.outcome, Outcome::failed);
    EXPECT_EQ(l2_reads("miss"), 1U);
    EXPECT_EQ(l2_reads("hit") + l2_reads("stale"), 0U);
    EXPECT_EQ(counted("aside_miss_total", {{"reason", "expired"}}), 1U);
}

TEST_F(RemoteReadTest, MissesTellTheirReasonIfItIsKnown) {
    origin_.objects = {{"a", "1"}, {"b", "1"}, {"c", "1"}};
    start({.objects = {1s, 0s, 2s}, .jitter = 0});
    object("a");
    world_->run_for(100ms);
    remote_.kept.clear();
    world_->run_for(1s);
    object("a");
    EXPECT_EQ(counted("aside_miss_total", {{"reason", "gone_early"}}), 1U);
    world_->run_for(10s);
    object("a");
    EXPECT_EQ(counted("aside_miss_total", {{"reason", "expired"}}), 1U);
    remote_.moving = true;
    object("b");
    EXPECT_EQ(counted("aside_miss_total", {{"reason", "during_migration"}}), 1U);
    remote_.moving = false;
    remote_.cold = true;
    object("c");
    EXPECT_EQ(counted("aside_miss_total", {{"reason", "cold_shard"}}), 1U);
}

TEST_F(RemoteReadTest, AbsenceTravelsThroughL2ForItsShortTime) {
    start({.absent_fresh = 2s, .absent_versioned_fresh = 500ms}, 2);
    EXPECT_EQ(object("none", 0).result.outcome, Outcome::absent);
    world_->run_for(100ms);
    EXPECT_EQ(object("none", 1).result.outcome, Outcome::absent);
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_EQ(l2_reads("absent", 1), 1U);
    EXPECT_LE(remote_.kept_for.at(0), 2s);
    world_->run_for(2s);
    origin_.objects["none"] = "there";
    EXPECT_EQ(object("none", 1).result.body, "there");
}

TEST_F(RemoteReadTest, VersionedObjectsAreKeptLong) {
    origin_.objects["a@1"] = "v";
    start({.jitter = 0}, 2);
    object("a", 0, "1");
    world_->run_for(20h);
    EXPECT_EQ(remote_.kept_for.at(0), 24h);
    const Read later = object("a", 1, "1");
    EXPECT_EQ(later.from_l2, 1U);
    EXPECT_FALSE(later.result.stale);
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(RemoteReadTest, BytesThatAreNoIndexEntryAreUnknown) {
    origin_.items["i"] = {};
    start();
    remote_.put(*world_, "i", "rubbish", 0s, 1s, ValueKind::index_entry);
    EXPECT_EQ(item("i").result.outcome, Outcome::ok);
    EXPECT_EQ(counted("aside_unknown_total", {{"reason", "mismatch"}}), 1U);
    EXPECT_EQ(origin_.index_loads, 1U);
}

TEST_F(RemoteReadTest, AnIndexReadEachTimeIsNotReadFromL2) {
    origin_.items["i"] = {};
    start({.index = {0s, 0s, 0s}});
    item("i");
    item("i");
    EXPECT_EQ(origin_.index_loads, 2U);
    EXPECT_EQ(remote_.reads + remote_.fills, 0U);
}

TEST_F(RemoteReadTest, AStaleIndexEntryThatNamesWhatIsGoneIsNotReadAgainFromL2) {
    origin_.objects["b"] = "2";
    start({.index = {1s, 10s, 1h}, .jitter = 0});
    origin_.items["i"] = {{"b", ""}};
    item("i");
    world_->run_for(100ms);
    const auto old = remote_.kept;
    origin_.objects = {{"c", "3"}};
    origin_.items["i"] = {{"c", ""}};
    ASSERT_TRUE(world_->run(engine().invalidate_object(worker(), {"b", ""})));
    world_->run_for(2s);
    remote_.kept = old;  // L2 has nothing newer
    remote_.kept.erase({ValueKind::object, "b"});
    EXPECT_EQ(item("i").result.body, "3");
}

// The clock of whoever filled it is an hour ahead, or behind.
TEST_F(RemoteReadTest, ForeignClocksAreBelievedWithinOnesOwnLimits) {
    origin_.objects = {{"ahead", "new"}, {"behind", "new"}};
    start({.objects = {60s, 0s, 0s}, .jitter = 0});
    remote_.put(*world_, "ahead", "1", -1h, 60s);
    remote_.put(*world_, "behind", "1", 1h, 60s);
    const Read ahead = object("ahead");
    EXPECT_EQ(ahead.result.body, "1");
    EXPECT_LT(ahead.result.age, 1s);
    world_->run_for(61s);
    EXPECT_EQ(object("behind").result.body, "new");
    remote_.kept.clear();
    EXPECT_EQ(object("ahead").result.body, "new");
}

TEST_F(RemoteReadTest, StepsSayWhereInL2) {
    start();
    remote_.put(*world_, "a", "1", 0s, 60s);
    const Read read = explained(false, "a");
    ASSERT_EQ(read.steps.size(), 1U);
    EXPECT_EQ(read.steps[0].source, Source::l2);
    EXPECT_EQ(read.steps[0].where,
              "10.0.0.1:7000 slot " + std::to_string(remote_.slot_of({ValueKind::object, "a"})));
}

TEST_F(RemoteReadTest, LoadsOfAColdShardLeaveRoomForOthers) {
    for (int i = 0; i < 100; ++i) origin_.objects["cold" + std::to_string(i)] = "1";
    origin_.objects["other"] = "1";
    start({.origin_concurrency = 8, .origin_queue = 20, .cold_share = 0.5});
    origin_.latency = 100ms;
    remote_.cold = true;
    std::vector<Read> results;
    for (int i = 0; i < 100; ++i) begin(0, "cold" + std::to_string(i), results);
    world_->run_for(50ms);
    EXPECT_EQ(origin_.in_flight, 7U);  // nobody wants more, but somebody may
    remote_.cold = false;
    EXPECT_LT(object("other").result.took, 150ms);
    world_->run_for(5s);
    ASSERT_EQ(results.size(), 100U);
    for (const Read& read : results) EXPECT_EQ(read.result.outcome, Outcome::ok);  // none is shed
    EXPECT_EQ(origin_.most_in_flight, 8U);
}

// What others want they get first.
TEST_F(RemoteReadTest, LoadsOfAColdShardGiveWayToOthers) {
    for (int i = 0; i < 100; ++i) {
        origin_.objects["cold" + std::to_string(i)] = "1";
        origin_.objects["other" + std::to_string(i)] = "1";
    }
    start({.origin_concurrency = 8, .origin_queue = 200, .cold_share = 0.5});
    origin_.latency = 100ms;
    remote_.cold = true;
    std::vector<Read> cold, others;
    for (int i = 0; i < 100; ++i) begin(0, "cold" + std::to_string(i), cold);
    world_->run_for(250ms);
    remote_.cold = false;
    for (int i = 0; i < 24; ++i) begin(0, "other" + std::to_string(i), others);
    world_->run_for(750ms);
    EXPECT_EQ(others.size(), 24U);  // behind no more than those under way
    EXPECT_LT(cold.size(), 60U);
    world_->run_for(5s);
    EXPECT_EQ(cold.size(), 100U);
}

// A primary that came back empty is not trusted at once: what it lacks is unknown until then, and
// is loaded all the same.
TEST_F(RemoteReadTest, LoadsAfterUntrustedNilsOfAColdShardLeaveRoomForOthers) {
    for (int i = 0; i < 100; ++i) origin_.objects["cold" + std::to_string(i)] = "1";
    origin_.objects["other"] = "1";
    start({.origin_concurrency = 8, .origin_queue = 20, .cold_share = 0.5});
    origin_.latency = 100ms;
    remote_.cold = true;
    remote_.unknown = UnknownReason::untrusted_nil;
    std::vector<Read> results;
    for (int i = 0; i < 100; ++i) begin(0, "cold" + std::to_string(i), results);
    world_->run_for(50ms);
    EXPECT_EQ(origin_.in_flight, 7U);
    remote_.cold = false;
    EXPECT_LT(object("other").result.took, 150ms);
    world_->run_for(5s);
    ASSERT_EQ(results.size(), 100U);
    for (const Read& read : results) EXPECT_EQ(read.result.outcome, Outcome::ok);  // none is shed
    EXPECT_EQ(origin_.most_in_flight, 8U);
    EXPECT_EQ(counted("aside_unknown_total", {{"reason", "untrusted_nil"}}), 101U);
}

// Nor do refreshes of what L1 answers meanwhile take more.
TEST_F(RemoteReadTest, RefreshesOfAColdShardLeaveRoomForOthers) {
    start({.objects = {10s, 1s, 1h},
           .origin_concurrency = 8,
           .origin_queue = 100,
           .cold_share = 0.5});
    for (int i = 0; i < 50; ++i) {
        origin_.objects["cold" + std::to_string(i)] = "1";
        (void)object("cold" + std::to_string(i));
    }
    world_->run_for(30s);
    origin_.latency = 100ms;
    origin_.most_in_flight = 0;
    remote_.cold = true;
    remote_.unknown = UnknownReason::untrusted_nil;
    std::vector<Read> results;
    for (int i = 0; i < 50; ++i) begin(0, "cold" + std::to_string(i), results);
    world_->run_for(5s);
    ASSERT_EQ(results.size(), 50U);
    for (const Read& read : results) EXPECT_TRUE(read.result.stale);
    EXPECT_EQ(origin_.most_in_flight, 7U);
}

}  // namespace
}  // namespace aside::engine
