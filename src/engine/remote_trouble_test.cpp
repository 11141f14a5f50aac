// L2 in trouble, and what happens at one moment, in virtual time: wrong clocks, foreign writers,
// invalidations between two steps, warming without an L2, an origin that fails behind an empty L2.
#include "engine/scripted_remote_fixture.h"

namespace aside::engine {
namespace {

class RemoteTroubleTest : public FleetFixture {
  protected:
    // Answers, then at once hears that the key was invalidated: before who answered goes on.
    runtime::Task<> read_and_hear(std::string key) {
        const Read first = co_await read(0, false, key, {}, 3s, false);
        EXPECT_EQ(first.result.body, "old");
        origin_.objects[key] = "new";
        remote_.kept.clear();
        remote_.leases.clear();
        engine().key_invalidated(worker(), {ValueKind::object, key});
    }
    void warm(std::vector<std::string> names) {
        std::vector<WarmKey> keys;
        for (std::string& name : names) keys.push_back({ValueKind::object, 1, std::move(name)});
        world_->run(engine().warm_up(worker(), std::move(keys), 4));
    }
};

TEST_F(RemoteTroubleTest, AStaleHitInvalidatedAsItIsAnsweredAnswersNobodyAfterwards) {
    start({.objects = {60s, 60s, 1h}, .jitter = 0});
    origin_.latency = 500ms;
    remote_.put(*world_, "a", "old", 70s, 60s);
    world_->run(read_and_hear("a"));
    EXPECT_EQ(object("a").result.body, "new");
}

TEST_F(RemoteTroubleTest, AStaleValueKeptWhileL2IsUnknownDoesNotOutliveItsInvalidation) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 1s, 1h}, .jitter = 0});
    object("a");
    world_->run_for(100s);
    origin_.latency = 500ms;
    remote_.unknown = UnknownReason::suspect;
    world_->run(read_and_hear("a"));
    EXPECT_EQ(object("a").result.body, "new");
}

TEST_F(RemoteTroubleTest, ALandingAndAnInvalidationAtOneMomentLeaveNothingOldBehind) {
    origin_.objects["a"] = "old";
    start();
    world_->run(read_and_hear("a"));
    EXPECT_EQ(object("a").result.body, "new");
    world_->run_for(1s);
    EXPECT_EQ(object("a").result.body, "new");
    world_->run_for(1s);
    EXPECT_EQ((remote_.kept[{ValueKind::object, "a"}].body), "new");
}

// Another program writes into the same L2, and nobody vouches for what it writes.
class ForeignWriter final : public RemoteTier {
  public:
    std::string body;
    std::uint64_t fills = 0;

    void start_read(runtime::Worker& worker, RemoteRead& read) override {
        worker.spawn(answer(worker, read));
    }
    runtime::Task<LeaseAnswer> take_lease(runtime::Worker&, RemoteKey, SteadyTime) override {
        co_return LeaseAnswer{};
    }
    runtime::Task<bool> renew_lease(runtime::Worker&, RemoteKey, LeaseToken) override {
        co_return false;
    }
    void release_lease(runtime::Worker&, RemoteKey, LeaseToken) override {}
    runtime::Task<FillState> fill(runtime::Worker&, RemoteFill) override {
        ++fills;
        co_return FillState::dropped;
    }
    runtime::Task<Result<void>> invalidate(runtime::Worker&, RemoteKey, SteadyTime) override {
        co_return Result<void>();
    }
    std::uint16_t slot_of(RemoteKey) const override { return 1; }
    std::string status_json() const override { return {}; }

  private:
    runtime::Task<> answer(runtime::Worker& worker, RemoteRead& read) {
        co_await runtime::sleep_for(worker, 1ms);
        RemoteAnswer told{.state = RemoteState::hit, .unchecked = true, .body = body};
        told.origin_time = worker.wall_now();
        told.fresh_until = worker.wall_now() + 60s;
        read.read_done(told);
    }
};

TEST(ForeignWriters, BytesThatAreNoJsonAreNeverAnswered) {
    ScriptedOrigin origin;
    origin.objects["a"] = "{}";
    ForeignWriter remote;
    telemetry::Registry registry(1);
    runtime::SimWorld world({.seed = 1});
    EngineOptions options;
    options.memory_capacity_bytes = 1 << 20;
    options.absent_capacity_bytes = 64 << 10;
    options.check_body = [](std::string_view body) { return !body.starts_with("not json"); };
    Engine engine(options, 1, origin, origin, registry, &remote);
    const auto read = [&]() -> runtime::Task<std::string> {
        Answer answer;
        const ObjectQuery query{.key = "a", .deadline = world.now() + 3s};
        co_await engine.object(world.worker(0), query, answer);
        const auto values = answer.values();
        co_return values.empty() ? std::string() : std::string(values.front()->body());
    };
    remote.body = "not json at all";
    EXPECT_EQ(world.run(read()), "{}");
    EXPECT_EQ(registry.counter("aside_unknown_total", "", {{"reason", "mismatch"}}).value(), 1U);
    EXPECT_EQ(
        registry.counter("aside_reads_total", "", {{"tier", "l2"}, {"answer", "hit"}}).value(), 0U);
    world.run_for(10s);  // L1 asks again
    remote.body = "[1]";
    EXPECT_EQ(world.run(read()), "[1]");
    EXPECT_TRUE(world.run_until_idle());
}

// Whoever filled it has a clock an hour ahead of ours: its age must not begin anew with each look.
TEST_F(RemoteTroubleTest, AWordFromTheFutureAgesAsAnyOther) {
    origin_.objects["a"] = "new";
    start({.objects = {60s, 0s, 1h}, .jitter = 0});
    remote_.put(*world_, "a", "old", -1h, 60s);
    EXPECT_EQ(object("a").result.body, "old");
    for (int i = 0; i < 5; ++i) {
        world_->run_for(11s);
        const Read read = object("a");
        EXPECT_EQ(read.result.body, "old");
        EXPECT_GE(read.result.age, (i + 1) * 11s);
    }
    world_->run_for(11s);
    EXPECT_EQ(object("a").result.body, "new");
}

TEST_F(RemoteTroubleTest, AWallClockThatJumpsNeitherRestartsAgesNorKeepsValuesForEver) {
    for (const Duration jump : {Duration(-1h), Duration(1h)}) {
        processes_.clear();
        remote_ = ScriptedRemote();
        origin_.objects = {{"a", "old"}};
        start({.objects = {60s, 0s, 1h}, .jitter = 0});
        object("a");
        world_->run_for(10s);
        world_->jump_wall(jump);
        origin_.objects["a"] = "new";
        for (int i = 0; i < 6; ++i) {
            object("a");
            world_->run_for(11s);
        }
        EXPECT_EQ(object("a").result.body, "new");
        EXPECT_TRUE(world_->run_until_idle());
    }
}

TEST_F(RemoteTroubleTest, WarmingAsksTheOriginForNothingThatL1HoldsWhileL2CannotSay) {
    for (const char* name : {"a", "b", "c"}) origin_.objects[name] = "1";
    start();
    for (const char* name : {"a", "b"}) object(name);
    EXPECT_EQ(origin_.object_loads, 2U);
    remote_.unknown = UnknownReason::not_connected;
    warm({"a", "b", "c"});
    EXPECT_EQ(origin_.object_loads, 3U);
    remote_.unknown.reset();
    remote_.kept.clear();
    remote_.no_leases = true;
    warm({"a", "b", "c"});
    EXPECT_EQ(origin_.object_loads, 3U);
}

TEST_F(RemoteTroubleTest, WarmingAColdShardLetsWhoeverWaitsThroughTheGateFirst) {
    for (int i = 0; i < 40; ++i) origin_.objects["w" + std::to_string(i)] = "1";
    origin_.objects["a"] = "1";
    start({.origin_concurrency = 2, .cold_share = 0.5});
    origin_.latency = 100ms;
    remote_.cold = true;
    std::vector<WarmKey> keys;
    for (int i = 0; i < 40; ++i) keys.push_back({ValueKind::object, 1, "w" + std::to_string(i)});
    world_->spawn(0, engine().warm_up(worker(), std::move(keys), 16));
    world_->run_for(150ms);
    EXPECT_LT(object("a").result.took, 350ms);
    // And who joins what is being warmed goes with it to the front.
    EXPECT_LT(object("w15").result.took, 350ms);
    world_->run_for(10s);
    EXPECT_EQ(origin_.object_loads, 41U);
}

TEST_F(RemoteTroubleTest, AnOriginThatFailsBehindAnEmptyL2IsLeftAloneForAWhile) {
    origin_.objects["a"] = "old";
    start({.objects = {60s, 0s, 1h}, .jitter = 0});
    object("a");
    world_->run_for(100s);
    remote_.kept.clear();
    origin_.failure = Error{Errc::io, "down", 0};
    const unsigned before = origin_.object_loads;
    for (int i = 0; i < 50; ++i) {
        const Read read = object("a");
        EXPECT_EQ(read.result.body, "old");
        EXPECT_TRUE(read.result.stale);
        world_->run_for(10ms);
    }
    EXPECT_LE(origin_.object_loads - before, 2U);
    EXPECT_TRUE(remote_.leases.empty());
    world_->run_for(2s);
    origin_.failure.reset();
    origin_.objects["a"] = "new";
    EXPECT_EQ(object("a").result.body, "new");
}

TEST_F(RemoteTroubleTest, WhoJoinsAPatientWaitIsAnsweredInTime) {
    origin_.objects["a"] = "1";
    start();
    remote_.hold(*world_, "a", 1h);
    std::vector<Read> results;
    begin(0, "a", results, 9s);
    world_->run_for(50ms);
    const Read joined = object("a", 0, {}, 1s);
    EXPECT_EQ(joined.result.body, "1");
    EXPECT_LE(joined.result.took, 1s);
    EXPECT_EQ(origin_.object_loads, 1U);
    world_->run_for(100ms);
    EXPECT_EQ(results.size(), 1U);
}

TEST_F(RemoteTroubleTest, WhoHasNoTimeAtAllHurriesNobody) {
    origin_.objects["a"] = "1";
    start();
    remote_.hold(*world_, "a", 500ms);
    std::vector<Read> results;
    begin(0, "a", results, 9s);
    world_->run_for(50ms);
    EXPECT_EQ(object("a", 0, {}, 5ms).result.error.code, Errc::deadline);
    world_->run_for(300ms);
    EXPECT_EQ(origin_.object_loads, 0U);
    world_->run_for(1s);
    EXPECT_EQ(results.size(), 1U);
}

TEST_F(RemoteTroubleTest, AnInvalidationThatL2DidNotConfirmIsMadeGoodByAskingAgain) {
    origin_.objects["a"] = "old";
    start({}, 2);
    object("a", 0);
    object("a", 1);
    world_->run_for(100ms);
    remote_.invalidate_fails = Error{Errc::timed_out, "scripted", 0};
    const auto put = [&] {
        return world_->run(engine(0).put_object(worker(0), {"a", ""}, "new"), 0);
    };
    auto report = put();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->origin);
    EXPECT_TRUE(report->l1);
    EXPECT_FALSE(report->l2);
    remote_.invalidate_fails.reset();
    report = put();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->l2);
    EXPECT_EQ(object("a", 0).result.body, "new");
    EXPECT_EQ(object("a", 1).result.body, "new");
}

// Two processes write one key, again and again, while others read it: what is seen after the last
// write was confirmed is the last write.
TEST_F(RemoteTroubleTest, TwoWritersOfOneKeyLeaveTheLastOnesValue) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        processes_.clear();
        remote_ = ScriptedRemote();
        origin_.objects = {{"a", "0"}};
        start({}, 3, seed);
        std::vector<Read> results;
        const auto write = [&](unsigned process, int from) -> runtime::Task<> {
            for (int i = from; i < 20; i += 2) {
                const auto nap = worker(process).random().below(5'000'000);
                co_await runtime::sleep_for(worker(process), Duration(nap));
                const auto report = co_await engine(process).put_object(worker(process), {"a", ""},
                                                                        std::to_string(i));
                EXPECT_TRUE(report);
            }
        };
        world_->spawn(0, write(0, 0));
        world_->spawn(1, write(1, 1));
        for (unsigned i = 0; i < 100; ++i) {
            begin(i % 3, "a", results);
            world_->run_for(1ms);
        }
        world_->run_for(1s);
        EXPECT_EQ(results.size(), 100U);
        for (unsigned i = 0; i < 3; ++i)
            EXPECT_EQ(object("a", i).result.body, origin_.objects["a"]) << seed;
        EXPECT_TRUE(world_->run_until_idle());
    }
}

TEST_F(RemoteTroubleTest, AValueThatL1HasNoRoomForIsAnsweredAllTheSame) {
    start({.memory_capacity_bytes = 1});
    remote_.put(*world_, "a", std::string(3 << 20, 'x'), 0s, 60s);
    for (int i = 0; i < 3; ++i) {
        const Read read = object("a");
        EXPECT_EQ(read.result.body.size(), std::size_t{3} << 20);
        EXPECT_EQ(read.from_l2, 1U);
    }
    EXPECT_EQ(origin_.object_loads, 0U);
}

TEST_F(RemoteTroubleTest, AnAbsenceInL2TakesTheValuesPlaceInL1) {
    origin_.objects["a"] = "1";
    start();
    object("a");
    world_->run_for(6s);
    remote_.kept[{ValueKind::object, "a"}] = {.absent = true,
                                              .origin_time = world_->wall_now(),
                                              .fresh_until = world_->wall_now() + 2s,
                                              .keep_until = world_->now() + 2s};
    EXPECT_EQ(object("a").result.outcome, Outcome::absent);
    EXPECT_EQ(object("a").result.outcome, Outcome::absent);
    EXPECT_EQ(origin_.object_loads, 1U);
    world_->run_for(3s);
    EXPECT_EQ(object("a").result.body, "1");
}

TEST_F(RemoteTroubleTest, AskedEachTimeL1IsStillWhatAnswersWhenL2CannotSay) {
    origin_.objects["a"] = "1";
    start({.l1_max_age = 0s});
    object("a");
    world_->run_for(1s);
    EXPECT_EQ(object("a").from_l2, 1U);
    EXPECT_FALSE(object("a").result.synchronous);
    remote_.unknown = UnknownReason::timed_out;
    EXPECT_EQ(object("a").result.from_l1, 1U);
    EXPECT_EQ(origin_.object_loads, 1U);
}

}  // namespace
}  // namespace aside::engine
