#include "runtime/os/event_loop.h"

#include <gtest/gtest.h>

namespace aside::runtime {
namespace {

using std::chrono::seconds;

// A loop that is late hears everybody before it runs its timers. What it hears then includes being
// woken, and it must not go to sleep on that.
TEST(EventLoop, APostHeardWhileCatchingUpIsNotSleptOn) {
    auto loop = EventLoop::create().value();
    bool timer_ran = false;
    bool post_ran = false;
    OsTimer late(loop->timers(), [&] { timer_ran = true; });
    const SteadyTime begun = EventLoop::now();
    late.arm(begun - seconds(1));
    loop->post([&] { post_ran = true; });  // from outside: no thread runs the loop yet
    loop->run([&] { return post_ran; });
    EXPECT_TRUE(timer_ran);
    EXPECT_LT(EventLoop::now() - begun, seconds(10));
}

TEST(EventLoop, AWakeHeardWhileCatchingUpIsNotSleptOn) {
    auto loop = EventLoop::create().value();
    OsTimer late(loop->timers(), [] {});
    const SteadyTime begun = EventLoop::now();
    late.arm(begun - seconds(1));
    loop->wake();
    int asked = 0;
    loop->run([&] { return ++asked == 2; });
    EXPECT_LT(EventLoop::now() - begun, seconds(10));
}

// A hundred waits of 100 µs: rounded up to milliseconds they would take 100 ms at least. The best
// of three, for the machine may have other work.
TEST(EventLoop, FineWaitsAreShorterThanAMillisecond) {
    constexpr int kTries = 3, kWaits = 100;
    Duration best = Duration::max();
    for (int i = 0; i < kTries; ++i) {
        auto loop = EventLoop::create().value();
        loop->wait_finely();
        int fired = 0;
        OsTimer* again = nullptr;
        OsTimer timer(loop->timers(), [&] {
            ++fired;
            again->arm(EventLoop::now() + std::chrono::microseconds(100));
        });
        again = &timer;
        const SteadyTime begun = EventLoop::now();
        timer.arm(begun);
        loop->run([&] { return fired == kWaits; });
        best = std::min(best, EventLoop::now() - begun);
    }
    EXPECT_GE(best, std::chrono::microseconds(100) * (kWaits - 1));
    EXPECT_LT(best, std::chrono::milliseconds(kWaits));
}

}  // namespace
}  // namespace aside::runtime
