#include "aws/credential_provider.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::aws {
namespace {

using namespace std::chrono_literals;

// Hands out numbered credentials, or fails, as it is told.
struct ScriptedSource final : CredentialSource {
    std::string_view name() const override { return "script"; }
    runtime::Task<Result<FetchedCredentials>> fetch(runtime::Worker& worker,
                                                    SteadyTime deadline) override {
        EXPECT_FALSE(under_way) << "two fetches at a time";
        under_way = true;
        began.push_back(worker.now());
        co_await sleep_until(worker, std::min(deadline, worker.now() + takes));
        under_way = false;
        if (fails) co_return fail(Errc::timed_out, "no answer");
        FetchedCredentials given{{"key-" + std::to_string(began.size()), Secret("s"), Secret("t")},
                                 lasts == kForEver ? kNever : worker.now() + lasts};
        co_return given;
    }
    static constexpr Duration kForEver{};
    Duration takes = 20ms;
    Duration lasts = 1h;
    bool fails = false;
    bool under_way = false;
    std::vector<SteadyTime> began;
};

struct ProviderTest : testing::Test {
    explicit ProviderTest(std::uint64_t seed = 1) : world({.seed = seed, .workers = 2}) {
        auto made = std::make_unique<ScriptedSource>();
        source = made.get();
        provider.emplace(std::move(made), RenewalOptions{}, registry, nullptr);
    }
    ~ProviderTest() override {
        provider->close(world.worker(0));
        EXPECT_TRUE(world.run_until_idle(1min));
    }
    Result<CredentialsRef> get(unsigned worker = 0, Duration limit = 2s) {
        return world.run(provider->credentials(world.worker(worker), world.now() + limit), worker);
    }
    std::string key(unsigned worker = 0, Duration limit = 2s) {
        const auto got = get(worker, limit);
        return got ? (*got)->access_key_id : std::string(name_of(got.error().code));
    }
    runtime::Task<> count(unsigned worker, std::multiset<std::string>& into) {
        auto got = co_await provider->credentials(world.worker(worker), world.now() + 2s);
        into.insert(got ? (*got)->access_key_id : std::string(name_of(got.error().code)));
    }

    runtime::SimWorld world;
    telemetry::Registry registry{2};
    std::optional<CredentialProvider> provider;
    ScriptedSource* source = nullptr;
};

TEST_F(ProviderTest, FetchesOnceForAllWhoAsk) {
    std::multiset<std::string> got;
    for (unsigned i = 0; i < 100; ++i) world.spawn(i % 2, count(i % 2, got));
    EXPECT_TRUE(world.run_until([&] { return got.size() == 100; }, 100ms));
    EXPECT_EQ(got.count("key-1"), 100U);
    EXPECT_EQ(source->began.size(), 1U);
}

TEST_F(ProviderTest, RenewsAheadWithoutAnybodyWaiting) {
    EXPECT_EQ(key(), "key-1");
    const SteadyTime expires = world.now() + source->lasts;
    // Asked all the time, on both workers, over three lives.
    SteadyTime renewed{};
    for (unsigned i = 0; world.now() < expires; ++i) {
        const SteadyTime before = world.now();
        const std::string got = key(i % 2);
        EXPECT_LT(world.now() - before, 1ms) << "somebody waited";
        if (got == "key-2" && renewed == SteadyTime{}) renewed = world.now();
        world.run_for(1s);
    }
    EXPECT_GT(renewed, expires - 15min);
    EXPECT_LT(renewed, expires - 4min);
    EXPECT_EQ(source->began.size(), 2U);
}

// The steady clock stood still, and nobody said so: the machine was paused.
TEST_F(ProviderTest, TheirEndIsWatchedOnTheWallClockToo) {
    EXPECT_EQ(key(), "key-1");
    world.jump_wall(56min);
    EXPECT_EQ(key(), "key-1");  // still good, and renewed behind
    world.run_for(1s);
    EXPECT_EQ(source->began.size(), 2U);
    EXPECT_EQ(key(), "key-2");
    world.jump_wall(61min);
    EXPECT_EQ(key(), "key-3") << "the second have ended";
    world.jump_wall(-10h);
    EXPECT_EQ(key(), "key-3");
    world.run_for(61min);
    EXPECT_EQ(key(), "key-4") << "a wall clock that was set back keeps nothing alive";
}

TEST_F(ProviderTest, AFetchThatFailedByAFreezeIsMadeAgainForWhoeverWaits) {
    source->takes = 500ms;
    source->fails = true;
    std::multiset<std::string> got;
    world.spawn(0, count(0, got));
    world.run_for(250ms);
    provider->thawed(world.now());
    world.run_for(251ms);
    EXPECT_EQ(source->began.size(), 2U);
    EXPECT_TRUE(got.empty());
    source->fails = false;
    world.run_for(500ms);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(*got.begin(), "key-2");
    // Without one, who waits is told, and the next fetch waits.
    source->lasts = 1min;
    world.run_for(2h);
    source->fails = true;
    EXPECT_EQ(key(), "timed_out");
}

TEST(CredentialRenewal, OfAFleetIsSpread) {
    std::set<std::int64_t> minutes;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        struct One : ProviderTest {
            explicit One(std::uint64_t from) : ProviderTest(from) {}
            void TestBody() override {}
        } one(seed);
        while (one.source->began.size() < 2) {
            (void)one.key();
            one.world.run_for(5s);
        }
        minutes.insert(std::chrono::duration_cast<std::chrono::minutes>(
                           one.source->began[1].time_since_epoch())
                           .count());
    }
    EXPECT_GE(minutes.size(), 8U);
    EXPECT_GE(*minutes.begin(), 45);
    EXPECT_LE(*minutes.rbegin(), 55);
}

TEST_F(ProviderTest, ServesTheOldOnesWhileTheyAreValid) {
    EXPECT_EQ(key(), "key-1");
    const SteadyTime expires = world.now() + source->lasts;
    source->fails = true;
    while (world.now() < expires - 1s) {
        EXPECT_EQ(key(), "key-1");
        world.run_for(500ms);
    }
    // Tried again and again, but not in a storm.
    EXPECT_GT(source->began.size(), 10U);
    EXPECT_LT(source->began.size(), 100U);
    world.run_for(2s);
    EXPECT_EQ(key(), "timed_out");
    source->fails = false;
    world.run_for(5s);  // at most so long once nothing is valid
    EXPECT_TRUE(key().starts_with("key-"));
}

TEST_F(ProviderTest, TellsWhyAtOnceWhileTheNextTryIsNotDue) {
    source->fails = true;
    source->takes = 5s;
    EXPECT_EQ(key(0, 10s), "timed_out");
    std::size_t waited = 0;
    for (int i = 0; i < 1000; ++i) {
        const SteadyTime before = world.now();
        EXPECT_EQ(key(), "timed_out");
        waited += world.now() - before > 1ms;
        world.run_for(10ms);
    }
    EXPECT_LT(source->began.size(), 20U);
    EXPECT_LT(waited, 20U);
}

TEST_F(ProviderTest, ExpiryUnderLoadIsOneFetch) {
    source->lasts = 1min;
    EXPECT_EQ(key(), "key-1");
    world.run_for(2min);  // nobody asked, so nobody renewed
    std::multiset<std::string> got;
    for (unsigned i = 0; i < 1000; ++i) world.spawn(i % 2, count(i % 2, got));
    EXPECT_TRUE(world.run_until([&] { return got.size() == 1000; }, 1s));
    EXPECT_EQ(got.count("key-2"), 1000U);
    EXPECT_EQ(source->began.size(), 2U);
}

TEST_F(ProviderTest, WaitsNoLongerThanTheCallerMay) {
    source->takes = 3s;
    const SteadyTime began = world.now();
    EXPECT_EQ(key(0, 500ms), "timed_out");
    EXPECT_EQ(world.now() - began, 500ms);
    EXPECT_EQ(key(1, 5s), "key-1");
}

TEST_F(ProviderTest, AWallClockThatIsSetBackMovesNothing) {
    EXPECT_EQ(key(), "key-1");
    world.jump_wall(-24h);
    EXPECT_EQ(key(), "key-1");
    EXPECT_EQ(source->began.size(), 1U);
}

TEST_F(ProviderTest, KeysWithoutEndAreFetchedOnce) {
    source->lasts = ScriptedSource::kForEver;
    const auto got = get();
    world.run_for(24h);
    provider->refused(world.worker(0), *got);
    EXPECT_EQ(key(), "key-1");
    EXPECT_EQ(source->began.size(), 1U);
}

TEST_F(ProviderTest, RefusedOnesAreNotGivenOutAgain) {
    const auto got = get();
    provider->refused(world.worker(0), *got);
    EXPECT_EQ(key(), "key-1");  // just fetched: another fetch would bring the same
    world.run_for(10s);
    provider->refused(world.worker(0), *got);
    provider->refused(world.worker(0), *got);
    EXPECT_EQ(key(), "key-2");
    provider->refused(world.worker(0), *got);  // somebody late, of the old ones
    EXPECT_EQ(key(), "key-2");
}

TEST_F(ProviderTest, CloseTellsThoseWhoWait) {
    source->takes = 4s;
    std::multiset<std::string> got;
    for (unsigned i = 0; i < 10; ++i) world.spawn(0, count(0, got));
    world.run_for(10ms);
    provider->close(world.worker(0));
    EXPECT_TRUE(world.run_until([&] { return got.size() == 10; }, 10ms));
    EXPECT_EQ(got.count("cancelled"), 10U);
}

}  // namespace
}  // namespace aside::aws
