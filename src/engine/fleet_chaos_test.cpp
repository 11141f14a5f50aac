// Four processes before one L2 and one origin, all of which misbehave, by seed: random reads and
// writes, an L2 that cannot say, takes no fills, gives no leases, loses what it held and is slow,
// an origin that fails. What must hold throughout: no read returns anything older than the last
// write that was confirmed by every tier when the read began, every read ends, and nothing is left
// over.
#include "engine/scripted_remote_fixture.h"

namespace aside::engine {
namespace {

class FleetChaos : public FleetFixture, public ::testing::WithParamInterface<std::uint64_t> {
  protected:
    void misbehave(Random& random) {
        const auto ms = [&](std::uint64_t most) {
            return std::chrono::milliseconds(1 + random.below(most));
        };
        origin_.latency = ms(30);
        origin_.failure =
            random.chance(1, 20) ? std::optional(Error{Errc::io, "chaos", 0}) : std::nullopt;
        remote_.latency = ms(random.chance(1, 10) ? 50 : 3);
        remote_.lease_latency = ms(random.chance(1, 10) ? 50 : 3);
        remote_.fill_latency = ms(random.chance(1, 10) ? 100 : 5);
        remote_.unknown =
            random.chance(1, 5)
                ? std::optional(static_cast<UnknownReason>(random.below(kUnknownReasons)))
                : std::nullopt;
        remote_.fill_ends =
            random.chance(1, 6)
                ? std::optional(random.chance(1, 2) ? FillState::paused : FillState::dropped)
                : std::nullopt;
        remote_.no_leases = random.chance(1, 10);
        remote_.renewals_fail = random.chance(1, 10);
        remote_.cold = random.chance(1, 10);
        remote_.invalidate_fails =
            random.chance(1, 10) ? std::optional(Error{Errc::timed_out, "chaos", 0}) : std::nullopt;
        if (random.chance(1, 50)) remote_.kept.clear();
        if (random.chance(1, 50)) remote_.leases.clear();
    }
};

TEST_P(FleetChaos, NothingOlderThanTheLastConfirmedWriteIsAnswered) {
    start({.objects = {100ms, 0s, 0s},
           .failure_pause = 10ms,
           .origin_deadline = 1s,
           .origin_concurrency = 4,
           .l1_max_age = 40ms},
          4, GetParam());
    Random random(GetParam());
    std::map<std::string, int> confirmed;
    std::set<std::string> writing;
    int next = 1;
    unsigned ended = 0, begun = 0, answered = 0;
    const auto reader = [&](unsigned process, std::string key,
                            Duration timeout) -> runtime::Task<> {
        const int floor = confirmed[key];
        const Read one = co_await read(process, false, key, {}, timeout, false);
        if (one.result.outcome == Outcome::ok) {
            ++answered;
            EXPECT_GE(std::stoi(one.result.body), floor) << world_->describe();
        }
        ++ended;
    };
    const auto writer = [&](unsigned process, std::string key, int version) -> runtime::Task<> {
        const auto written = co_await engine(process).put_object(worker(process), {key, ""},
                                                                 std::to_string(version));
        EXPECT_TRUE(written);
        bool done = written->l2;
        while (!done) {
            const auto again =
                co_await engine(process).invalidate_object(worker(process), {key, ""});
            done = again->l2;
        }
        writing.erase(key);
        confirmed[key] = std::max(confirmed[key], version);
        ++ended;
    };
    const auto events = [&](unsigned process) -> runtime::Task<> {
        engine(process).slots_writable(worker(process), {0, kSlots - 1});
        co_return;
    };
    for (int step = 0; step < 3000; ++step) {
        misbehave(random);
        const auto on = static_cast<unsigned>(random.below(4));
        const std::string key = "k" + std::to_string(random.below(5));
        if (random.chance(1, 30)) world_->spawn(on, events(on));
        ++begun;
        if (random.chance(1, 10) && writing.insert(key).second) {
            world_->spawn(on, writer(on, key, next++));
        } else {
            world_->spawn(on, reader(on, key, std::chrono::milliseconds(1 + random.below(200))));
            world_->run_for(std::chrono::microseconds(random.below(3000)));
        }
    }
    remote_.invalidate_fails.reset();
    world_->run_for(20s);
    EXPECT_EQ(ended, begun) << world_->describe();
    EXPECT_GT(answered, begun / 4) << world_->describe();
}

INSTANTIATE_TEST_SUITE_P(Seeds, FleetChaos, ::testing::Range<std::uint64_t>(1, 33));

}  // namespace
}  // namespace aside::engine
