// One process of a simulated fleet is frozen between its requests, as a function of AWS Lambda is:
// for a moment, for seconds, for minutes, its steady clock running on or not, while the cluster and
// the other processes go on and something happens to its connections or to the cluster. What it
// answers to the crowd of requests that wakes it is judged like everybody's.
#include <gtest/gtest.h>

#include "lab/sim/engine_fleet.h"
#include "lab/sim/test_arguments_fixture.h"

namespace aside::lab {
namespace {

using runtime::SimProcess;
using runtime::Task;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

enum class Meanwhile : std::uint8_t {
    nothing,
    closed,    // by the servers
    silenced,  // what was on the way forgot the connections
    failover,  // by hand: the clients' connections stay
    killed,    // a primary; its replica is elected if there is time
    emptied,   // a primary restarts without its data
    resharded,
};

struct FreezeCase {
    const char* name;
    Duration span;
    SimProcess::SteadyClock clock;
    Meanwhile meanwhile;
};
void PrintTo(const FreezeCase& one, std::ostream* out) {  // NOLINT(readability-identifier-naming)
    *out << one.name;
}

// Process 0 is frozen; the others read and write all the time.
struct FrozenFleet : EngineFleet {
    explicit FrozenFleet(std::uint64_t seed, redis::Dialling dialling = redis::Dialling::eager)
        : EngineFleet(seed, scenario(dialling)) {}
    static FleetScenario scenario(redis::Dialling dialling) {
        FleetScenario scenario{.name = "freeze"};
        scenario.processes = 3;
        scenario.workers = 1;
        scenario.apart = true;
        scenario.idle = 1;
        scenario.dialling = dialling;
        scenario.load.tasks = 2;
        scenario.load.writes_per_thousand = 100;
        return scenario;
    }

    SimProcess& sleeper() { return process(0); }
    std::uint64_t dials() { return static_cast<std::uint64_t>(metric(0, "aside_l2_dials_total")); }

    // One invocation: some requests at once, then it settles.
    void invoke(unsigned requests) {
        unsigned left = requests;
        for (unsigned i = 0; i < requests; ++i)
            sleeper().spawn(0, ask(random.below(origin.things()), left));
        ASSERT_TRUE(world.run_until([&] { return left == 0; }, seconds(5)));
        settle();
    }
    Task<> ask(ThingNumber thing, unsigned& left) {
        co_await read(0, 0, thing, milliseconds(900));
        --left;
    }
    void settle() {
        bool done = false;
        sleeper().spawn(0, [](FrozenFleet& fleet, bool& settled) -> Task<> {
            runtime::Worker& worker = fleet.sleeper().worker(0);
            co_await fleet.engine(0).settle(worker, worker.now() + milliseconds(250));
            settled = true;
        }(*this, done));
        ASSERT_TRUE(world.run_until([&] { return done; }, milliseconds(260)));
    }
    void freeze(const FreezeCase& how) {
        const SteadyTime since = sleeper().now(), began = world.now();
        sleeper().freeze();
        world.run_for(how.span / 2);
        happen(how.meanwhile);
        world.run_for(how.span - how.span / 2);
        sleeper().thaw(how.clock);
        const Gap gap{.since = since, .length = world.now() - began};
        sleeper().worker(0).post([this, gap] { engine(0).thawed(sleeper().worker(0), gap); });
        world.run_for(Duration(0));
    }
    void happen(Meanwhile what) {
        switch (what) {
            case Meanwhile::nothing:
                return;
            case Meanwhile::closed:
                world.network().reset_connections(host_of(0));
                return;
            case Meanwhile::silenced:
                world.network().lose_silently(host_of(0));
                return;
            case Meanwhile::failover:
                return start(cluster.manual_failover(cluster.replicas_of(0).front()));
            case Meanwhile::killed:
                return cluster.kill(0);
            case Meanwhile::emptied:
                cluster.kill(0);
                return cluster.restart(0, false);
            case Meanwhile::resharded:
                return start(cluster.move_slots(cluster.slots_of(0, 1000), 1, Duration(1000)));
        }
    }
    void start(Task<> task) {
        ++changes_;
        world.spawn(cluster.worker().index(), finish(std::move(task)));
    }
    Task<> finish(Task<> task) {
        co_await task;
        --changes_;
    }
    FleetOutcome finish_all() {
        EXPECT_TRUE(world.run_until([&] { return changes_ == 0; }, seconds(60)));
        put_right();
        world.run_for(quiet);
        stop_load();
        const auto unknowns = l2_counts().unknowns;
        read_everything();
        EXPECT_EQ(l2_counts().unknowns, unknowns) << "not recovered";
        return end();
    }

  private:
    unsigned changes_ = 0;
};

class FrozenProcess : public testing::TestWithParam<FreezeCase> {};

TEST_P(FrozenProcess, AnswersAllThatWakesItAndNothingFalse) {
    const std::uint64_t first = argument("first_seed", 1), seeds = argument("seeds", 3);
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        FrozenFleet fleet(seed);
        fleet.EngineFleet::start();
        fleet.start_load();
        fleet.world.run_for(seconds(3));
        fleet.invoke(40);
        const std::uint64_t dials = fleet.dials();
        fleet.freeze(GetParam());
        const SteadyTime thawed = fleet.world.now();
        fleet.invoke(40);
        // A budget of bursts, and none of it used again and again: reads, fills and control to six
        // nodes are fifteen.
        EXPECT_LE(fleet.dials() - dials, 25U) << GetParam().name;
        EXPECT_LE(fleet.world.now() - thawed, seconds(2));
        for (int i = 0; i < 5; ++i) {
            fleet.freeze({"", milliseconds(200), GetParam().clock, Meanwhile::nothing});
            fleet.invoke(10);
        }
        const FleetOutcome outcome = fleet.finish_all();
        EXPECT_TRUE(outcome.problems.empty()) << GetParam().name << "\n" << outcome.text;
        EXPECT_EQ(outcome.tally.failed, 0U) << outcome.text;
    }
}

using enum Meanwhile;
constexpr auto kRanOn = SimProcess::SteadyClock::ran_on;
constexpr auto kStoodStill = SimProcess::SteadyClock::stood_still;
const FreezeCase kCases[] = {
    {"AMoment", milliseconds(10), kRanOn, nothing},
    {"AMomentAndClosed", milliseconds(10), kRanOn, closed},
    {"AMomentAndSilenced", milliseconds(10), kRanOn, silenced},
    {"AMomentAndKilled", milliseconds(10), kRanOn, killed},
    {"SecondsAndNothing", seconds(5), kRanOn, nothing},
    {"SecondsAndClosed", seconds(5), kRanOn, closed},
    {"SecondsAndSilenced", seconds(5), kRanOn, silenced},
    {"SecondsAndAFailover", seconds(5), kRanOn, failover},
    {"SecondsAndKilled", seconds(8), kRanOn, killed},
    {"SecondsAndEmptied", seconds(8), kRanOn, emptied},
    {"SecondsAndResharded", seconds(5), kRanOn, resharded},
    {"PausedSecondsAndSilenced", seconds(5), kStoodStill, silenced},
    {"PausedSecondsAndAFailover", seconds(5), kStoodStill, failover},
    {"PausedSecondsAndKilled", seconds(8), kStoodStill, killed},
    {"PausedMinutesAndNothing", minutes(3), kStoodStill, nothing},
    {"MinutesAndSilenced", minutes(3), kRanOn, silenced},
    {"PausedMinutesAndResharded", minutes(3), kStoodStill, resharded},
};
INSTANTIATE_TEST_SUITE_P(Cases, FrozenProcess, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

// What L1 keeps of a process that nobody told how long it had been: the test can fail.
TEST(FrozenFleetTest, AClockThatStoodStillAndIsNotPutForwardAnswersTooOld) {
    FrozenFleet fleet(1);
    fleet.EngineFleet::start();
    fleet.start_load();
    fleet.world.run_for(seconds(3));
    fleet.invoke(60);
    fleet.sleeper().freeze();
    fleet.world.network().lose_silently(EngineFleet::host_of(0));
    fleet.world.run_for(seconds(30));
    fleet.sleeper().thaw(kStoodStill);
    fleet.invoke(60);
    EXPECT_FALSE(fleet.judge.problems().empty());
    fleet.sleeper().put_clock_forward(seconds(30));
    (void)fleet.finish_all();
}

}  // namespace
}  // namespace aside::lab
