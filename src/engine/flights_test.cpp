// Stampedes, invalidations in the middle of loads, and the bounds on what the origin is asked at a
// time.
#include "engine/scripted_origin_fixture.h"

namespace aside::engine {
namespace {

TEST_F(EngineFixture, AThousandRequestsOnFourWorkersForOneColdKeyAreOneLoad) {
    origin_.objects["a"] = "1";
    start({}, 4);
    std::vector<ReadResult>& results = new_results();
    for (unsigned i = 0; i < 1000; ++i) begin(i % 4, false, "a", results);
    world_->run_for(1s);
    ASSERT_EQ(results.size(), 1000U);
    for (const ReadResult& result : results) EXPECT_EQ(result.body, "1");
    EXPECT_EQ(origin_.object_loads, 1U);
    EXPECT_EQ(counted("aside_flights_total", {{"role", "led"}}), 1U);
    EXPECT_EQ(counted("aside_flights_total", {{"role", "joined"}}), 999U);
}

TEST_F(EngineFixture, AFailedLoadFailsAllWhoWaitForIt) {
    origin_.failure = Error{Errc::io, "down", 0};
    start({}, 2);
    std::vector<ReadResult>& results = new_results();
    for (unsigned i = 0; i < 100; ++i) begin(i % 2, false, "a", results);
    world_->run_for(1s);
    ASSERT_EQ(results.size(), 100U);
    for (const ReadResult& result : results) EXPECT_EQ(result.error.code, Errc::io);
}

TEST_F(EngineFixture, AFollowerThatLeavesDoesNotEndTheFlight) {
    origin_.objects["a"] = "1";
    origin_.latency = 500ms;
    start({}, 2);
    std::vector<ReadResult>& impatient = new_results();
    std::vector<ReadResult>& patient = new_results();
    begin(0, false, "a", impatient, 100ms);  // leads it
    begin(1, false, "a", patient, 3s);
    world_->run_for(200ms);
    ASSERT_EQ(impatient.size(), 1U);
    EXPECT_EQ(impatient[0].error.code, Errc::deadline);
    world_->run_for(1s);
    ASSERT_EQ(patient.size(), 1U);
    EXPECT_EQ(patient[0].body, "1");
    EXPECT_EQ(origin_.object_loads, 1U);
}

TEST_F(EngineFixture, AnInvalidationDetachesTheFlight) {
    origin_.objects["a"] = "old";
    origin_.latency = 500ms;
    start({}, 2);
    std::vector<ReadResult>& before = new_results();
    std::vector<ReadResult>& after = new_results();
    begin(0, false, "a", before);
    world_->run_for(100ms);
    origin_.objects["a"] = "new";  // the load in progress may carry either
    ASSERT_TRUE(world_->run(engine_->invalidate_object(world_->worker(1), {"a", ""}), 1));
    begin(1, false, "a", after);
    world_->run_for(450ms);
    ASSERT_EQ(before.size(), 1U);  // those who waited got its result
    EXPECT_EQ(before[0].outcome, Outcome::ok);
    EXPECT_TRUE(after.empty());  // later ones started anew
    EXPECT_EQ(origin_.object_loads, 2U);
    EXPECT_EQ(engine_->memory_stats().entries, 0U);  // and it filled nothing
    world_->run_for(1s);
    EXPECT_EQ(after.at(0).body, "new");
    EXPECT_TRUE(object("a").synchronous);
}

TEST_F(EngineFixture, TheOriginIsNeverAskedMoreThanTheLimitAtATime) {
    for (int i = 0; i < 100; ++i) origin_.objects[std::to_string(i)] = "1";
    start({.origin_concurrency = 8, .origin_queue = 1000}, 4);
    std::vector<ReadResult>& results = new_results();
    for (unsigned i = 0; i < 100; ++i) begin(i % 4, false, std::to_string(i), results);
    world_->run_for(3s);
    EXPECT_EQ(results.size(), 100U);
    for (const ReadResult& result : results) EXPECT_EQ(result.outcome, Outcome::ok);
    EXPECT_EQ(origin_.most_in_flight, 8U);
}

TEST_F(EngineFixture, WhatDoesNotFitTheQueueIsShedAtOnce) {
    for (int i = 0; i < 20; ++i) origin_.objects[std::to_string(i)] = "1";
    origin_.latency = 100ms;
    start({.origin_concurrency = 2, .origin_queue = 3});
    std::vector<ReadResult>& results = new_results();
    for (unsigned i = 0; i < 20; ++i) begin(0, false, std::to_string(i), results);
    world_->run_for(1ms);
    EXPECT_EQ(results.size(), 15U);
    for (const ReadResult& result : results)
        EXPECT_EQ(answer_kind(result.error.code), AnswerKind::shed);
    world_->run_for(3s);
    EXPECT_EQ(results.size(), 20U);
    EXPECT_EQ(counted("aside_origin_loads_total", {{"store", "objects"}, {"result", "shed"}}), 15U);
    EXPECT_EQ(counted("aside_origin_loads_total", {{"store", "objects"}, {"result", "found"}}), 5U);
}

TEST_F(EngineFixture, AFullQueueAnswersStaleIfThereIsAny) {
    origin_.objects = {{"a", "old"}, {"b", "1"}, {"c", "1"}};
    start({.objects = {1s, 0s, 1h}, .jitter = 0, .origin_concurrency = 1, .origin_queue = 1});
    object("a");
    world_->run_for(10s);
    origin_.latency = 500ms;
    std::vector<ReadResult>& results = new_results();
    begin(0, false, "b", results);
    begin(0, false, "c", results);
    world_->run_for(1ms);
    const ReadResult read = object("a");
    EXPECT_EQ(read.body, "old");
    EXPECT_TRUE(read.stale);
}

TEST_F(EngineFixture, ClientsGoBeforeRefreshesAndAJoinedRefreshBecomesTheirs) {
    origin_.objects = {{"busy", "1"}, {"r1", "1"}, {"r2", "1"}, {"c", "1"}};
    start({.objects = {1s, 1h, 1h}, .jitter = 0, .origin_concurrency = 1, .origin_queue = 100});
    object("r1");
    object("r2");
    world_->run_for(10s);
    origin_.latency = 50ms;
    origin_.order.clear();
    std::vector<ReadResult>& results = new_results();
    begin(0, false, "busy", results);
    world_->run_for(1ms);
    begin(0, false, "r1", results);  // stale: answered, its refresh queues
    world_->run_for(1ms);
    begin(0, false, "r2", results);
    world_->run_for(1ms);
    begin(0, false, "c", results);
    world_->run_for(1ms);
    world_->run_for(1s);
    EXPECT_EQ(origin_.order, (std::vector<std::string>{"busy", "c", "r1", "r2"}));
}

TEST_F(EngineFixture, ARefreshThatAClientWaitsForGoesWithTheClients) {
    origin_.objects = {{"busy", "1"}, {"r1", "1"}, {"r2", "1"}};
    start({.objects = {1s, 10s, 1h}, .jitter = 0, .origin_concurrency = 1});
    object("r1");
    object("r2");
    world_->run_for(10900ms);
    origin_.latency = 500ms;
    origin_.order.clear();
    std::vector<ReadResult>& results = new_results();
    begin(0, false, "busy", results);
    world_->run_for(1ms);
    begin(0, false, "r1", results);  // stale: answered, its refresh queues
    world_->run_for(1ms);
    begin(0, false, "r2", results);
    world_->run_for(1ms);
    EXPECT_EQ(results.size(), 2U);
    world_->run_for(200ms);
    begin(0, false, "r2", results);  // no longer answered unasked: it waits
    world_->run_for(3s);
    EXPECT_EQ(origin_.order, (std::vector<std::string>{"busy", "r2", "r1"}));
}

TEST_F(EngineFixture, LoadsWaitForTheBudgetOfBytesAndAllGetThrough) {
    for (int i = 0; i < 20; ++i) origin_.objects[std::to_string(i)] = std::string(1000, '1');
    origin_.transfer = 20ms;
    start({.origin_concurrency = 20, .origin_max_bytes_in_flight = 2500});
    for (int round = 0; round < 2; ++round) {
        std::vector<ReadResult>& results = new_results();
        for (unsigned i = 0; i < 20; ++i) begin(0, false, std::to_string(i), results);
        world_->run_for(3s);
        ASSERT_EQ(results.size(), 20U);
        for (const ReadResult& result : results) EXPECT_EQ(result.outcome, Outcome::ok);
        EXPECT_EQ(origin_.most_transferred_at_once, 2000U);
        for (int i = 0; i < 20; ++i) {
            ASSERT_TRUE(world_->run(
                engine_->invalidate_object(world_->worker(0), {std::to_string(i), ""})));
        }
    }
}

TEST_F(EngineFixture, AnObjectLargerThanTheWholeBudgetOfBytesIsAnError) {
    origin_.objects["a"] = std::string(3000, '1');
    start({.origin_max_bytes_in_flight = 2500});
    EXPECT_EQ(object("a").error.code, Errc::too_large);
}

TEST_F(EngineFixture, AThousandReferencesAtOnceKeepTheirOrder) {
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        origin_.objects["k" + std::to_string(i)] = std::to_string(i);
        origin_.items["i"].push_back({"k" + std::to_string(i), ""});
        expected += (i ? "|" : "") + std::to_string(i);
    }
    start({}, 4, 9);
    EXPECT_EQ(item("i").body, expected);
    EXPECT_EQ(item("i").body, expected);
}

// Random reads, writes, invalidations, failures and impatience on four workers, by seed: no read
// may return anything older than the last write that had ended when the read began, and every read
// ends.
class Chaos : public EngineFixture, public ::testing::WithParamInterface<std::uint64_t> {};

TEST_P(Chaos, NothingOlderThanTheLastFinishedWriteIsAnswered) {
    start({.objects = {100ms, 0s, 0s},
           .failure_pause = 10ms,
           .origin_deadline = 1s,
           .origin_concurrency = 4},
          4, GetParam());
    Random random(GetParam());
    std::map<std::string, int> finished;  // key -> the write that ended last
    std::set<std::string>
        writing;  // one writer at a time per key, so that "the last write" has a meaning
    int next = 1;
    unsigned ended = 0;
    unsigned begun = 0;
    const auto reader = [&](runtime::Worker& worker, std::string key,
                            Duration timeout) -> runtime::Task<> {
        const int floor = finished[key];
        const ReadResult result = co_await read(worker, false, key, {}, timeout);
        if (result.outcome == Outcome::ok)
            EXPECT_GE(std::stoi(result.body), floor) << world_->describe();
        ++ended;
    };
    const auto writer = [&](runtime::Worker& worker, std::string key,
                            int version) -> runtime::Task<> {
        const auto written =
            co_await engine_->put_object(worker, {key, ""}, std::to_string(version));
        EXPECT_TRUE(written);
        writing.erase(key);
        finished[key] = std::max(finished[key], version);
        ++ended;
    };
    for (int step = 0; step < 3000; ++step) {
        origin_.latency = std::chrono::milliseconds(1 + random.below(30));
        origin_.failure =
            random.chance(1, 20) ? std::optional(Error{Errc::io, "chaos", 0}) : std::nullopt;
        const auto on = static_cast<unsigned>(random.below(4));
        const std::string key = "k" + std::to_string(random.below(5));
        ++begun;
        if (random.chance(1, 10) && writing.insert(key).second) {
            world_->spawn(on, writer(world_->worker(on), key, next++));
        } else {
            world_->spawn(on, reader(world_->worker(on), key,
                                     std::chrono::milliseconds(1 + random.below(100))));
            world_->run_for(std::chrono::microseconds(random.below(3000)));
        }
    }
    world_->run_for(10s);
    EXPECT_EQ(ended, begun) << world_->describe();
}

INSTANTIATE_TEST_SUITE_P(Seeds, Chaos, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace aside::engine
