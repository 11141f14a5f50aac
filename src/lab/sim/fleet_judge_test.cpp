#include "lab/sim/fleet_judge.h"

#include <gtest/gtest.h>

namespace aside::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Nobody asks it anything.
class NoTier final : public RemoteTier {
  public:
    void start_read(runtime::Worker&, RemoteRead&) override {}
    runtime::Task<LeaseAnswer> take_lease(runtime::Worker&, RemoteKey, SteadyTime) override {
        co_return LeaseAnswer{};
    }
    runtime::Task<bool> renew_lease(runtime::Worker&, RemoteKey, LeaseToken) override {
        co_return false;
    }
    void release_lease(runtime::Worker&, RemoteKey, LeaseToken) override {}
    runtime::Task<FillState> fill(runtime::Worker&, RemoteFill) override {
        co_return FillState::dropped;
    }
    runtime::Task<Result<void>> invalidate(runtime::Worker&, RemoteKey, SteadyTime) override {
        co_return Result<void>();
    }
    std::uint16_t slot_of(RemoteKey) const override { return 0; }
    std::string status_json() const override { return {}; }
};

class FleetJudgeTest : public testing::Test {
  protected:
    // What the judge says of an answer to a read that begins at `at`; empty: nothing.
    std::string told(ThingNumber thing, SteadyTime at, Outcome outcome,
                     const std::vector<std::string>& bodies) {
        Answer answer;
        answer.outcome = outcome;
        answer.error = {Errc::io, "a test", 0};
        for (const auto& body : bodies)
            answer.adopt(OwnedValue::make(ValueKind::object, "", body, {}));
        const std::size_t before = judge.problems().size();
        judge.answered(judge.asked(thing, 0, tier, at), answer, at + milliseconds(1));
        return judge.problems().size() == before ? std::string() : judge.problems().back();
    }
    std::string told(ThingNumber thing, SteadyTime at, std::uint64_t generation) {
        return told(thing, at, Outcome::ok, {body_of(origin.name_of(thing), generation)});
    }
    void write(ThingNumber thing, SteadyTime at) {
        const auto generation = origin.model().write(thing, at);
        judge.confirmed(thing, generation, at, at + milliseconds(10));
    }

    static constexpr SteadyTime kStart{seconds(100)};
    runtime::SimWorld world;
    NoTier nothing;
    WatchedTier tier{nothing};
    Truth truth;
    FleetOrigin origin{world, 10, 2, {}};
    FleetJudge judge{truth,
                     origin,
                     {.unheard_within = seconds(1), .fresh_max = seconds(20), .echo = seconds(2)}};
};

TEST_F(FleetJudgeTest, CondemnsWhatIsOlderThanAConfirmedWriteAndItsBound) {
    EXPECT_EQ(told(0, kStart, 0), "");
    write(0, kStart);
    EXPECT_EQ(told(0, kStart + milliseconds(900), 0), "");
    EXPECT_TRUE(told(0, kStart + milliseconds(1100), 0).starts_with("older: generation 0, not 1"));
    EXPECT_EQ(told(0, kStart + milliseconds(1100), 1), "");
    EXPECT_EQ(judge.tally.pardons(), 0U);
}

TEST_F(FleetJudgeTest, PardonsWhatWasLostUntilItsFreshnessEnds) {
    write(0, kStart);
    std::string name;
    redis::KeyNaming("aside:").data_name({ValueKind::object, "obj-0"}, name);
    truth.lost("aside:t:{" + name + "}", kStart + milliseconds(100));
    EXPECT_EQ(told(0, kStart + seconds(5), 0), "");
    EXPECT_EQ(judge.tally.pardon_lost, 1U);
    EXPECT_TRUE(told(0, kStart + seconds(30), 0).starts_with("older"));
}

TEST_F(FleetJudgeTest, CondemnsWrongBytes) {
    EXPECT_TRUE(told(0, kStart, Outcome::ok, {body_of("obj-1", 0)}).starts_with("wrong bytes"));
    EXPECT_TRUE(told(0, kStart, 1).starts_with("wrong bytes (of the future)"));
    EXPECT_TRUE(told(0, kStart, Outcome::ok, {}).starts_with("wrong bytes"));
    const ThingNumber item = 10;
    std::vector<std::string> bodies{body_of(FleetOrigin::row_name(0, 0), 0)};
    const auto references = origin.references(item, 0);
    for (std::size_t i = 1; i < references.size(); ++i)
        bodies.push_back(body_of(references[i].key, 0));
    EXPECT_EQ(told(item, kStart, Outcome::ok, bodies), "");
    std::swap(bodies[1], bodies[2]);
    EXPECT_TRUE(told(item, kStart, Outcome::ok, bodies).starts_with("wrong bytes"));
}

TEST_F(FleetJudgeTest, CondemnsAbsenceOfWhatExistsAndFailuresWhileTheOriginWorks) {
    EXPECT_TRUE(told(0, kStart, Outcome::absent, {}).starts_with("absent, and was always there"));
    const ThingNumber mortal = 4;  // is gone in generation 1
    write(mortal, kStart);
    EXPECT_EQ(told(mortal, kStart + seconds(2), Outcome::absent, {}), "");
    EXPECT_TRUE(told(mortal, kStart + seconds(2), 0).starts_with("older"));
    write(mortal, kStart + seconds(3));
    EXPECT_TRUE(told(mortal, kStart + seconds(6), Outcome::absent, {}).starts_with("older"));
    EXPECT_TRUE(told(0, kStart, Outcome::failed, {}).starts_with("failed"));
    origin.failed_at = kStart;
    EXPECT_EQ(told(0, kStart + seconds(1), Outcome::failed, {}), "");
    EXPECT_EQ(judge.tally.failed_with_origin, 1U);
}

}  // namespace
}  // namespace aside::lab
