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

}  // namespace
}  // namespace aside::runtime
