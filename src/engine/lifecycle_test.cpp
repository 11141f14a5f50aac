// A process that is frozen between requests: what it finishes and gives up before, and what it
// believes after.
#include "engine/scripted_remote_fixture.h"

namespace aside::engine {
namespace {

using Clock = runtime::SimProcess::SteadyClock;

runtime::Task<> settle_and_say(Engine& engine, runtime::Worker& worker, Duration patience,
                               bool& done) {
    co_await engine.settle(worker, worker.now() + patience);
    done = true;
}

// The whole world's processes stand still, for its origin and L2 are of them.
void freeze(runtime::SimWorld& world, Engine& engine, Duration span, Clock clock) {
    const SteadyTime since = world.worker(0).now();
    world.home().freeze();
    world.run_for(span);
    world.home().thaw(clock);
    world.worker(0).post([&engine, &world, since, span] {
        engine.thawed(world.worker(0), {.since = since, .length = span});
    });
    world.run_for(0s);
}

// --- settling, with L2

class SettleTest : public FleetFixture {
  protected:
    // When it had settled, from now.
    Duration settle(Duration patience) {
        const SteadyTime began = world_->now();
        bool done = false;
        world_->spawn(0, settle_and_say(engine(), worker(), patience, done));
        EXPECT_TRUE(world_->run_until([&] { return done; }, 10s));
        return world_->now() - began;
    }
    static EngineOptions short_lived() {
        EngineOptions options;
        options.objects = {2s, 60s, 1h};
        options.l1_max_age = 10s;
        options.jitter = 0;
        return options;
    }
    // "a" is in L1 and L2, and stale.
    void hold_stale() {
        origin_.objects["a"] = "old";
        object("a");
        world_->run_for(3s);
        EXPECT_TRUE(remote_.has("a"));
        origin_.objects["a"] = "new";
    }
};

TEST_F(SettleTest, NothingUnderWayIsNotWaitedFor) {
    start();
    EXPECT_EQ(settle(1s), 0s);
}

TEST_F(SettleTest, ARefreshIsFinishedAndFilled) {
    start(short_lived());
    hold_stale();
    origin_.latency = 50ms;
    const Read read = object("a");
    EXPECT_EQ(read.result.body, "old");
    EXPECT_EQ(read.result.took, 0s);
    const Duration took = settle(250ms);
    EXPECT_GE(took, 50ms);
    EXPECT_LE(took, 60ms);
    EXPECT_EQ((remote_.kept[{ValueKind::object, "a"}].body), "new");
    EXPECT_TRUE(remote_.leases.empty());
    EXPECT_EQ(object("a").result.body, "new");
    EXPECT_EQ(counted("aside_given_up_loads_total"), 0U);
}

TEST_F(SettleTest, WhatIsNotDoneInTimeIsGivenUpAndItsLeaseGivenBack) {
    start(short_lived());
    hold_stale();
    origin_.slow["a"] = 2s;
    object("a");
    world_->run_for(10ms);
    EXPECT_EQ(remote_.leases.size(), 1U);
    const unsigned releases = remote_.releases;
    EXPECT_LE(settle(100ms), 106ms);
    EXPECT_EQ(remote_.releases, releases + 1);
    EXPECT_TRUE(remote_.leases.empty());
    EXPECT_EQ(counted("aside_given_up_loads_total"), 1U);
    for (const char* result : {"error", "late", "shed", "throttled"}) {
        EXPECT_EQ(counted("aside_origin_loads_total", {{"store", "objects"}, {"result", result}}),
                  0U)
            << result;
    }
    // The next request is answered, and begins another refresh at once.
    origin_.slow.clear();
    EXPECT_EQ(object("a").result.body, "old");
    world_->run_for(100ms);
    EXPECT_EQ(object("a").result.body, "new");
    world_->run_for(3s);  // what came of the old one filled nothing
    EXPECT_EQ(object("a").result.body, "new");
    EXPECT_EQ((remote_.kept[{ValueKind::object, "a"}].body), "new");
}

TEST_F(SettleTest, LoadsThatWaitForTheirTurnAreGivenUpToo) {
    EngineOptions options = short_lived();
    options.origin_concurrency = 1;
    start(options);
    for (const char* key : {"a", "b", "c"}) {
        origin_.objects[key] = "old";
        object(key);
    }
    world_->run_for(3s);
    for (const char* key : {"a", "b", "c"}) {
        origin_.slow[key] = 2s;
        EXPECT_EQ(object(key).result.body, "old");
    }
    world_->run_for(10ms);
    const unsigned loads = origin_.object_loads;
    EXPECT_LE(settle(50ms), 56ms);
    EXPECT_EQ(counted("aside_given_up_loads_total"), 3U);
    EXPECT_TRUE(remote_.leases.empty());
    world_->run_for(10s);
    EXPECT_EQ(origin_.object_loads, loads) << "nothing was asked for nobody";
}

TEST_F(SettleTest, WhoeverWaitsIsNotGivenUp) {
    start();
    origin_.objects["a"] = "1";
    origin_.latency = 500ms;
    std::vector<Read> results;
    begin(0, "a", results);
    world_->run_for(10ms);
    EXPECT_LE(settle(50ms), 56ms);
    world_->run_for(1s);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].result.body, "1");
}

TEST_F(SettleTest, ALoadThatPausesBeforeItsRetryIsGivenUp) {
    EngineOptions options = short_lived();
    options.origin_attempts_max = 2;
    options.origin_backoff_base = 10s;
    options.origin_backoff_max = 10s;
    options.origin_deadline = 60s;
    start(options, 1, 3);
    hold_stale();
    for (int i = 0; i < 20; ++i) {  // so that there is a budget
        origin_.objects["k" + std::to_string(i)] = "1";
        object("k" + std::to_string(i));
    }
    origin_.failing.insert("a");
    object("a");
    world_->run_for(50ms);
    EXPECT_LE(settle(20ms), 26ms);
    EXPECT_EQ(counted("aside_given_up_loads_total"), 1U);
    origin_.failing.clear();
}

TEST_F(SettleTest, OwedFillsAreMadeGoodInItsTimeAndTheRestStaysOwed) {
    start();
    remote_.unknown = UnknownReason::not_connected;
    for (int i = 0; i < 40; ++i) {
        const std::string key = "k" + std::to_string(i);
        origin_.objects[key + "@1"] = "v";
        object(key, 0, "1");
    }
    remote_.unknown.reset();
    remote_.fill_latency = 20ms;
    writable();
    EXPECT_LE(settle(50ms), 56ms);
    const unsigned stored = remote_.stored;
    EXPECT_GT(stored, 8U);
    EXPECT_LT(stored, 40U);
    world_->run_for(1s);
    EXPECT_LE(remote_.stored, stored + 8);  // those under way
    while (remote_.stored < 40) {
        const unsigned before = remote_.stored;
        settle(50ms);
        ASSERT_GT(remote_.stored, before);
    }
}

TEST_F(SettleTest, WarmingIsGivenUp) {
    start();
    std::vector<WarmKey> keys;
    for (int i = 0; i < 100; ++i) {
        const std::string key = "k" + std::to_string(i);
        origin_.objects[key] = "v";
        keys.push_back({ValueKind::object, 1, key});
    }
    origin_.latency = 30ms;
    world_->spawn(0, engine().warm_up(worker(), keys, 2));
    world_->run_for(100ms);
    EXPECT_LE(settle(50ms), 56ms);
    const unsigned loads = origin_.object_loads;
    world_->run_for(5s);
    EXPECT_EQ(origin_.object_loads, loads);
}

// --- thawing

struct GapOf {
    Duration span;
    Clock clock;
};
class ThawTest : public EngineFixture, public ::testing::WithParamInterface<GapOf> {};

INSTANTIATE_TEST_SUITE_P(Gaps, ThawTest,
                         ::testing::Values(GapOf{10ms, Clock::ran_on}, GapOf{5s, Clock::ran_on},
                                           GapOf{1h, Clock::ran_on}, GapOf{5s, Clock::stood_still},
                                           GapOf{1h, Clock::stood_still}));

TEST_P(ThawTest, ValuesAreAsOldAsTheyAre) {
    EngineOptions options;
    options.objects = {60s, 60s, 24h};
    options.jitter = 0;
    start(options);
    origin_.objects["a"] = "1";
    object("a");
    const unsigned loads = origin_.object_loads;
    freeze(*world_, *engine_, GetParam().span, GetParam().clock);
    origin_.failure = Error{Errc::io, "gone", 0};
    const ReadResult read = object("a");
    EXPECT_EQ(read.body, "1");
    EXPECT_GE(read.age, GetParam().span);
    EXPECT_LE(read.age, GetParam().span + 1s);
    EXPECT_EQ(read.stale, GetParam().span > 60s);
    EXPECT_EQ(origin_.object_loads > loads, GetParam().span > 60s);
}

TEST_P(ThawTest, ARequestDoesNotWaitForWhatWasUnderWayBefore) {
    EngineOptions options;
    options.objects = {1s, 1h * 24, 24h};
    options.jitter = 0;
    start(options);
    origin_.objects["a"] = "1";
    object("a");
    world_->run_for(2s);
    origin_.hang_for = 20s;  // a refresh that will not end soon
    EXPECT_EQ(object("a").body, "1");
    world_->run_for(1ms);
    freeze(*world_, *engine_, GetParam().span, GetParam().clock);
    origin_.hang_for = {};
    origin_.objects["a"] = "2";
    EXPECT_EQ(object("a").body, "1");
    world_->run_for(50ms);
    EXPECT_EQ(object("a").body, "2") << "another refresh was begun";
    EXPECT_EQ(counted("aside_origin_loads_total", {{"store", "objects"}, {"result", "late"}}), 0U);
    EXPECT_EQ(counted("aside_given_up_loads_total", {}), 1U);
}

using ThawTestOnce = EngineFixture;

// A client waits, its load fails because its connection died meanwhile, and is made once more.
TEST_F(ThawTestOnce, ALoadThatFailedByTheFreezeIsMadeOnceMoreOutOfNoBudget) {
    start();
    origin_.objects["a"] = "1";
    origin_.latency = 100ms;
    origin_.failure = Error{Errc::connection_lost, "died", 0};
    auto& results = new_results();
    begin(0, false, "a", results);
    world_->run_for(1ms);
    origin_.failure.reset();
    freeze(*world_, *engine_, 10ms, Clock::ran_on);
    world_->run_for(1s);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].body, "1");
    EXPECT_EQ(origin_.object_loads, 2U);
}

TEST_F(ThawTestOnce, FailuresOfWhatWasUnderWayOpenNoBreaker) {
    EngineOptions options;
    options.origin_deadline = 1s;
    start(options);
    origin_.hang_for = 10s;
    auto& results = new_results();
    for (int i = 0; i < 60; ++i) begin(0, false, "k" + std::to_string(i), results, 500ms);
    world_->run_for(1ms);
    freeze(*world_, *engine_, 5s, Clock::ran_on);
    world_->run_for(1s);
    EXPECT_EQ(results.size(), 60U);
    EXPECT_EQ(origin_.object_loads, 60U) << "no time was left to make them once more";
    origin_.hang_for = {};
    for (int i = 0; i < 20; ++i) {
        const std::string key = "n" + std::to_string(i);
        origin_.objects[key] = "1";
        EXPECT_EQ(object(key).body, "1");
    }
    EXPECT_EQ(counted("aside_origin_shed_total", {{"store", "objects"}, {"reason", "failing"}}),
              0U);
    const std::string page = registry_->render();
    EXPECT_NE(page.find("aside_origin_limit{store=\"objects\"} 64"), std::string::npos);
}

// The wall clock, which told the gap, had been set back or forth.
TEST_F(ThawTestOnce, AGapThatIsShorterThanWhatWasSeenOrAbsurdIsBelievedWithinBounds) {
    EngineOptions options;
    options.objects = {1h, 1h, 24h};
    start(options);
    origin_.objects["a"] = "1";
    object("a");
    const auto tell = [&](Duration length) {
        world_->worker(0).post([this, length] {
            engine_->thawed(world_->worker(0), {world_->worker(0).now() - 1s, length});
        });
        world_->run_for(0s);
    };
    const SteadyTime before = world_->worker(0).now();
    tell(-1h);
    tell(0s);
    tell(1s + 5ms);
    EXPECT_EQ(world_->worker(0).now(), before);
    EXPECT_EQ(object("a").body, "1");
    tell(1h * 24 * 365 * 50);
    EXPECT_LE(world_->worker(0).now() - before, 24h * 30);
    EXPECT_EQ(object("a").body, "1");
}

}  // namespace
}  // namespace aside::engine
