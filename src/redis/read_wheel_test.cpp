#include "redis/read_wheel.h"

#include <deque>

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::redis {
namespace {

using namespace std::chrono_literals;

struct NoOutcomes final : ReadOutcomes {
    void replied(ReadOp&, std::size_t, const wire::RespNode&) override {}
    void failed(ReadOp&, std::size_t, Errc) override {}
};

struct Bed {
    NoOutcomes outcomes;
    ReadWheel wheel;  // ends after what is in it
    std::deque<ReadOp> ops;
    ReadOp& op() { return ops.emplace_back(outcomes); }
};

TEST(ReadWheel, RingsNeverEarlyAndSoonAfter) {
    Bed bed;
    Random random(5);
    SteadyTime now(1h);
    std::size_t rung = 0;
    for (int i = 0; i < 2000; ++i) {
        const auto wait = std::chrono::microseconds(random.below(300'000));
        bed.wheel.set(bed.op(), now + wait, now);
    }
    while (rung < bed.ops.size()) {
        const SteadyTime next = bed.wheel.next();
        ASSERT_NE(next, kNever);
        ASSERT_GE(next, now);
        now = next;
        bed.wheel.ring(now, [&](ReadOp& op) {
            ++rung;
            EXPECT_LE(op.wake_at, now);
            EXPECT_LT(now - op.wake_at, 3ms);
        });
    }
    EXPECT_EQ(bed.wheel.next(), kNever);
}

TEST(ReadWheel, WhatIsTakenBackDoesNotRing) {
    Bed bed;
    const SteadyTime now(1h);
    ReadOp& kept = bed.op();
    ReadOp& cleared = bed.op();
    bed.wheel.set(kept, now + 5ms, now);
    bed.wheel.set(cleared, now + 5ms, now);
    ReadWheel::clear(cleared);
    std::vector<ReadOp*> rung;
    bed.wheel.ring(now + 20ms, [&](ReadOp& op) { rung.push_back(&op); });
    EXPECT_EQ(rung, std::vector<ReadOp*>{&kept});
}

TEST(ReadWheel, AnAlarmReplacesTheOneBefore) {
    Bed bed;
    const SteadyTime now(1h);
    ReadOp& op = bed.op();
    bed.wheel.set(op, now + 5ms, now);
    bed.wheel.set(op, now + 30ms, now);
    int rung = 0;
    bed.wheel.ring(now + 20ms, [&](ReadOp&) { ++rung; });
    EXPECT_EQ(rung, 0);
    bed.wheel.ring(now + 40ms, [&](ReadOp&) { ++rung; });
    EXPECT_EQ(rung, 1);
}

TEST(ReadWheel, AlarmsMaySetAndClearOthers) {
    Bed bed;
    SteadyTime now(1h);
    ReadOp& first = bed.op();
    ReadOp& second = bed.op();
    bed.wheel.set(first, now + 5ms, now);
    bed.wheel.set(second, now + 5ms, now);
    int rung = 0;
    now += 10ms;
    bed.wheel.ring(now, [&](ReadOp& op) {
        ++rung;
        ReadWheel::clear(&op == &first ? second : first);
        bed.wheel.set(op, now + 100ms, now);
    });
    EXPECT_EQ(rung, 1);
    now += 200ms;  // after a stall, too
    bed.wheel.ring(now, [&](ReadOp&) { ++rung; });
    EXPECT_EQ(rung, 2);
}

}  // namespace
}  // namespace aside::redis
