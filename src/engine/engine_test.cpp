// The read path in virtual time: what is answered from where, how old, and what the origin is
// asked.
#include "engine/scripted_origin_fixture.h"

namespace aside::engine {
namespace {

TEST_F(EngineFixture, AMissLoadsOnceAndTheNextReadIsSynchronous) {
    origin_.objects["a"] = "1";
    start();
    const ReadResult miss = object("a");
    EXPECT_EQ(miss.outcome, Outcome::ok);
    EXPECT_EQ(miss.body, "1");
    EXPECT_EQ(miss.from_origin, 1U);
    EXPECT_FALSE(miss.synchronous);
    const ReadResult hit = object("a");
    EXPECT_TRUE(hit.synchronous);
    EXPECT_EQ(hit.body, "1");
    EXPECT_EQ(hit.from_l1, 1U);
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(EngineFixture, AnItemIsItsObjectsInOrder) {
    origin_.objects = {{"a", "1"}, {"b", "2"}, {"c@7", "3"}};
    origin_.items["i"] = {{"b", ""}, {"a", ""}, {"c", "7"}, {"b", ""}};
    start();
    EXPECT_EQ(item("i").body, "2|1|3|2");
    const ReadResult hit = item("i");
    EXPECT_TRUE(hit.synchronous);
    EXPECT_EQ(hit.body, "2|1|3|2");
    EXPECT_EQ(hit.from_l1, 4U);
    EXPECT_EQ(origin_.object_loads, 3U);  // the second "b" joined the first one's flight
}

TEST_F(EngineFixture, AnEmptyItemIsAnAnswer) {
    origin_.items["i"] = {};
    start();
    EXPECT_EQ(item("i").outcome, Outcome::ok);
    EXPECT_EQ(item("i").body, "");
}

TEST_F(EngineFixture, KindsDoNotShareKeys) {
    origin_.objects = {{"x", "object"}, {"x@1", "version"}};
    origin_.items["x"] = {{"x", ""}};
    start();
    EXPECT_EQ(item("x").body, "object");
    EXPECT_EQ(object("x", "1").body, "version");
    EXPECT_EQ(object("x").body, "object");
}

TEST_F(EngineFixture, StaleIsAnsweredAtOnceAndRefreshedOnce) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 30s, 1h}, .jitter = 0});
    object("a");
    origin_.objects["a"] = "new";
    world_->run_for(61s);
    for (int i = 0; i < 5; ++i) {
        const ReadResult stale = object("a");
        EXPECT_TRUE(stale.synchronous);
        EXPECT_TRUE(stale.stale);
        EXPECT_EQ(stale.body, "old");
        EXPECT_GE(stale.age, 61s);
    }
    world_->run_for(1s);
    const ReadResult fresh = object("a");
    EXPECT_TRUE(fresh.synchronous);
    EXPECT_EQ(fresh.body, "new");
    EXPECT_FALSE(fresh.stale);
    EXPECT_LE(fresh.age, 1s);
    EXPECT_EQ(origin_.object_loads, 2U);
}

TEST_F(EngineFixture, AfterAnInvalidationTheOriginIsReadConsistentlyForAWhile) {
    origin_.objects = {{"a", "1"}, {"b", "2"}};
    start({.objects = {5s, 0s, 0s}, .jitter = 0});
    object("a");
    EXPECT_EQ(origin_.consistent, 0U);
    ASSERT_TRUE(world_->run(engine_->invalidate_object(world_->worker(0), {"a", ""})));
    object("a");
    object("b");
    EXPECT_EQ(origin_.consistent, 1U);
    world_->run_for(6s);
    object("a");
    EXPECT_EQ(origin_.consistent, 2U);
    world_->run_for(6s);
    object("a");
    EXPECT_EQ(origin_.consistent, 2U);
    EXPECT_EQ(origin_.object_loads, 5U);
}

TEST_F(EngineFixture, PastRevalidationTheOriginIsAskedFirst) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 30s, 1h}, .jitter = 0});
    object("a");
    origin_.objects["a"] = "new";
    world_->run_for(100s);
    const ReadResult read = object("a");
    EXPECT_EQ(read.body, "new");
    EXPECT_EQ(read.from_origin, 1U);
}

TEST_F(EngineFixture, AFailingOriginIsAnsweredStaleAndAskedNotMoreThanOnceAPause) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 30s, 1h}, .jitter = 0, .failure_pause = 1s});
    object("a");
    world_->run_for(100s);
    origin_.failure = Error{Errc::io, "down", 0};
    for (int i = 0; i < 50; ++i) {
        const ReadResult read = object("a");
        EXPECT_EQ(read.outcome, Outcome::ok);
        EXPECT_EQ(read.body, "old");
        EXPECT_TRUE(read.stale);
        world_->run_for(100ms);
    }
    EXPECT_GE(origin_.object_loads, 5U);
    EXPECT_LE(origin_.object_loads, 7U);
}

TEST_F(EngineFixture, WhatExpiredIsAnErrorWhenTheOriginFails) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 30s, 1h}, .jitter = 0});
    object("a");
    world_->run_for(2h);
    origin_.failure = Error{Errc::io, "down", 0};
    const ReadResult read = object("a");
    EXPECT_EQ(read.outcome, Outcome::failed);
    EXPECT_EQ(read.error.code, Errc::io);
    EXPECT_NE(read.error.detail.find("\"a\""), std::string::npos);
}

TEST_F(EngineFixture, AVersionIsNeverAskedAgain) {
    origin_.objects["a@1"] = "v";
    start();
    object("a", "1");
    world_->run_for(24h * 365);
    EXPECT_TRUE(object("a", "1").synchronous);
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(EngineFixture, NotModifiedRenewsTheValueInPlace) {
    origin_.objects["a"] = "same";
    origin_.validators = true;
    start({.objects = {60s, 30s, 1h}, .jitter = 0});
    object("a");
    world_->run_for(100s);
    EXPECT_EQ(object("a").body, "same");
    EXPECT_EQ(origin_.not_modified, 1U);
    const ReadResult hit = object("a");
    EXPECT_TRUE(hit.synchronous);
    EXPECT_FALSE(hit.stale);
    EXPECT_LT(hit.age, 1s);
}

TEST_F(EngineFixture, AbsenceIsRememberedForAShortWhile) {
    start({.absent_fresh = 2s, .absent_versioned_fresh = 500ms});
    EXPECT_EQ(object("none").outcome, Outcome::absent);
    EXPECT_EQ(object("none").outcome, Outcome::absent);
    EXPECT_EQ(object("none", "1").outcome, Outcome::absent);
    EXPECT_EQ(item("none").outcome, Outcome::absent);
    EXPECT_EQ(origin_.object_loads, 2U);
    world_->run_for(600ms);
    object("none", "1");
    EXPECT_EQ(origin_.object_loads, 3U);
    object("none");
    EXPECT_EQ(origin_.object_loads, 3U);
    world_->run_for(2s);
    origin_.objects["none"] = "now";
    EXPECT_EQ(object("none").body, "now");
    EXPECT_EQ(object("none").body, "now");
}

TEST_F(EngineFixture, AnObjectThatGoesAwayIsAbsentAndComesBack) {
    origin_.objects["a"] = "1";
    start({.objects = {1s, 0s, 0s}, .jitter = 0});
    object("a");
    origin_.objects.clear();
    world_->run_for(2s);
    EXPECT_EQ(object("a").outcome, Outcome::absent);
    origin_.objects["a"] = "2";
    world_->run_for(3s);
    EXPECT_EQ(object("a").body, "2");
}

TEST_F(EngineFixture, AMissingObjectIsAnErrorThatNamesIt) {
    origin_.objects["a"] = "1";
    origin_.items["i"] = {{"a", ""}, {"gone", ""}};
    start();
    const ReadResult read = item("i");
    EXPECT_EQ(read.outcome, Outcome::failed);
    EXPECT_EQ(answer_kind(read.error.code), AnswerKind::origin_failed);
    EXPECT_NE(read.error.detail.find("\"gone\""), std::string::npos);
}

TEST_F(EngineFixture, AMissingObjectIsANullWhenAskedFor) {
    origin_.objects["a"] = "1";
    origin_.items["i"] = {{"a", ""}, {"gone", "3"}};
    start({.items_missing = MissingObject::null});
    const ReadResult read = item("i");
    EXPECT_EQ(read.outcome, Outcome::ok);
    EXPECT_EQ(read.body, "1|null");
    EXPECT_EQ(read.missing, std::vector<std::string>{"gone@3"});
}

TEST_F(EngineFixture, AnItemThatNamesAMissingObjectIsAnsweredAsItWasBefore) {
    origin_.objects["a"] = "1";
    origin_.items["i"] = {{"a", ""}};
    start({.index = {1s, 0s, 1h}, .jitter = 0});
    item("i");
    origin_.items["i"] = {{"not yet", ""}};
    world_->run_for(2s);
    const ReadResult read = item("i");
    EXPECT_EQ(read.outcome, Outcome::ok);
    EXPECT_EQ(read.body, "1");
    EXPECT_TRUE(read.stale);
    origin_.objects["not yet"] = "2";
    world_->run_for(3s);
    EXPECT_EQ(item("i").body, "2");
}

TEST_F(EngineFixture, AStaleEntryThatNamesAMissingObjectIsReadAnew) {
    origin_.objects = {{"a", "1"}, {"b", "2"}};
    origin_.items["i"] = {{"a", ""}};
    start({.objects = {500ms, 0s, 0s}, .index = {1s, 10s, 1h}, .jitter = 0});
    item("i");
    origin_.items["i"] = {{"b", ""}};
    origin_.objects.erase("a");
    world_->run_for(2s);
    const ReadResult read = item("i");
    EXPECT_EQ(read.outcome, Outcome::ok);
    EXPECT_EQ(read.body, "2");
}

TEST_F(EngineFixture, WhatAnItemWasBeforeIsForgottenInTheEnd) {
    origin_.objects["a"] = "1";
    origin_.items["i"] = {{"a", ""}};
    start({.objects = {1h, 0s, 1h}, .index = {1s, 0s, 10s}, .jitter = 0});
    item("i");
    origin_.items["i"] = {{"not yet", ""}};
    world_->run_for(5s);
    EXPECT_EQ(item("i").body, "1");
    world_->run_for(6s);
    EXPECT_EQ(item("i").error.code, Errc::not_found);
}

// The refresh of the stale entry is still under way when the object turns out to be gone.
TEST_F(EngineFixture, AStaleEntryIsReadAnewEvenIfThatTakesLonger) {
    origin_.objects = {{"a", "1"}, {"b", "2"}};
    origin_.items["i"] = {{"a", ""}};
    start({.objects = {500ms, 0s, 0s}, .index = {1s, 10s, 1h}, .jitter = 0});
    item("i");
    origin_.items["i"] = {{"b", ""}};
    origin_.objects.erase("a");
    origin_.slow["i"] = 200ms;
    world_->run_for(2s);
    EXPECT_EQ(item("i").body, "2");
}

TEST_F(EngineFixture, AStaleValueIsAnsweredWhenTimeRunsOut) {
    origin_.objects["a"] = "old";
    start({.objects = {1s, 0s, 1h}, .jitter = 0});
    object("a");
    world_->run_for(10s);
    origin_.hang_for = 5s;
    const ReadResult read = object("a");  // within 3 s
    EXPECT_EQ(read.outcome, Outcome::ok);
    EXPECT_EQ(read.body, "old");
    EXPECT_TRUE(read.stale);
    EXPECT_EQ(read.took, 3s);
}

TEST_F(EngineFixture, WhatIsReadOftenStaysWhenMuchIsReadOnce) {
    const std::string body(1000, '1');
    for (int i = 0; i < 50; ++i) origin_.objects["hot " + std::to_string(i)] = body;
    for (int i = 0; i < 4000; ++i) origin_.objects["cold " + std::to_string(i)] = body;
    origin_.latency = 1us;
    start({.memory_capacity_bytes = 2 << 20, .objects = {24h, 0s, 0s}});
    for (int i = 0; i < 2000; ++i) object("cold " + std::to_string(i));
    for (int i = 2000; i < 4000; ++i) {
        for (int times = 0; times < 3; ++times) object("hot " + std::to_string(i % 50));
        object("cold " + std::to_string(i));
    }
    const unsigned hot_loads = origin_.object_loads - 4000;
    EXPECT_LE(hot_loads, 60U);
}

TEST_F(EngineFixture, OneLateReferenceMakesTheItemLateAtItsDeadline) {
    origin_.objects = {{"a", "1"}, {"b", "2"}};
    origin_.items["i"] = {{"a", ""}, {"b", ""}};
    start({.index = {1h, 1h, 1h}});
    origin_.failing = {"b"};
    EXPECT_EQ(item("i").error.code, Errc::io);
    origin_.failing = {};
    origin_.hang_for = 5s;
    std::vector<ReadResult>& results = new_results();
    begin(0, true, "i", results, 1s);
    world_->run_for(1100ms);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].error.code, Errc::deadline);
    EXPECT_NE(results[0].error.detail.find("\"b\""), std::string::npos);
    EXPECT_EQ(results[0].took, 1s);
    world_->run_for(5s);
    EXPECT_TRUE(item("i").synchronous);  // the flight went on and filled L1
}

// The client asked for a good item; that its index names what the object store cannot have is not
// the client's mistake.
TEST_F(EngineFixture, AReferenceThatTheStoreRefusesIsTheOriginsFailure) {
    origin_.items["i"] = {{"a", ""}};
    origin_.objects["a"] = "1";
    start({.objects = {0s, 0s, 0s}, .index = {60s, 0s, 0s}});
    EXPECT_EQ(item("i").outcome, Outcome::ok);
    origin_.failure = Error{Errc::bad_input, "a key with a part ..", 0};
    EXPECT_EQ(object("a").error.code, Errc::bad_input);
    EXPECT_EQ(item("i").error.code, Errc::corrupt);
}

TEST_F(EngineFixture, AFlightHasItsOwnDeadline) {
    origin_.objects["a"] = "1";
    start({.origin_deadline = 2s});
    origin_.hang_for = 60s;
    std::vector<ReadResult>& results = new_results();
    begin(0, false, "a", results, 30s);
    world_->run_for(3s);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].error.code, Errc::timed_out);
    EXPECT_EQ(results[0].took, 2s);
}

TEST_F(EngineFixture, BadBodiesAreErrorsAndNeverCached) {
    origin_.objects["a"] = "not json";
    start({.objects_max_bytes = 100});
    EXPECT_EQ(object("a").error.code, Errc::corrupt);
    origin_.objects["a"] = "1";
    EXPECT_EQ(object("a").body, "1");
    origin_.objects["big"] = std::string(101, '1');
    EXPECT_EQ(object("big").error.code, Errc::too_large);
    origin_.objects["big"] = std::string(100, '1');
    EXPECT_EQ(object("big").outcome, Outcome::ok);
}

TEST_F(EngineFixture, BadKeysAreRefusedBeforeTheOriginIsAsked) {
    start({.keys_max_bytes = 10});
    EXPECT_EQ(object("").error.code, Errc::bad_input);
    EXPECT_EQ(object(std::string("a\0b", 3)).error.code, Errc::bad_input);
    EXPECT_EQ(object("12345678901").error.code, Errc::bad_input);
    EXPECT_EQ(object("a", std::string("a\0b", 3)).error.code, Errc::bad_input);
    EXPECT_EQ(object("123456", "12345").error.code, Errc::bad_input);  // the two together
    EXPECT_EQ(item("").error.code, Errc::bad_input);
    EXPECT_EQ(origin_.object_loads + origin_.index_loads, 0U);
}

TEST_F(EngineFixture, AnItemThatNamesUnusableKeysIsCorrupt) {
    origin_.items = {{"nul", {{std::string("a\0b", 3), ""}}},
                     {"version", {{"a", std::string("1\0", 2)}}},
                     {"empty", {{"", ""}}},
                     {"long", {{"123456", "12345"}}}};
    start({.keys_max_bytes = 10});
    for (const auto& [id, references] : origin_.items)
        EXPECT_EQ(item(id).error.code, Errc::corrupt) << id;
    EXPECT_EQ(origin_.object_loads, 0U);
}

// The longest keys there can be: what an index entry holds of them must name the same object.
TEST_F(EngineFixture, TheLongestKeyAndVersionNameTheirObject) {
    constexpr std::size_t kMost = 32U << 10;  // of keys.max_bytes
    const std::string key(kMost - 1, 'k');
    origin_.objects[key + "@v"] = "right";
    origin_.items["i"] = {{key, "v"}};
    origin_.items["too long"] = {{std::string(kMost, 'k'), std::string(kMost, 'v')}};
    start({.keys_max_bytes = kMost});
    EXPECT_EQ(item("i").body, "right");
    EXPECT_EQ(item("i").body, "right");
    EXPECT_EQ(item("too long").error.code, Errc::corrupt);
}

TEST_F(EngineFixture, AnItemOverTheLimitsIsRefused) {
    origin_.objects = {{"a", std::string(60, '1')}, {"small", "1"}};
    origin_.items["many"] = std::vector<Reference>(11, Reference{"small", ""});
    origin_.items["large"] = std::vector<Reference>(2, Reference{"a", ""});
    start({.items_max_refs = 10, .response_max_bytes = 100});
    EXPECT_EQ(item("many").error.code, Errc::too_large);
    EXPECT_EQ(item("large").error.code, Errc::too_large);
    EXPECT_EQ(item("large").error.code, Errc::too_large);  // also when all of it is in L1
}

TEST_F(EngineFixture, AnIndexReadEachTimeIsReadEachTime) {
    origin_.objects = {{"a", "1"}, {"b", "2"}};
    origin_.items["i"] = {{"a", ""}};
    start({.index = {0s, 0s, 0s}});
    EXPECT_EQ(item("i").body, "1");
    origin_.items["i"] = {{"b", ""}};
    EXPECT_EQ(item("i").body, "2");
    EXPECT_EQ(origin_.index_loads, 2U);
}

TEST_F(EngineFixture, WithoutFreshTimeEvenStaleValuesAreNotAnsweredUnasked) {
    origin_.objects["a"] = "old";
    start({.objects = {0s, 60s, 1h}});
    EXPECT_EQ(object("a").body, "old");
    origin_.objects["a"] = "new";
    EXPECT_EQ(object("a").body, "new");
    origin_.failure = Error{Errc::io, "down", 0};
    const ReadResult failing = object("a");
    EXPECT_EQ(failing.body, "new");
    EXPECT_TRUE(failing.stale);
}

TEST_F(EngineFixture, JitterSpreadsExpiry) {
    for (int i = 0; i < 100; ++i) origin_.objects[std::to_string(i)] = "1";
    start({.objects = {100s, 0s, 0s}, .jitter = 0.2});
    for (int i = 0; i < 100; ++i) object(std::to_string(i));
    world_->run_for(90s - 1s);  // between 80 and 100 s
    int synchronous = 0;
    for (int i = 0; i < 100; ++i) synchronous += object(std::to_string(i)).synchronous;
    EXPECT_GT(synchronous, 20);
    EXPECT_LT(synchronous, 80);
}

TEST_F(EngineFixture, WritesAreSeenAtOnce) {
    origin_.objects["a"] = "old";
    origin_.items["i"] = {{"a", ""}};
    start();
    item("i");
    runtime::Worker& worker = world_->worker(0);
    EXPECT_TRUE(world_->run(engine_->put_object(worker, {"a", ""}, "new")));
    EXPECT_EQ(item("i").body, "new");
    EXPECT_TRUE(world_->run(engine_->put_item(worker, "i", {{"a", ""}, {"a", ""}})));
    EXPECT_EQ(item("i").body, "new|new");
    EXPECT_TRUE(world_->run(engine_->remove_object(worker, {"a", ""})));
    EXPECT_EQ(object("a").outcome, Outcome::absent);
    EXPECT_TRUE(world_->run(engine_->remove_item(worker, "i")));
    EXPECT_EQ(item("i").outcome, Outcome::absent);
    EXPECT_EQ(world_->run(engine_->put_object(worker, {"a", ""}, "not json")).error().code,
              Errc::bad_input);
}

// The answer to a write was lost, and a read filled L1 while it was under way.
TEST_F(EngineFixture, AWriteThatSeemsToHaveFailedIsSeenAtOnce) {
    origin_.objects["a"] = "old";
    start();
    origin_.latency = 100ms;
    origin_.write_failure = Error{Errc::connection_lost, "scripted", 0};
    std::optional<Errc> failed;
    const auto write = [&](runtime::Worker& worker) -> runtime::Task<> {
        const auto written = co_await engine_->put_object(worker, {"a", ""}, "new");
        if (!written) failed = written.error().code;
    };
    world_->spawn(0, write(world_->worker(0)));
    world_->run_for(1ms);
    origin_.latency = 10ms;
    EXPECT_EQ(object("a").body, "old");
    EXPECT_TRUE(object("a").synchronous);
    world_->run_for(1s);
    EXPECT_EQ(failed, Errc::connection_lost);
    EXPECT_EQ(object("a").body, "new");
}

TEST_F(EngineFixture, HotKeysAreNamed) {
    origin_.objects = {{"hot", "1"}, {"cold", "2"}};
    start();
    for (int i = 0; i < 2000; ++i) object("hot");
    for (int i = 0; i < 100; ++i) object("cold");
    const auto hot = engine_->hot(1);
    ASSERT_EQ(hot.size(), 1U);
    EXPECT_EQ(hot[0].key, "hot");
    EXPECT_EQ(hot[0].kind, "object");
    EXPECT_NEAR(static_cast<double>(hot[0].estimated_hits), 2000.0, 200.0);
}

}  // namespace
}  // namespace aside::engine
