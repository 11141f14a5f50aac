// What must not be answered any more, with an L2: invalidations, loads they overtake, gaps in what
// is heard of them, and the bound where nothing is heard.
#include "engine/scripted_remote_fixture.h"

namespace aside::engine {
namespace {

using RemoteInvalidation = FleetFixture;

TEST_F(RemoteInvalidation, AWriteReachesL2AndEveryL1) {
    origin_.objects["a"] = "old";
    start({}, 3);
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(object("a", i).result.body, "old");
    const auto report = world_->run(engine(0).put_object(worker(0), {"a", ""}, "new"), 0);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->origin && report->l2 && report->l2_present && report->l1);
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(object("a", i).result.body, "new") << i;
    EXPECT_EQ(counted("aside_invalidations_total", {}, 0), 1U);
    EXPECT_EQ(counted("aside_invalidations_heard_total", {}, 2), 1U);
}

TEST_F(RemoteInvalidation, ItemsToo) {
    origin_.objects = {{"a", "1"}, {"b", "2"}};
    origin_.items["i"] = {{"a", ""}};
    start({}, 2);
    for (unsigned i = 0; i < 2; ++i) EXPECT_EQ(item("i", i).result.body, "1");
    ASSERT_TRUE(world_->run(engine(0).put_item(worker(0), "i", {{"b", ""}}), 0));
    for (unsigned i = 0; i < 2; ++i) EXPECT_EQ(item("i", i).result.body, "2");
    ASSERT_TRUE(world_->run(engine(1).remove_item(worker(1), "i"), 1));
    for (unsigned i = 0; i < 2; ++i) EXPECT_EQ(item("i", i).result.outcome, Outcome::absent);
}

TEST_F(RemoteInvalidation, AnOwnerThatDoesNotConfirmIsToldAndL1ForgetsAnyway) {
    origin_.objects["a"] = "old";
    start();
    object("a");
    origin_.objects["a"] = "new";
    remote_.invalidate_fails = Error{Errc::timed_out, "no answer", 0};
    const auto report = world_->run(engine().invalidate_object(worker(), {"a", ""}));
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->l2_present);
    EXPECT_FALSE(report->l2);
    EXPECT_TRUE(report->l1);
    EXPECT_EQ(report->l2_error, "timed_out: no answer");
    EXPECT_EQ(engine().memory_stats().entries, 0U);
}

TEST_F(RemoteInvalidation, AKeyThatIsNoneIsRefusedBeforeAnythingIsWritten) {
    start();
    EXPECT_EQ(world_->run(engine().put_object(worker(), {"", ""}, "1")).error().code,
              Errc::bad_input);
    EXPECT_EQ(world_->run(engine().put_item(worker(), std::string("a\0b", 3), {})).error().code,
              Errc::bad_input);
    EXPECT_TRUE(origin_.objects.empty() && origin_.items.empty());
    EXPECT_TRUE(remote_.tombstones.empty());
}

TEST_F(RemoteInvalidation, ALoadThatAnInvalidationOvertookFillsNothing) {
    origin_.objects["a"] = "old";
    origin_.latency = 300ms;
    start({}, 2);
    std::vector<Read> results;
    begin(0, "a", results);
    world_->run_for(100ms);
    origin_.objects["a"] = "new";
    ASSERT_TRUE(world_->run(engine(1).invalidate_object(worker(1), {"a", ""}), 1));
    world_->run_for(1s);
    EXPECT_EQ(results.at(0).result.body, "old");  // who waited gets it
    EXPECT_FALSE(remote_.has("a"));
    EXPECT_EQ(engine(0).memory_stats().entries, 0U);
    EXPECT_EQ(object("a", 0).result.body, "new");
}

// The same, and the process that loads hears of no invalidation.
TEST_F(RemoteInvalidation, AFillWhoseLeaseWasRevokedIsRefusedAndLeavesL1) {
    origin_.objects["a"] = "old";
    origin_.latency = 300ms;
    start({}, 2);
    remote_.deaf = true;
    std::vector<Read> results;
    begin(0, "a", results);
    world_->run_for(100ms);
    origin_.objects["a"] = "new";
    ASSERT_TRUE(world_->run(engine(1).invalidate_object(worker(1), {"a", ""}), 1));
    world_->run_for(1s);
    EXPECT_EQ(results.at(0).result.body, "old");
    EXPECT_EQ(remote_.refused, 1U);
    EXPECT_FALSE(remote_.has("a"));
    EXPECT_EQ(counted("aside_fills_total", {{"tier", "l2"}, {"result", "refused"}}), 1U);
    EXPECT_EQ(engine(0).memory_stats().entries, 0U);
    EXPECT_EQ(object("a", 0).result.body, "new");
}

// L2 never heard of the invalidation, so it would take the fill.
TEST_F(RemoteInvalidation, ADetachedFlightGivesItsLeaseBackAndDoesNotFill) {
    origin_.objects["a"] = "old";
    origin_.latency = 300ms;
    start();
    std::vector<Read> results;
    begin(0, "a", results);
    world_->run_for(100ms);
    origin_.objects["a"] = "new";
    remote_.invalidate_fails = Error{Errc::refused, "down", 0};
    (void)world_->run(engine().invalidate_object(worker(), {"a", ""}));
    world_->run_for(1s);
    EXPECT_EQ(remote_.fills, 0U);
    EXPECT_TRUE(remote_.leases.empty());
}

TEST_F(RemoteInvalidation, AHitThatAnInvalidationOvertookFillsNothing) {
    origin_.objects["a"] = "new";
    start();
    remote_.put(*world_, "a", "old", 0s, 60s);
    remote_.latency = 100ms;
    std::vector<Read> results;
    begin(0, "a", results);
    world_->run_for(50ms);
    const auto tell = [&](runtime::Worker& on) -> runtime::Task<> {
        engine().key_invalidated(on, {ValueKind::object, "a"});
        co_return;
    };
    world_->run(tell(worker()));
    world_->run_for(1s);
    EXPECT_EQ(results.size(), 1U);
    EXPECT_EQ(engine().memory_stats().entries, 0U);
}

TEST_F(RemoteInvalidation, WhereNothingIsHeardMaxAgeIsTheBound) {
    origin_.objects["a"] = "old";
    start({.objects = {10min, 0s, 1h}, .l1_max_age = 5s}, 2);
    remote_.deaf = true;
    object("a", 0);
    object("a", 1);
    ASSERT_TRUE(world_->run(engine(0).put_object(worker(0), {"a", ""}, "new"), 0));
    object("a", 0);
    const Read within = object("a", 1);
    EXPECT_TRUE(within.result.synchronous);
    EXPECT_EQ(within.result.body, "old");
    world_->run_for(5s);
    const Read after = object("a", 1);
    EXPECT_EQ(after.result.body, "new");
    EXPECT_EQ(after.from_l2, 1U);
    EXPECT_EQ(origin_.object_loads, 2U);
}

TEST_F(RemoteInvalidation, WhatL2ConfirmsStaysInL1) {
    origin_.objects["a"] = "1";
    origin_.items["i"] = {{"a", ""}};
    start({.objects = {10min, 0s, 1h}, .index = {10min, 0s, 1h}, .l1_max_age = 5s});
    item("i");
    const std::uint64_t fills = engine().memory_stats().fills;
    for (int i = 0; i < 5; ++i) {
        world_->run_for(6s);
        EXPECT_FALSE(item("i").result.synchronous);
        EXPECT_TRUE(item("i").result.synchronous);
    }
    EXPECT_EQ(engine().memory_stats().fills, fills);  // renewed in place, not replaced
    EXPECT_EQ(origin_.object_loads + origin_.index_loads, 2U);
    EXPECT_EQ(l2_reads("hit"), 10U);
}

TEST_F(RemoteInvalidation, WhatCannotBeConfirmedIsAnsweredAsWhatItIs) {
    origin_.objects["a"] = "1";
    start({.objects = {10min, 0s, 1h}, .l1_max_age = 5s});
    object("a");
    world_->run_for(6s);
    remote_.unknown = UnknownReason::suspect;
    const Read read = object("a");
    EXPECT_EQ(read.result.body, "1");
    EXPECT_EQ(read.result.from_l1, 1U);
    EXPECT_FALSE(read.result.stale);  // it is fresh; only nobody could say so
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(RemoteInvalidation, AVersionIsNotAskedAboutAgain) {
    origin_.objects["a@1"] = "v";
    start({.l1_max_age = 5s});
    object("a", 0, "1");
    world_->run_for(1h);
    EXPECT_TRUE(object("a", 0, "1").result.synchronous);
}

TEST_F(RemoteInvalidation, AfterAGapItsSlotsAreAskedAboutVersionedOrNot) {
    origin_.objects = {{"a", "1"}, {"b", "2"}, {"c@1", "3"}};
    start({.objects = {10min, 0s, 1h}, .l1_max_age = 1h});
    object("a");
    object("b");
    object("c", 0, "1");
    const std::uint16_t slot = remote_.slot_of({ValueKind::object, "a"});
    ASSERT_NE(slot, remote_.slot_of({ValueKind::object, "b"}));
    world_->run_for(1s);
    unheard({slot, slot});
    world_->run_for(1ms);
    EXPECT_FALSE(object("a").result.synchronous);
    EXPECT_TRUE(object("a").result.synchronous);
    EXPECT_TRUE(object("b").result.synchronous);
    EXPECT_TRUE(object("c", 0, "1").result.synchronous);
    world_->run_for(1s);
    unheard();
    world_->run_for(1ms);
    EXPECT_FALSE(object("b").result.synchronous);
    EXPECT_FALSE(object("c", 0, "1").result.synchronous);
    EXPECT_TRUE(object("c", 0, "1").result.synchronous);
    EXPECT_EQ(origin_.object_loads, 3U);
}

// The read began before the gap: what it brings may have been invalidated in it.
TEST_F(RemoteInvalidation, AReadThatAGapOvertookIsAskedAgain) {
    start({.l1_max_age = 1h});
    remote_.put(*world_, "a", "1", 0s, 60s);
    remote_.latency = 100ms;
    std::vector<Read> results;
    begin(0, "a", results);
    world_->run_for(50ms);
    unheard();
    world_->run_for(100ms);
    EXPECT_EQ(results.at(0).result.body, "1");
    EXPECT_FALSE(object("a").result.synchronous);
    EXPECT_TRUE(object("a").result.synchronous);
}

TEST_F(RemoteInvalidation, AGapAlsoHoldsForWhatIsAbsent) {
    start({.absent_fresh = 1min, .l1_max_age = 1h});
    object("none");
    world_->run_for(10ms);
    const unsigned reads = remote_.reads;
    object("none");
    EXPECT_EQ(remote_.reads, reads);
    unheard();
    object("none");
    EXPECT_EQ(remote_.reads, reads + 1);
}

}  // namespace
}  // namespace aside::engine
