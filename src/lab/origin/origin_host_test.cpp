#include "lab/origin/origin_host.h"

#include "lab/origin/origin_bed_fixture.h"
#include "runtime/when_all.h"

namespace aside::lab {
namespace {

using OriginHostTest = OriginBed;

TEST_F(OriginHostTest, GivesAnObjectByS3sProtocol) {
    const auto loaded = load("obj-7");
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->body, data.body(7, 0));
    EXPECT_EQ(loaded->validator, "\"7-0\"");
    EXPECT_EQ(load("obj-7", loaded->validator)->state, LoadState::not_modified);
    EXPECT_EQ(load("obj-50")->state, LoadState::absent);

    data.write(7);
    const auto anew = load("obj-7", loaded->validator);
    ASSERT_TRUE(anew);
    EXPECT_EQ(anew->state, LoadState::found);
    EXPECT_EQ(anew->body, data.body(7, 1));
    EXPECT_EQ(host.accepted(), 1U);

    const auto loads = log.take();
    ASSERT_EQ(loads.size(), 4U);
    const std::array ends{LoadEnd::found, LoadEnd::not_modified, LoadEnd::absent, LoadEnd::found};
    for (std::size_t i = 0; i < loads.size(); ++i) {
        EXPECT_EQ(loads[i].end, ends[i]) << i;
        EXPECT_EQ(loads[i].kind, LoadKind::object);
        EXPECT_EQ(loads[i].number, i == 2 ? Dataset::kNoNumber : 7U);
        EXPECT_EQ(loads[i].conditional, i == 1 || i == 3);
        EXPECT_EQ(loads[i].in_progress, 1U);
    }
    EXPECT_TRUE(log.take().empty());
}

TEST_F(OriginHostTest, TellsAHeadWithoutTheBody) {
    const auto there =
        world.run(objects.head(world.worker(0), Reference{"obj-7", ""}, world.now() + 1s));
    ASSERT_TRUE(there);
    EXPECT_EQ(there->state, LoadState::found);
    EXPECT_EQ(there->validator, "\"7-0\"");
    const auto not_there =
        world.run(objects.head(world.worker(0), Reference{"obj-50", ""}, world.now() + 1s));
    EXPECT_FALSE(not_there && not_there->state == LoadState::found);
    EXPECT_EQ(load("obj-7")->body, data.body(7, 0));  // the connection is still in step
}

TEST_F(OriginHostTest, GivesAnItemByDynamodbsProtocol) {
    const auto loaded = load_item("item-9");
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->references.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(loaded->references[i].key, Dataset::object_key(data.references(9)[i]));
    }
    EXPECT_EQ(load_item("item-200")->state, LoadState::absent);
    EXPECT_EQ(log.take().size(), 2U);
}

// Loads of one turn come as one BatchGetItem: one answer, a load for each item.
TEST_F(OriginHostTest, GivesABatchOfItems) {
    std::array<Result<LoadedIndex>, 3> loaded;
    const std::array<std::string, 3> ids{"item-1", "item-200", "item-3"};
    const auto one = [&](std::size_t i) -> runtime::Task<> {
        LoadRequest request{.deadline = world.now() + 5s};
        auto result = co_await index.load(world.worker(0), ids[i], request);
        loaded[i] = std::move(result);
    };
    const auto all = [&]() -> runtime::Task<> {
        std::vector<runtime::Task<>> loads;
        for (std::size_t i = 0; i < ids.size(); ++i) loads.push_back(one(i));
        co_await runtime::when_all(world.worker(0), std::move(loads));
    };
    world.run(all());
    EXPECT_EQ(loaded[0]->references.size(), 3U);
    EXPECT_EQ(loaded[1]->state, LoadState::absent);
    EXPECT_EQ(loaded[2]->references[0].key, Dataset::object_key(data.references(3)[0]));
    const auto loads = log.take();
    ASSERT_EQ(loads.size(), 3U);
    for (const OriginLoad& load : loads) EXPECT_EQ(load.in_progress, 3U);
    EXPECT_EQ(item_faults.calls(), 1U);
}

// Whoever loads an object while it is written may get the old one: readers are to cope with it.
TEST_F(OriginHostTest, AnAnswerIsOfWhenItWasAskedFor) {
    set({.latency = 1s});
    auto timer = world.worker(1).make_timer([this] { data.write(7); });
    timer->arm(world.now() + 500ms);
    const SteadyTime start = world.now();
    EXPECT_EQ(load("obj-7")->body, data.body(7, 0));
    EXPECT_GE(world.now() - start, 1s);
    EXPECT_EQ(load("obj-7")->body, data.body(7, 1));
    const auto loads = log.take();
    EXPECT_GE(loads[0].ended - loads[0].began, 1s);
}

struct Failure {
    Errc asked, of_objects, of_index;
    LoadEnd logged;
};

// As the service would say it, and as its client understands it.
TEST_F(OriginHostTest, FailsAsItsServicesDo) {
    constexpr std::array kFailures{
        Failure{Errc::throttled, Errc::throttled, Errc::throttled, LoadEnd::throttled},
        Failure{Errc::io, Errc::io, Errc::io, LoadEnd::failed},
        Failure{Errc::denied, Errc::denied, Errc::denied, LoadEnd::failed},
        Failure{Errc::connection_lost, Errc::connection_lost, Errc::connection_lost,
                LoadEnd::failed}};
    for (const Failure& failure : kFailures) {
        set({.error_rate = kAlways, .error = failure.asked});
        const auto object = load("obj-7");
        const auto item = load_item("item-7");
        ASSERT_FALSE(object || item) << name_of(failure.asked);
        EXPECT_EQ(object.error().code, failure.of_objects) << name_of(failure.asked);
        EXPECT_EQ(item.error().code, failure.of_index) << name_of(failure.asked);
        for (const OriginLoad& load : log.take()) EXPECT_EQ(load.end, failure.logged);
    }
}

TEST_F(OriginHostTest, RefusesAtOnceWhatIsOverItsLimit) {
    set({.latency = 1s, .most_in_progress = 2});
    std::vector<std::string> ended;
    const auto one = [&](std::string key) -> runtime::Task<> {
        LoadRequest request{.deadline = world.now() + 5s};
        const auto loaded = co_await objects.load(world.worker(0), {std::move(key), ""}, request);
        ended.emplace_back(loaded ? "found" : name_of(loaded.error().code));
    };
    for (int i = 0; i < 3; ++i) world.spawn(0, one(Dataset::object_key(1)));
    world.run_for(2s);
    EXPECT_EQ(ended, (std::vector<std::string>{"throttled", "found", "found"}));
    EXPECT_EQ(object_faults.most_in_progress(), 3U);
    const auto loads = log.take();
    EXPECT_EQ(loads[0].end, LoadEnd::throttled);
    EXPECT_EQ(loads[0].in_progress, 3U);
}

TEST_F(OriginHostTest, DamagesAndLiesWhenAsked) {
    set({.damage_rate = kAlways});
    EXPECT_EQ(load("obj-7")->body, data.body(7, 0).substr(0, data.body_bytes(7) / 2));
    EXPECT_EQ(load_item("item-7")->references.size(), 2U);
    set({.absent_rate = kAlways});
    EXPECT_EQ(load("obj-7")->state, LoadState::absent);
    EXPECT_EQ(load_item("item-7")->state, LoadState::absent);
}

TEST_F(OriginHostTest, NoticesAClientThatGoesAway) {
    set({.latency = 2s});
    EXPECT_EQ(load("obj-7", "", 1s).error().code, Errc::timed_out);
    EXPECT_EQ(load_item("item-7", 1s).error().code, Errc::timed_out);
    world.run_for(3s);
    const auto loads = log.take();
    ASSERT_EQ(loads.size(), 2U);
    EXPECT_EQ(loads[0].end, LoadEnd::abandoned);
    EXPECT_EQ(loads[1].end, LoadEnd::abandoned);
}

TEST_F(OriginHostTest, GoesAwayWithWhatIsUnderWayAndComesBack) {
    set({.latency = 3s});
    auto timer = world.worker(1).make_timer([this] { close_host(); });
    timer->arm(world.now() + 1s);
    const SteadyTime start = world.now();
    EXPECT_EQ(load("obj-7").error().code, Errc::connection_lost);
    EXPECT_LT(world.now() - start, 1100ms);
    EXPECT_EQ(load("obj-7").error().code, Errc::refused);
    world.run_for(200ms);
    EXPECT_EQ(object_faults.in_progress(), 0U);
    EXPECT_EQ(log.take().front().end, LoadEnd::failed);
    set({});
    ASSERT_TRUE(host.listen(at));
    EXPECT_EQ(load("obj-7")->body, data.body(7, 0));
    EXPECT_EQ(load_item("item-7")->references.size(), 3U);
}

}  // namespace
}  // namespace aside::lab
