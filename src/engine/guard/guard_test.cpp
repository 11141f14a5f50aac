// What the parts of the guard make of a time in which the process stood still.
#include "engine/guard/guard.h"

#include <gtest/gtest.h>

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

struct GuardThaw : testing::Test {
    Guard guard{{}};
    SteadyTime now{100s};

    std::vector<Guard::Attempt> begin(int count) {
        std::vector<Guard::Attempt> attempts;
        for (int i = 0; i < count; ++i) attempts.push_back(guard.begin(now, AttemptKind::first));
        return attempts;
    }
    void end(const std::vector<Guard::Attempt>& attempts, HealthSign sign, bool given_up = false) {
        for (const auto& attempt : attempts) {
            guard.note(attempt, now, sign, given_up);
            guard.leave(now);
        }
    }
    bool sheds() {
        for (int i = 0; i < 200; ++i) {
            if (guard.refuse(now, false, 0.001)) return true;
        }
        return false;
    }
    // Loads of 10 ms, for a second.
    void work() {
        for (int i = 0; i < 100; ++i) {
            const auto attempts = begin(4);
            now += 10ms;
            end(attempts, HealthSign::answered);
        }
    }
};

TEST_F(GuardThaw, WhatWasUnderWaySaysNothingByHowItEnds) {
    work();
    const Duration timeout = guard.timeout(), typical = guard.typical();
    const std::uint32_t limit = guard.limit();
    const auto attempts = begin(60);
    now += 1h;
    guard.thawed(now);
    EXPECT_TRUE(guard.thawed_since(attempts[0].place.began));
    now += 1ms;
    end(attempts, HealthSign::failed, true);
    EXPECT_FALSE(sheds());
    EXPECT_EQ(guard.timeout(), timeout);
    EXPECT_EQ(guard.typical(), typical);
    EXPECT_EQ(guard.limit(), limit);
    work();
    EXPECT_EQ(guard.limit(), limit);
    EXPECT_LE(guard.typical(), 2 * typical);
}

// The same without the thaw: the test can fail.
TEST_F(GuardThaw, ElseItDoes) {
    work();
    const auto attempts = begin(60);
    now += 5s;
    end(attempts, HealthSign::failed, true);
    EXPECT_TRUE(sheds());
}

TEST_F(GuardThaw, AnHourIsNoLatencyOfAnAnswer) {
    work();
    const Duration timeout = guard.timeout(), typical = guard.typical();
    const auto attempts = begin(60);
    now += 1h;
    guard.thawed(now);
    end(attempts, HealthSign::answered);
    EXPECT_EQ(guard.timeout(), timeout);
    EXPECT_EQ(guard.typical(), typical);
    EXPECT_FALSE(guard.thawed_since(now + 1ms));
    const auto later = begin(1);
    now += 3s;
    end(later, HealthSign::failed, true);
    EXPECT_NE(guard.timeout(), Duration{});
}

}  // namespace
}  // namespace aside::engine
