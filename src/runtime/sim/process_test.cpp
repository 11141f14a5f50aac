#include "runtime/sim/process.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::runtime {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Clock = SimProcess::SteadyClock;

const Endpoint kServer{"server", 80};

// What a frozen process hears and does, in its order: 'b' for each byte that comes, 'e' for the
// end of the stream, 'T' when its timer runs, 'p' for a post.
struct Listening {
    SimWorld world{{.seed = 1, .workers = 1}};
    SimProcess& process = world.add_process(1, "client");
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Stream> served;
    std::string log;
    std::unique_ptr<Timer> timer;

    explicit Listening() {
        world.spawn(0, accept());
        world.run_for(seconds(1));
        process.spawn(0, read());
        EXPECT_TRUE(world.run_until([&] { return served != nullptr; }, seconds(1)));
        process.worker(0).post([this] {
            timer = process.worker(0).make_timer([this] { log += 'T'; });
            timer->arm(process.worker(0).now() + seconds(10));
        });
        world.run_for(seconds(1));
    }
    ~Listening() {
        world.worker(0).post([this] {
            served.reset();
            listener->close();
        });
        world.run_until_idle();
        timer.reset();
    }
    Task<> accept() {
        listener = world.worker(0).listen(kServer).value();
        for (;;) {
            auto got = co_await listener->accept();
            if (!got) co_return;
            if (!served) served = std::move(*got);
        }
    }
    Task<> read() {
        auto stream = co_await process.worker(0).connect(kServer, kNever);
        char byte = 0;
        for (;;) {
            const auto got = co_await read_some(**stream, {&byte, 1});
            log += got && *got == 1 ? 'b' : 'e';
            if (!got || *got == 0) break;
        }
    }
    void say(std::string_view bytes) {
        world.worker(0).post([this, bytes] {
            const std::string_view pieces[] = {bytes};
            EXPECT_TRUE(served->try_write(pieces));
        });
    }
};

TEST(SimProcess, WhatComesWhileItIsFrozenIsHeardBeforeItsTimersRun) {
    Listening bed;
    bed.process.freeze();
    bed.say("ab");
    bed.process.worker(0).post([&] { bed.log += 'p'; });
    bed.world.run_for(seconds(60));
    EXPECT_EQ(bed.log, "");
    EXPECT_TRUE(bed.process.frozen());
    const SteadyTime at = bed.world.now();
    bed.process.thaw(Clock::ran_on);
    bed.world.run_for(seconds(0));
    EXPECT_EQ(bed.world.now(), at);
    EXPECT_EQ(bed.log.back(), 'T') << bed.log;
    std::ranges::sort(bed.log);
    EXPECT_EQ(bed.log, "Tbbp");
}

TEST(SimProcess, AClockThatStoodStillLeavesTimersTheirTime) {
    Listening bed;
    SimWorker& worker = bed.process.worker(0);
    const SteadyTime before = worker.now();
    bed.process.freeze();
    bed.world.run_for(hours(1));
    bed.process.thaw(Clock::stood_still);
    EXPECT_EQ(worker.now(), before);
    bed.world.run_for(seconds(8));
    EXPECT_EQ(bed.log, "");
    bed.world.run_for(seconds(2));
    EXPECT_EQ(bed.log, "T");
    EXPECT_EQ(worker.now(), before + seconds(10));
}

TEST(SimProcess, AClockThatIsPutForwardMakesItsTimersLateAndNobodyElses) {
    Listening bed;
    SimWorker& worker = bed.process.worker(0);
    const SteadyTime before = worker.now();
    const SteadyTime elsewhere = bed.world.worker(0).now();
    bed.process.freeze();
    bed.world.run_for(hours(1));
    bed.process.thaw(Clock::stood_still);
    worker.post([&] { worker.put_clock_forward(hours(1)); });
    bed.world.run_for(seconds(0));
    EXPECT_EQ(worker.now(), before + hours(1));
    EXPECT_EQ(bed.world.worker(0).now(), elsewhere + hours(1));
    EXPECT_EQ(bed.log, "T");
}

Task<std::pair<Errc, Duration>> connect_by(Worker& worker, Duration patience) {
    const SteadyTime began = worker.now();
    const auto stream = co_await worker.connect({"nowhere", 1}, began + patience);
    co_return std::pair(stream ? Errc{} : stream.error().code, worker.now() - began);
}

TEST(SimProcess, DeadlinesOfConnectsGoByItsOwnClock) {
    SimWorld world;
    SimProcess& process = world.add_process(1, "client");
    world.network().host("nowhere").hang_connect = true;
    process.freeze();
    world.run_for(hours(1));
    process.thaw(Clock::stood_still);
    const auto [code, took] = world.run_on(process, connect_by(process.worker(0), seconds(3)));
    EXPECT_EQ(code, Errc::timed_out);
    EXPECT_EQ(took, seconds(3));
}

TEST(SimNetwork, AConnectionThatWasLostSilentlyStaysSilentAndOthersAreGood) {
    Listening bed;
    bed.world.network().lose_silently("client");
    bed.say("ab");
    bed.world.run_for(seconds(5));
    EXPECT_EQ(bed.log, "");
    const auto again = bed.world.run_on(bed.process, [](Worker& worker) -> Task<bool> {
        const auto stream = co_await worker.connect(kServer, worker.now() + seconds(1));
        co_return stream.has_value();
    }(bed.process.worker(0)));
    EXPECT_TRUE(again);
    bed.world.network().find_lost();
    bed.world.run_for(seconds(1));
    EXPECT_EQ(bed.log, "e");
}

TEST(SimProcessDeathTest, AFrozenProcessDoesNothingThatATestWaitsFor) {
    EXPECT_DEATH(
        {
            SimWorld world({.seed = 42});
            SimProcess& process = world.add_process(1, "client");
            process.freeze();
            process.freeze();
        },
        "a frozen process is frozen \\(seed 42");
}

}  // namespace
}  // namespace aside::runtime
