// Fills that L2 could not take at once: what is owed, what becomes of it, and its bounds.
#include "engine/scripted_remote_fixture.h"

namespace aside::engine {
namespace {

using OwedFillsTest = FleetFixture;

TEST_F(OwedFillsTest, AVersionLoadedWhileL2WasGoneIsFilledWhenItIsBack) {
    origin_.objects["a@1"] = "v";
    start();
    remote_.unknown = UnknownReason::not_connected;
    object("a", 0, "1");
    world_->run_for(1min);
    EXPECT_EQ(remote_.fills, 0U);
    remote_.unknown.reset();
    writable();
    world_->run_for(1s);
    EXPECT_TRUE(remote_.has(std::string("a\0001", 3), ValueKind::versioned_object));
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_EQ(remote_.leases_asked, 0U);
    EXPECT_EQ(counted("aside_owed_fills_total", {{"event", "replayed"}}), 1U);
}

TEST_F(OwedFillsTest, AnUnversionedOneIsRevalidatedUnderTheLeaseFirst) {
    origin_.objects = {{"a", "same"}, {"b", "old"}};
    origin_.validators = true;
    start();
    remote_.unknown = UnknownReason::not_connected;
    object("a");
    object("b");
    origin_.objects["b"] = "new";  // by somebody who could not tell L2
    remote_.unknown.reset();
    world_->run_for(1s);
    writable();
    world_->run_for(1s);
    EXPECT_EQ(remote_.leases_asked, 2U);
    EXPECT_EQ(origin_.not_modified, 1U);
    EXPECT_EQ((remote_.kept[{ValueKind::object, "a"}].body), "same");
    EXPECT_EQ((remote_.kept[{ValueKind::object, "b"}].body), "new");
    EXPECT_EQ(object("b").result.body, "new");
}

TEST_F(OwedFillsTest, WhatAnotherFilledMeanwhileIsRight) {
    origin_.objects["a"] = "ours";
    start();
    remote_.unknown = UnknownReason::not_connected;
    object("a");
    remote_.unknown.reset();
    remote_.put(*world_, "a", "theirs", 0s, 60s);
    writable();
    world_->run_for(1s);
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_EQ(remote_.fills, 0U);
    EXPECT_EQ(object("a").result.body, "theirs");
}

TEST_F(OwedFillsTest, AnInvalidationDropsWhatIsOwed) {
    origin_.objects = {{"a", "1"}, {"a@1", "v"}};
    start();
    remote_.unknown = UnknownReason::not_connected;
    object("a");
    object("a", 0, "1");
    ASSERT_TRUE(world_->run(engine().invalidate_object(worker(), {"a", ""})));
    ASSERT_TRUE(world_->run(engine().invalidate_object(worker(), {"a", "1"})));
    remote_.unknown.reset();
    writable();
    world_->run_for(1s);
    EXPECT_EQ(remote_.fills, 0U);
    EXPECT_EQ(origin_.object_loads, 2U);
}

TEST_F(OwedFillsTest, WhatIsNoLongerFreshIsNotWorthIt) {
    origin_.objects["a"] = "1";
    start({.objects = {60s, 0s, 1h}, .jitter = 0});
    remote_.unknown = UnknownReason::not_connected;
    object("a");
    world_->run_for(61s);
    remote_.unknown.reset();
    writable();
    world_->run_for(1s);
    EXPECT_EQ(remote_.fills, 0U);
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(OwedFillsTest, AFillThatL2WouldNotTakeIsOwed) {
    origin_.objects["a@1"] = "v";
    start();
    for (const FillState state : {FillState::paused, FillState::dropped}) {
        remote_.fill_ends = state;
        object("a", 0, "1");
        world_->run_for(100ms);
        EXPECT_TRUE(remote_.leases.empty());  // nobody waits for what does not come
        writable();                           // too early: it is owed again
        world_->run_for(1s);
        EXPECT_EQ(remote_.stored, 0U);
        remote_.fill_ends.reset();
        writable();
        world_->run_for(1s);
        EXPECT_EQ(remote_.stored, 1U);
        remote_.stored = 0;
        ASSERT_TRUE(world_->run(engine().invalidate_object(worker(), {"a", "1"})));
    }
}

TEST_F(OwedFillsTest, AStoredFillTellsThatItsSlotIsBack) {
    origin_.objects = {{"a@1", "v"}, {"b", "1"}};
    start();
    remote_.unknown = UnknownReason::not_connected;
    object("a", 0, "1");
    remote_.unknown.reset();
    // A key of the same slot.
    std::string other;
    const std::uint16_t slot =
        remote_.slot_of({ValueKind::versioned_object, std::string_view("a\0001", 3)});
    for (int i = 0; other.empty(); ++i) {
        const std::string key = "k" + std::to_string(i);
        if (remote_.slot_of({ValueKind::object, key}) == slot) other = key;
    }
    origin_.objects[other] = "1";
    object(other);
    world_->run_for(1s);
    EXPECT_EQ(remote_.stored, 2U);
}

TEST_F(OwedFillsTest, TheyAreMadeGoodAFewAtATime) {
    for (int i = 0; i < 300; ++i) origin_.objects["k" + std::to_string(i) + "@1"] = "v";
    start({.owed_fills_in_flight = 8});
    remote_.unknown = UnknownReason::not_connected;
    for (int i = 0; i < 300; ++i) object("k" + std::to_string(i), 0, "1");
    remote_.unknown.reset();
    remote_.fill_latency = 10ms;
    writable();
    world_->run_for(10s);
    EXPECT_EQ(remote_.stored, 300U);
    EXPECT_EQ(remote_.most_fills_in_flight, 8U);
}

TEST_F(OwedFillsTest, AReplayThatFindsL2GoneAgainAsksNobodyElse) {
    for (int i = 0; i < 50; ++i) origin_.objects["k" + std::to_string(i)] = "v";
    start();
    remote_.unknown = UnknownReason::not_connected;
    for (int i = 0; i < 50; ++i) object("k" + std::to_string(i));
    writable();
    world_->run_for(5s);
    EXPECT_EQ(origin_.object_loads, 50U);
    remote_.unknown.reset();
    writable();
    world_->run_for(5s);
    EXPECT_EQ(remote_.stored, 50U);
}

TEST(OwedFillsBounds, EntriesAndBytes) {
    OwedFills owed(3, 10);
    const auto one = [](std::uint16_t slot, std::uint64_t hash, std::string bytes) {
        return OwedFills::Owed{.slot = slot, .hash = hash, .bytes = std::move(bytes)};
    };
    EXPECT_TRUE(owed.add(one(1, 1, "aaaa"), SteadyTime{}));
    EXPECT_TRUE(owed.add(one(1, 1, "aaaa"), SteadyTime{}));  // the same again
    EXPECT_EQ(owed.entries(), 1U);
    EXPECT_TRUE(owed.add(one(2, 2, "bbbb"), SteadyTime{}));
    EXPECT_FALSE(owed.add(one(3, 3, "ccc"), SteadyTime{}));
    EXPECT_TRUE(owed.add(one(3, 3, "cc"), SteadyTime{}));
    EXPECT_FALSE(owed.add(one(4, 4, ""), SteadyTime{}));
    EXPECT_EQ(owed.bytes(), 10U);
    EXPECT_FALSE(owed.take_ready({}));
    EXPECT_EQ(owed.writable({2, 3}), 2U);
    EXPECT_EQ(owed.writable({2, 3}), 0U);
    owed.drop(3, {ValueKind::object, 3, "cc"});
    const auto taken = owed.take_ready({});
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->bytes, "bbbb");
    EXPECT_FALSE(owed.take_ready({}));
    EXPECT_EQ(owed.entries(), 1U);
    EXPECT_EQ(owed.bytes(), 4U);
}

TEST(OwedFillsBounds, WhatIsOfNoUseAnyMoreMakesRoom) {
    OwedFills owed(2, 100);
    const auto one = [](std::uint64_t hash, Duration until) {
        return OwedFills::Owed{.hash = hash, .bytes = "a", .until = SteadyTime(until)};
    };
    EXPECT_TRUE(owed.add(one(1, 60s), SteadyTime(10s)));
    EXPECT_TRUE(owed.add(one(2, 600s), SteadyTime(10s)));
    EXPECT_FALSE(owed.add(one(3, 600s), SteadyTime(59s)));
    EXPECT_TRUE(owed.add(one(3, 600s), SteadyTime(61s)));
    EXPECT_FALSE(owed.add(one(4, 600s), SteadyTime(61s)));
    EXPECT_EQ(owed.entries(), 2U);
    EXPECT_EQ(owed.bytes(), 2U);
}

}  // namespace
}  // namespace aside::engine
