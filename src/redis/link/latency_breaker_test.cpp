#include "redis/link/latency_breaker.h"

#include <gtest/gtest.h>

#include "redis/link/loop_stalls.h"

namespace aside::redis {
namespace {

using namespace std::chrono_literals;

// A node that is asked steadily and ticked every 10 ms, beside a peer.
struct Asked {
    explicit Asked(Duration every = 5ms) : each(every) {}

    // Each read of this span is answered after `latency`; no answer is awaited for longer. Ends
    // early when `until` holds.
    template <class Until>
    void read(Duration latency, Duration span, Until until) {
        const SteadyTime end = now + span;
        while (now < end && !until()) {
            now += 1ms;
            if ((now - start) % each == 0ms && asks(now)) breaker.replied(latency, now);
            if ((now - start) % 10ms != 0ms) continue;
            breaker.compare(peer);
            if (breaker.tick(std::min<Duration>(latency, 40ms), now)) {
                ++probes;
                breaker.probe_replied(latency, now);
            }
        }
    }
    void read(Duration latency, Duration span) {
        read(latency, span, [] { return false; });
    }
    // What it takes until the pace is this; kNever's span: longer than `limit`.
    Duration until(Pace pace, Duration latency, Duration limit) {
        const SteadyTime from = now;
        read(latency, limit, [&] { return breaker.pace() == pace; });
        return breaker.pace() == pace ? now - from : Duration::max();
    }
    bool asks(SteadyTime) {
        const bool asked = breaker.admits(random);
        admitted += asked ? 1 : 0;
        return asked;
    }

    const Duration each;
    Random random{7};
    const SteadyTime start{1h};
    SteadyTime now = start;
    Duration peer = 1ms;
    LatencyBreaker breaker;
    int probes = 0;
    int admitted = 0;
};

TEST(LatencyBreaker, ASlowNodeIsFoundOutWithinASecondAtAnyRate) {
    for (const Duration every : {1ms, 5ms, 25ms, 100ms}) {
        Asked node(every);
        node.read(1ms, 3s);
        ASSERT_EQ(node.breaker.pace(), Pace::quick);
        EXPECT_FALSE(node.breaker.strained());
        EXPECT_LT(node.until(Pace::slow, 200ms, 5s), 1s) << every.count();
        EXPECT_TRUE(node.breaker.strained());
        EXPECT_FALSE(node.breaker.admits(node.random));
    }
}

TEST(LatencyBreaker, FillsAreShedBeforeReadsGoElsewhere) {
    Asked node;
    node.read(1ms, 2s);
    node.read(200ms, 1s, [&] { return node.breaker.strained(); });
    ASSERT_TRUE(node.breaker.strained());
    EXPECT_EQ(node.breaker.pace(), Pace::quick);
    EXPECT_LT(node.until(Pace::slow, 200ms, 1s), 1s);
}

TEST(LatencyBreaker, ThePaceComesBackByProbesOnePercentTenPercentAll) {
    Asked node(1ms);
    node.read(1ms, 2s);
    ASSERT_LT(node.until(Pace::slow, 200ms, 1s), 1s);
    node.admitted = 0;
    node.read(200ms, 2s);
    EXPECT_EQ(node.breaker.pace(), Pace::slow);  // late probes begin no trial
    EXPECT_EQ(node.admitted, 0);
    EXPECT_GE(node.probes, 15);

    ASSERT_LT(node.until(Pace::trial, 1ms, 1s), 500ms);
    node.admitted = 0;
    node.read(1ms, 480ms);
    ASSERT_EQ(node.breaker.pace(), Pace::trial);
    EXPECT_GE(node.admitted, 1);  // of 480
    EXPECT_LE(node.admitted, 15);
    node.admitted = 0;
    node.read(1ms, 500ms);
    ASSERT_EQ(node.breaker.pace(), Pace::trial);
    EXPECT_GE(node.admitted, 20);  // of 500
    EXPECT_LE(node.admitted, 100);
    EXPECT_LT(node.until(Pace::quick, 1ms, 1s), 100ms);
    EXPECT_FALSE(node.breaker.strained());
}

TEST(LatencyBreaker, ATrialWithoutAnyReadIsJudgedByItsProbes) {
    Asked node(10ms);
    node.read(1ms, 2s);
    ASSERT_LT(node.until(Pace::slow, 200ms, 1s), 1s);
    Asked silent(1h);
    silent.breaker = node.breaker;
    silent.now = node.now;
    EXPECT_LT(silent.until(Pace::quick, 1ms, 5s), 2s);
}

TEST(LatencyBreaker, TrialsThatFailBecomeRare) {
    Asked node;
    node.read(1ms, 2s);
    ASSERT_LT(node.until(Pace::slow, 100ms, 1s), 1s);
    Duration before{};
    for (int round = 0; round < 6; ++round) {
        // Quick when it is left alone, slow when it is asked.
        const Duration left_alone = node.until(Pace::trial, 1ms, 20s);
        EXPECT_GE(left_alone, before + before / 2) << round;
        EXPECT_LE(left_alone, 10s + 10ms);
        before = left_alone;
        ASSERT_LT(node.until(Pace::slow, 100ms, 1s), 400ms) << round;
        if (before > 5s) break;
    }
    EXPECT_GE(before, 4s);
}

TEST(LatencyBreaker, AShortPauseIsForgivenHoweverManyReadsItHits) {
    Asked node(1ms);
    node.read(1ms, 2s);
    for (int i = 0; i < 10; ++i) {
        node.read(80ms, 60ms);
        EXPECT_EQ(node.breaker.pace(), Pace::quick) << i;
        node.read(1ms, 200ms);
        EXPECT_FALSE(node.breaker.strained()) << i;
    }
}

TEST(LatencyBreaker, MostAttemptsMustBeLate) {
    Asked node;
    node.read(1ms, 2s);
    for (int i = 0; i < 2000; ++i) {
        node.now += 10ms;
        node.breaker.replied(i % 3 == 0 ? 300ms : 1ms, node.now);
        node.breaker.tick(1ms, node.now);
        ASSERT_EQ(node.breaker.pace(), Pace::quick) << i;
    }
}

TEST(LatencyBreaker, WhatIsUsualForTheNodeIsNotLate) {
    Asked far;  // 90 ms away
    far.read(90ms, 30s);
    EXPECT_EQ(far.breaker.pace(), Pace::quick);
    EXPECT_GT(far.breaker.late_after(), 200ms);
    EXPECT_LT(far.until(Pace::slow, 800ms, 3s), 1s);
}

TEST(LatencyBreaker, WhenEverybodyIsLateItIsNotTheNode) {
    Asked node;
    node.read(1ms, 2s);
    node.peer = 200ms;
    node.read(200ms, 5s);
    EXPECT_EQ(node.breaker.pace(), Pace::quick);
    node.peer = 1ms;
    EXPECT_LT(node.until(Pace::slow, 200ms, 3s), 1s);
}

TEST(LatencyBreaker, ANodeThatIsSlowWhenItIsFirstMet) {
    Asked node;
    EXPECT_LT(node.until(Pace::slow, 200ms, 3s), 1s);
    Asked alone;
    alone.peer = LatencyBreaker::kUnknown;
    EXPECT_LT(alone.until(Pace::slow, 200ms, 3s), 1s);
}

TEST(LatencyBreaker, TheOldestReplyThatIsDueIsEnough) {
    Asked node;
    node.read(1ms, 2s);
    const SteadyTime from = node.now;
    while (node.breaker.pace() == Pace::quick && node.now - from < 2s) {
        node.now += 10ms;
        node.breaker.compare(1ms);
        node.breaker.tick(node.now - from, node.now);
    }
    EXPECT_EQ(node.breaker.pace(), Pace::slow);
    EXPECT_LT(node.now - from, 400ms);
}

TEST(LatencyBreaker, WhoGivesUpEarlySaysNothing) {
    Asked node;
    node.read(1ms, 2s);
    for (int i = 0; i < 200; ++i) {
        node.now += 10ms;
        node.breaker.gave_up(5ms, node.now);
        node.breaker.tick(1ms, node.now);
    }
    EXPECT_EQ(node.breaker.pace(), Pace::quick);
    for (int i = 0; i < 40; ++i) {
        node.now += 10ms;
        node.breaker.gave_up(50ms, node.now);
        node.breaker.tick(1ms, node.now);
    }
    EXPECT_EQ(node.breaker.pace(), Pace::slow);
}

TEST(LatencyBreaker, WhatIsLongAgoIsForgotten) {
    Asked node;
    node.read(1ms, 2s);
    node.read(200ms, 1s, [&] { return node.breaker.strained(); });
    ASSERT_TRUE(node.breaker.strained());
    node.now += 3s;
    node.breaker.tick(Duration{}, node.now);
    EXPECT_FALSE(node.breaker.strained());
}

TEST(LoopStalls, WhatThePulseIsLateByIsAStall) {
    const SteadyTime start{1h};
    LoopStalls stalls;
    EXPECT_EQ(stalls.total(start), 0ms);
    stalls.expect(start + 10ms);
    EXPECT_EQ(stalls.total(start + 9ms), 0ms);
    EXPECT_EQ(stalls.total(start + 12ms), 0ms);   // as timers are
    EXPECT_EQ(stalls.total(start + 50ms), 40ms);  // it goes on
    stalls.pulsed(start + 60ms);
    EXPECT_EQ(stalls.last(), 50ms);
    EXPECT_EQ(stalls.ended_at(), start + 60ms);
    EXPECT_EQ(stalls.total(start + 500ms), 50ms);  // no pulse is awaited
    stalls.expect(start + 510ms);
    stalls.pulsed(start + 511ms);
    EXPECT_EQ(stalls.last(), 0ms);
    EXPECT_EQ(stalls.total(start + 600ms), 50ms);
}

}  // namespace
}  // namespace aside::redis
