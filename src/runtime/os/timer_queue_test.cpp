#include "runtime/os/timer_queue.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::runtime {
namespace {

SteadyTime at(int seconds) {
    return SteadyTime(std::chrono::seconds(seconds));
}

TEST(TimerQueue, RunsInOrderWhatIsDue) {
    TimerQueue queue;
    std::vector<int> fired;
    OsTimer a(queue, [&] { fired.push_back(1); });
    OsTimer b(queue, [&] { fired.push_back(2); });
    OsTimer c(queue, [&] { fired.push_back(3); });
    c.arm(at(3));
    a.arm(at(1));
    b.arm(at(2));
    queue.run_due(at(2));
    EXPECT_EQ(fired, (std::vector<int>{1, 2}));
    EXPECT_EQ(queue.next(), at(3));
    queue.run_due(at(100));
    queue.run_due(at(200));
    EXPECT_EQ(fired, (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(queue.next(), kNever);
}

TEST(TimerQueue, MovedLaterAndDisarmedTimersStayQuiet) {
    TimerQueue queue;
    int fired = 0;
    OsTimer moved(queue, [&] { ++fired; });
    OsTimer disarmed(queue, [&] { fired += 100; });
    moved.arm(at(1));
    moved.arm(at(10));
    disarmed.arm(at(1));
    disarmed.disarm();
    queue.run_due(at(9));
    EXPECT_EQ(fired, 0);
    moved.arm(at(5));
    queue.run_due(at(9));
    EXPECT_EQ(fired, 1);
}

TEST(TimerQueue, ATimerMayDestroyItselfOrAnother) {
    TimerQueue queue;
    std::unique_ptr<OsTimer> self;
    std::unique_ptr<OsTimer> other;
    self = std::make_unique<OsTimer>(queue, [&] {
        other.reset();
        self.reset();
    });
    other = std::make_unique<OsTimer>(queue, [] { FAIL(); });
    self->arm(at(1));
    other->arm(at(2));
    queue.run_due(at(3));
    EXPECT_EQ(queue.next(), kNever);
}

TEST(TimerQueue, RearmedInThePastRunsOncePerCall) {
    TimerQueue queue;
    int fired = 0;
    OsTimer* timer = nullptr;
    OsTimer again(queue, [&] {
        ++fired;
        timer->arm(at(0));
    });
    timer = &again;
    again.arm(at(0));
    queue.run_due(at(1));
    EXPECT_EQ(fired, 1);
}

// Against the plainest model: a map from timer to time.
TEST(TimerQueue, AgreesWithAModel) {
    Random random(11);
    TimerQueue queue;
    std::map<int, SteadyTime> model;
    std::vector<std::unique_ptr<OsTimer>> timers(50);
    std::vector<int> fired;
    for (int now = 0; now < 5000; ++now) {
        const int name = static_cast<int>(random.below(timers.size()));
        auto& timer = timers[static_cast<std::size_t>(name)];
        if (!timer)
            timer = std::make_unique<OsTimer>(queue, [&fired, name] { fired.push_back(name); });
        const auto action = random.below(10);
        if (action == 0) {
            timer.reset();
            model.erase(name);
        } else if (action == 1) {
            timer->disarm();
            model.erase(name);
        } else {
            const auto when = at(now + static_cast<int>(random.below(100)));
            timer->arm(when);
            model[name] = when;
        }
        fired.clear();
        queue.run_due(at(now));
        std::vector<int> due;
        std::erase_if(model, [&](const auto& entry) {
            if (entry.second > at(now)) return false;
            due.push_back(entry.first);
            return true;
        });
        std::ranges::sort(fired);
        ASSERT_EQ(fired, due) << "at " << now;
    }
}

}  // namespace
}  // namespace aside::runtime
