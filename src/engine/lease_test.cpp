// One load for the fleet: several engines before one L2 and one origin, in virtual time.
#include "engine/scripted_remote_fixture.h"

namespace aside::engine {
namespace {

using LeaseTest = FleetFixture;

class Stampede : public FleetFixture, public ::testing::WithParamInterface<Duration> {};

TEST_P(Stampede, FourProcessesAskedAThousandTimesEachForOneColdKeyLoadItOnce) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        processes_.clear();
        remote_ = ScriptedRemote();
        origin_.object_loads = 0;
        origin_.objects["a"] = "1";
        origin_.latency = GetParam();
        start({}, 4, seed);
        std::vector<Read> results;
        for (unsigned i = 0; i < 4000; ++i) begin(i % 4, "a", results);
        world_->run_for(3s);
        ASSERT_EQ(results.size(), 4000U) << seed;
        for (const Read& read : results) {
            EXPECT_EQ(read.result.body, "1");
            EXPECT_LE(read.result.took, GetParam() + 100ms);
        }
        EXPECT_EQ(origin_.object_loads, 1U) << seed;
        EXPECT_TRUE(world_->run_until_idle());
    }
}

INSTANTIATE_TEST_SUITE_P(OriginLatencies, Stampede, ::testing::Values(20ms, 200ms, 1000ms));

TEST_F(LeaseTest, WhoWaitsTakesOverWhenTheHolderDies) {
    origin_.objects["a"] = "1";
    start();
    remote_.hold(*world_, "a", 1s);
    const Read read = object("a");
    EXPECT_EQ(read.result.body, "1");
    EXPECT_GE(read.result.took, 1s);
    EXPECT_LE(read.result.took, 1200ms);
    EXPECT_EQ(counted("aside_leases_total", {{"result", "held"}}), 1U);
    EXPECT_EQ(counted("aside_leases_total", {{"result", "won"}}), 1U);
    world_->run_for(1s);
    EXPECT_TRUE(remote_.has("a"));
}

TEST_F(LeaseTest, WhoWaitsIsAnsweredWhatTheHolderFilled) {
    start();
    remote_.hold(*world_, "a", 2s);
    std::vector<Read> results;
    begin(0, "a", results);
    world_->run_for(300ms);
    EXPECT_TRUE(results.empty());
    remote_.put(*world_, "a", "filled", 0s, 60s);
    world_->run_for(100ms);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].result.body, "filled");
    EXPECT_EQ(results[0].from_l2, 1U);
    EXPECT_EQ(origin_.object_loads, 0U);
}

TEST_F(LeaseTest, WhoHasWaitedLongEnoughLoadsInTime) {
    origin_.objects = {{"a", "1"}, {"warm", "1"}};
    origin_.latency = 500ms;
    start();
    for (int i = 0; i < 3; ++i) {
        object("warm" + std::to_string(i));  // so that it is known how slow the origin is
    }
    remote_.hold(*world_, "a", 1h);  // and somebody renews it
    const Read read = object("a", 0, {}, 2s);
    EXPECT_EQ(read.result.body, "1");
    EXPECT_GE(read.result.took, 1800ms);
    EXPECT_LE(read.result.took, 2s);
    world_->run_for(1s);
    EXPECT_FALSE(remote_.has("a"));  // filling is the holder's
}

TEST_F(LeaseTest, WhoHasNoTimeToWaitLoadsAtOnce) {
    origin_.objects["a"] = "1";
    start();
    remote_.hold(*world_, "a", 1h);
    EXPECT_EQ(object("a", 0, {}, 100ms).result.body, "1");
}

TEST_F(LeaseTest, WhoHasAStaleValueDoesNotWait) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 0s, 1h}, .jitter = 0}, 2);
    object("a", 0);
    world_->run_for(100s);
    remote_.hold(*world_, "a", 2s);
    const Read from_l1 = object("a", 0);
    EXPECT_EQ(from_l1.result.body, "old");
    EXPECT_TRUE(from_l1.result.stale);
    EXPECT_LT(from_l1.result.took, 10ms);
    const Read from_l2 = object("a", 1);
    EXPECT_EQ(from_l2.result.body, "old");
    EXPECT_EQ(from_l2.from_l2, 1U);
    EXPECT_LT(from_l2.result.took, 10ms);
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_EQ(counted("aside_stale_served_total", {{"reason", "lease"}}, 0), 1U);
    EXPECT_EQ(counted("aside_stale_served_total", {{"reason", "lease"}}, 1), 1U);
}

TEST_F(LeaseTest, AStaleValueFromBeforeAnInvalidationIsNotServedInstead) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 0s, 1h}, .jitter = 0});
    object("a");
    world_->run_for(100s);
    remote_.kept.clear();  // it was invalidated, and nobody told this process
    remote_.tombstones[{ValueKind::object, "a"}] = world_->now() + 10s;
    remote_.hold(*world_, "a", 500ms);
    origin_.objects["a"] = "new";
    const Read read = object("a");
    EXPECT_EQ(read.result.body, "new");
    EXPECT_EQ(origin_.consistent, 1U);
}

TEST_F(LeaseTest, WithoutLeasesLoadsGoOnAndOnlyVersionsAreFilled) {
    origin_.objects = {{"a", "1"}, {"b@1", "2"}};
    start();
    remote_.no_leases = true;
    EXPECT_EQ(object("a").result.body, "1");
    EXPECT_EQ(object("b", 0, "1").result.body, "2");
    world_->run_for(1s);
    EXPECT_FALSE(remote_.has("a"));
    EXPECT_TRUE(remote_.has(std::string("b\0001", 3), ValueKind::versioned_object));
    EXPECT_EQ(counted("aside_leases_total", {{"result", "unavailable"}}), 2U);
}

TEST_F(LeaseTest, ALeaseIsRenewedWhileTheLoadLives) {
    origin_.objects["a"] = "1";
    origin_.latency = 5s;
    start({}, 2);
    std::vector<Read> results;
    begin(0, "a", results, 10s);
    world_->run_for(100ms);
    begin(1, "a", results, 10s);
    world_->run_for(6s);
    EXPECT_EQ(results.size(), 2U);
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_GE(remote_.renewals, 5U);
    const unsigned renewals = remote_.renewals;
    world_->run_for(10s);
    EXPECT_EQ(remote_.renewals, renewals);
}

TEST_F(LeaseTest, AShortLeaseIsRenewedInTime) {
    origin_.objects["a"] = "1";
    origin_.latency = 3s;
    remote_.lease_ttl = 300ms;
    start({}, 2);
    std::vector<Read> results;
    begin(0, "a", results, 10s);
    world_->run_for(400ms);
    begin(1, "a", results, 10s);  // it is still held
    world_->run_for(4s);
    EXPECT_EQ(results.size(), 2U);
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_EQ(counted("aside_leases_total", {{"result", "lost"}}), 0U);
}

TEST_F(LeaseTest, AFailedLoadGivesTheLeaseBack) {
    start({}, 2);
    origin_.failure = Error{Errc::io, "down", 0};
    EXPECT_EQ(object("a", 0).result.outcome, Outcome::failed);
    world_->run_for(10ms);
    EXPECT_TRUE(remote_.leases.empty());
    origin_.failure.reset();
    origin_.objects["a"] = "1";
    EXPECT_LT(object("a", 1).result.took, 50ms);
}

// Another process loaded, filled and gave its lease back between our read and our lease.
TEST_F(LeaseTest, WhoWinsLateLooksAgainBeforeItLoads) {
    start();
    remote_.lease_latency = 50ms;
    std::vector<Read> results;
    begin(0, "a", results);
    world_->run_for(10ms);
    remote_.put(*world_, "a", "theirs", 0s, 60s);
    world_->run_for(1s);
    EXPECT_EQ(results.at(0).result.body, "theirs");
    EXPECT_EQ(origin_.object_loads, 0U);
    EXPECT_TRUE(remote_.leases.empty());
}

// A moment in which L2 does not answer is no reason to load what another process is loading.
TEST_F(LeaseTest, WhoWaitsBearsALeaseAndAReadThatAreNotAnsweredInTime) {
    start();
    for (const bool holder_known : {false, true}) {
        const std::string key = holder_known ? "a" : "b";
        remote_.hold(*world_, key, 2s);
        if (!holder_known) remote_.leases_late = 1;
        std::vector<Read> results;
        begin(0, key, results);
        world_->run_for(holder_known ? 5ms : 60ms);
        remote_.leases_late = remote_.reads_late = 1;
        world_->run_for(400ms);
        EXPECT_EQ(remote_.leases_late + remote_.reads_late, 0U);
        remote_.put(*world_, key, "theirs", 0s, 60s);
        world_->run_for(100ms);
        ASSERT_EQ(results.size(), 1U);
        EXPECT_EQ(results[0].result.body, "theirs");
        EXPECT_EQ(origin_.object_loads, 0U);
    }
}

TEST_F(LeaseTest, WhoIsNotToldForAWhileLoads) {
    origin_.objects = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
    start();
    remote_.leases_late = 1'000;
    EXPECT_LE(object("a").result.took, 350ms);
    remote_.leases_late = 0;
    remote_.hold(*world_, "b", 1h);
    std::vector<Read> results;
    begin(0, "b", results);
    world_->run_for(100ms);
    remote_.no_leases = true;  // fills to its node are held
    world_->run_for(400ms);
    EXPECT_EQ(results.size(), 1U);
    remote_.no_leases = false;
    remote_.hold(*world_, "c", 1h);
    begin(0, "c", results);
    world_->run_for(100ms);
    remote_.reads_late = 1'000;
    world_->run_for(400ms);
    remote_.reads_late = 0;
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[1].result.body, "3");
    EXPECT_EQ(origin_.object_loads, 3U);
}

// Who has the only place before the origin is slow, and meanwhile another process loads.
struct LongQueue : FleetFixture {
    void SetUp() override {
        origin_.objects = {{"slow", "1"}, {"a", "ours"}};
        origin_.slow["slow"] = 300ms;
        start({.origin_concurrency = 1});
        begin(0, "slow", first);
        world_->run_for(20ms);
        begin(0, "a", results);
        world_->run_for(20ms);
        ASSERT_EQ(origin_.object_loads, 1U);
    }
    std::vector<Read> first, results;
};

TEST_F(LongQueue, WhatWasFilledWhileALoadWaitedForItsTurnIsNotLoaded) {
    remote_.put(*world_, "a", "theirs", 0s, 60s);
    world_->run_for(1s);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].result.body, "theirs");
    EXPECT_EQ(results[0].from_l2, 1U);
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_TRUE(remote_.leases.empty());
    EXPECT_EQ(remote_.renewals, 0U);
    EXPECT_EQ(counted("aside_origin_loads_total", {{"store", "objects"}, {"result", "error"}}), 0U);
}

TEST_F(LongQueue, WhatL2HasInAStaleFormIsLoaded) {
    remote_.put(*world_, "a", "theirs", 100s, 60s);
    world_->run_for(1s);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].result.body, "ours");
    EXPECT_EQ(origin_.object_loads, 2U);
}

TEST_F(LongQueue, WhereL2FailsMeanwhileTheLoadIsMade) {
    remote_.unknown = UnknownReason::suspect;
    world_->run_for(1s);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].result.body, "ours");
    EXPECT_EQ(origin_.object_loads, 2U);
}

TEST_F(LeaseTest, ALoadBegunAfterAnInvalidationReadsConsistently) {
    origin_.objects["a"] = "1";
    start({}, 2);
    ASSERT_TRUE(world_->run(engine(0).invalidate_object(worker(0), {"a", ""}), 0));
    object("a", 1);
    EXPECT_EQ(origin_.consistent, 1U);
    // Also where L2 cannot say so: the process remembers.
    ASSERT_TRUE(world_->run(engine(0).invalidate_object(worker(0), {"a", ""}), 0));
    remote_.unknown = UnknownReason::suspect;
    object("a", 1);
    EXPECT_EQ(origin_.consistent, 2U);
    world_->run_for(1min);
    remote_.unknown.reset();
    origin_.objects["b"] = "1";
    object("b", 1);
    EXPECT_EQ(origin_.consistent, 2U);
}

TEST_F(LeaseTest, ARefreshThatAnotherProcessMakesIsLeftToIt) {
    origin_.objects["a"] = "1";
    start({.objects = {60s, 60s, 1h}, .jitter = 0, .l1_max_age = 1h});
    object("a");
    world_->run_for(70s);
    remote_.hold(*world_, "a", 2s);
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(object("a").result.synchronous);
        world_->run_for(1ms);
    }
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_LE(remote_.leases_asked, 4U);
}

TEST_F(LeaseTest, NotModifiedRefillsL2WithItsNewTimes) {
    origin_.objects["a"] = "same";
    origin_.validators = true;
    start({.objects = {60s, 0s, 1h}, .jitter = 0}, 2);
    object("a", 0);
    world_->run_for(100s);
    EXPECT_EQ(object("a", 1).result.body, "same");  // L2's value is revalidated
    EXPECT_EQ(origin_.not_modified, 1U);
    world_->run_for(1s);
    const Read other = object("a", 0);
    EXPECT_EQ(other.from_l2, 1U);
    EXPECT_LE(other.result.age, 2s);
    EXPECT_FALSE(other.result.stale);
    EXPECT_EQ(origin_.object_loads, 2U);
}

}  // namespace
}  // namespace aside::engine
